// A block copied from Excel: each row names its athlete (or follows the order of the sheet), its race, its times.
(() => {
  const { form, facts, grid, words, say, fold, lines, lineOf, addLine, changed, tell, shown } = Sheet;
  const COLUMNS = ["race", "seed_time", "personal_best"];
  const athletes = new Map();
  for (const [id, athlete] of Object.entries(facts.athletes)) {
    for (const key of [athlete.jaaf, fold(athlete.name), fold(athlete.kana)]) {
      if (key) athletes.set(key, athletes.has(key) && athletes.get(key) !== id ? "" : id);
    }
  }
  const heads = Races.HEADS.map(fold);
  const races = Races.among(facts, fold);

  // Excel puts cells with line breaks or tabs into quotes.
  const cellsOf = (text) => {
    const rows = [[""]];
    let quoted = false;
    for (let at = 0; at < text.length; at += 1) {
      const sign = text[at], row = rows[rows.length - 1], last = row.length - 1;
      if (quoted && sign === '"' && text[at + 1] === '"') { row[last] += '"'; at += 1; }
      else if (sign === '"' && (quoted || row[last] === "")) quoted = !quoted;
      else if (!quoted && sign === "\t") row.push("");
      else if (!quoted && (sign === "\n" || sign === "\r")) { if (sign === "\n" || text[at + 1] !== "\n") rows.push([""]); }
      else row[last] += sign;
    }
    return quoted ? text.split(/\r?\n/).map((row) => row.split("\t")) : rows;
  };

  const idOf = (text) => {
    const key = fold(text);
    return athletes.get(/^[0-9]{9,11}$/.test(key) ? key.padStart(11, "0") : key);
  };

  // What a row of cells names: an athlete, a race, times. `strange`: it names a race that this meet has not, or two of.
  const understand = (cells, raceAt) => {
    const found = { times: [] };
    let race = "";
    const texts = cells.map((text) => text.trim());
    for (let at = 0; at < texts.length; at += 1) {
      const cell = texts[at], key = fold(cell);
      const id = cell && (idOf(cell) || idOf(cell + (texts[at + 1] ?? "")));
      if (!cell) continue;
      if (id && !found.athlete) {
        found.athlete = id;
        if (!idOf(cell)) at += 1;
      } else if (at === raceAt || (!race && races.isSaidBy(cell, key))) race = key;
      else if (Marks.read(cell).time && !/^[0-9]{1,2}$/.test(key)) found.times.push(cell);
    }
    found.race = race && races.find(race, found.athlete);
    found.strange = Boolean(race) && !found.race;
    const marked = found.times.filter((time) => /[^0-9]/.test(time.normalize("NFKC")));
    if (marked.length) found.times = marked;
    return found;
  };

  // The athlete's row for this race: the one that has it, else an empty one, else a new one.
  const rowFor = (athlete, race) => {
    const own = lines().filter((line) => line.athlete.value === athlete && !line.row.hidden);
    return own.find((line) => race && line.race.value === race) || own.find((line) => !line.race.value || !race) || (own[0] && addLine(own[0].row));
  };

  const put = (line, found, first) => {
    if (found.race) {
      if (![...line.race.options].some((option) => option.value === found.race)) line.race.add(new Option(facts.races[found.race].name, found.race));
      line.race.value = found.race;
    }
    found.times.forEach((time, index) => {
      const field = line[COLUMNS[Math.max(1, first) + index]];
      if (field) field.value = time;
    });
  };

  // Where names are given, each row goes to its athlete; else the rows go down from where the cursor is.
  const paste = (text, target) => {
    const all = cellsOf(text.replace(/[\r\n]+$/, ""));
    const raceAt = all[0].findIndex((cell) => heads.includes(fold(cell.trim())));
    const rows = all.map((cells) => ({ found: understand(cells, raceAt), whole: cells.join(" ").trim() }));
    const named = rows.some((row) => row.found.athlete);
    const below = lines().filter((line) => shown(line.race));
    const first = COLUMNS.indexOf((target?.name ?? "").replace(/^rows-[0-9]+-/, ""));
    const start = Math.max(below.findIndex((line) => line.row.contains(target)), 0);
    const left = [];
    let done = 0;
    rows.forEach(({ found, whole }, index) => {
      const says = !found.strange && (found.race || found.times.length);
      const isHeader = index === 0 && !found.athlete && (raceAt >= 0 || !(says || found.strange));
      if (!whole || (named && isHeader)) return;
      const line = named ? found.athlete && rowFor(found.athlete, found.race) : below[start + index];
      if (line && says) {
        put(line, found, named ? 1 : first);
        if (line.race.value || !named) done += 1;
      }
      if (!line || !says) left.push(`${whole}: ${named && !found.athlete ? words.not_found : words.race_not_found}`);
      else if (named && !found.race && !line.race.value) left.push(`${whole}: ${words.race_not_found}`);
    });
    const said = say("pasted", { n: done });
    tell(left.length ? [said, words.pasted_left, ...left].join("\n") : said, left.length || !done ? "wait" : "ok");
    changed();
  };

  form.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!/[\t\n]/.test(text.trim()) || !grid.contains(event.target)) return;
    event.preventDefault();
    paste(text, event.target);
  });
  document.getElementById("sheet-paste-go").addEventListener("click", () => {
    const box = document.getElementById("sheet-paste-text");
    if (box.value.trim()) paste(box.value, lines()[0]?.race);
  });
})();
