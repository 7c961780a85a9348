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
  const races = Object.entries(facts.races);
  // As entries/entry/upload/race_names.py reads a race: by its name, else by distance and sex when it can only be one.
  const SEXES = { 男: "M", 女: "F", 男女: "X", 混合: "X" };
  const SEX = "(男女|混合|男|女)子?";
  const PLAIN = new RegExp(`^(?:${SEX})?([0-9]{1,3}(?:,?[0-9]{3})*|[0-9]+)(m|メートル|km)?(?:${SEX})?$`);
  const NAMES_A_RACE = /[0-9](m|km|メートル)|[0-9]sc$|障害|競歩|ハードル|マラソン|リレー/;
  const HEADS = ["種目", "種目名", "参加種目", "申込種目", "race", "event"].map(fold);

  const raceOf = (key, athlete) => {
    const named = races.filter(([, race]) => fold(race.name) === key);
    const said = PLAIN.exec(key);
    if (named.length || !said) return named.length === 1 ? named[0][0] : undefined;
    const metres = Number(said[2].replace(",", "")) * (said[3] === "km" ? 1000 : 1);
    const sex = SEXES[said[1] || said[4]] || facts.athletes[athlete]?.sex;
    const all = races.filter(([, race]) => race.distance === metres);
    const exact = all.filter(([, race]) => !sex || race.sex === sex);
    const alike = exact.length ? exact : all.filter(([, race]) => race.sex === "X");
    return alike.length === 1 && PLAIN.test(fold(alike[0][1].name)) ? alike[0][0] : undefined;
  };
  const saysARace = (cell, key) => races.some(([, race]) => fold(race.name) === key) || NAMES_A_RACE.test(key)
    || (PLAIN.test(key) && (/[^0-9,]/.test(key) || (key.length > 2 && !Marks.read(cell).time)));

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
      } else if (at === raceAt || (!race && saysARace(cell, key))) race = key;
      else if (Marks.read(cell).time && !/^[0-9]{1,2}$/.test(key)) found.times.push(cell);
    }
    found.race = race && raceOf(race, found.athlete);
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
    const raceAt = all[0].findIndex((cell) => HEADS.includes(fold(cell.trim())));
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
