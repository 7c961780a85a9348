// What the rules will say, said while one types. The server asks them all again; nothing here stops anybody.
(() => {
  const { form, facts, grid, say, fold, lines, lineOf, blocks, isBlank, changed, tell, words } = Sheet;
  const held = new Set(facts.held.map(([athlete, race]) => `${athlete}:${race}`));
  const [fastest, slowest, paceFrom] = facts.paces;
  const get = (id) => document.getElementById(id);

  const write = (place, text) => {
    if (place.textContent !== text) place.textContent = text;
  };

  const paceHints = (race, read) => {
    if (read.error) return [say(read.error)];
    if (read.time === undefined || race.distance < paceFrom) return [];
    const pace = (read.time * 100) / race.distance;
    const code = pace < fastest ? "implausible_fast" : pace > slowest ? "implausible_slow" : "";
    return code ? [say(code, { distance: race.distance, time: Marks.format(read.time) })] : [];
  };

  const timeHints = (race, read) => {
    const found = paceHints(race, read);
    if (found.length || !race.standard) return found;
    const standard = Marks.format(race.standard);
    if (read.time === undefined) return [say("standard_needs_time", { standard })];
    return read.time > race.standard ? [say("standard", { standard, time: Marks.format(read.time) })] : [];
  };

  // {bad, wait, note}: what is wrong, what will wait, what is missing.
  const hintsOf = (line, seen, counts) => {
    const race = facts.races[line.race.value], athlete = facts.athletes[line.athlete.value];
    const read = Marks.read(line.seed_time.value), best = Marks.read(line.personal_best.value);
    const bad = [];
    if (!race) {
      if (read.error || best.error) bad.push(say(read.error || best.error));
      return { bad, note: isBlank(line) ? "" : words.no_race };
    }
    const key = `${line.athlete.value}:${line.race.value}`;
    if (!athlete) bad.push(words.athlete_missing);
    else if (race.sex !== "X" && race.sex !== athlete.sex) bad.push(say("sex", { race: race.name, sex: race.sex_name }));
    if (race.paused) bad.push(say("race_paused", { race: race.name }));
    if (athlete && held.has(key)) bad.push(say("duplicate", { race: race.name }));
    else if (athlete && seen.has(key)) bad.push(words.duplicate_on_sheet);
    else if (athlete && facts.limit && counts.get(line.athlete.value) > facts.limit) bad.push(say("athlete_limit", { limit: facts.limit }));
    seen.add(key);
    const timeless = timeHints(race, read);
    line.row.classList.toggle("is-time-wrong", timeless.length > 0);
    bad.push(...timeless);
    bad.push(...paceHints(race, best));
    return { bad, wait: race.free === 0 ? words.waits : "" };
  };

  const show = (line, { bad, wait = "", note = "" }) => {
    const text = bad.join(" ") || note || wait;
    write(line.hint, text);
    const kind = `hint${bad.length ? " hint--bad" : wait && !note ? " hint--wait" : ""}`;
    if (line.hint.className !== kind) line.hint.className = kind;
    line.row.classList.toggle("is-entered", Boolean(line.race.value));
    line.row.classList.toggle("is-wrong", bad.length > 0);
    for (const name of ["seed_time", "personal_best"]) {
      const input = line[name], read = Marks.read(input.value), place = input.nextElementSibling;
      write(place, read.time ? Marks.spoken(read.time, words) : "");
      if (read.error) input.setAttribute("aria-invalid", "true");
      else if (!get(`${input.id}_error`)) input.removeAttribute("aria-invalid");
    }
  };

  const countsOf = (all) => {
    const counts = new Map();
    for (const [athlete] of facts.held) counts.set(athlete, (counts.get(athlete) || 0) + 1);
    for (const line of all) if (line.race.value) counts.set(line.athlete.value, (counts.get(line.athlete.value) || 0) + 1);
    return counts;
  };

  const yen = (number) => say("yen", { n: number.toLocaleString("ja-JP") });
  let firstWrong = null;

  const update = () => {
    const all = lines(), seen = new Set(), counts = countsOf(all);
    let count = 0, fee = 0, wrong = 0, timeless = 0;
    firstWrong = null;
    for (const line of all) {
      const hints = hintsOf(line, seen, counts);
      show(line, hints);
      const race = facts.races[line.race.value];
      if (race) {
        count += 1;
        fee += race.fee;
        if (!line.seed_time.value.trim() && !race.standard) timeless += 1;
      }
      if (hints.bad.length) {
        wrong += 1;
        firstWrong = firstWrong || line;
      }
    }
    footer(count, fee, wrong, timeless);
    summaries();
  };

  const footer = (count, fee, wrong, timeless) => {
    get("sheet-count").textContent = count ? say("count", { n: count }) : words.nobody;
    get("sheet-fee").textContent = count ? yen(fee) : "";
    const missing = get("sheet-missing"), parts = [];
    if (wrong) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "sheet-foot__wrong", textContent: say("wrong", { n: wrong }) });
      button.addEventListener("click", goToWrong);
      parts.push(button);
    }
    if (timeless) parts.push(say("times_missing", { n: timeless }));
    missing.replaceChildren(...parts.flatMap((part, index) => (index ? [" ・ ", part] : [part])));
    const send = get("sheet-send");
    if (send && !form.dataset.sending) send.textContent = count ? say("send", { n: count }) : words.send_none;
  };

  const goToWrong = () => {
    if (!firstWrong) return;
    const block = firstWrong.row.closest("tbody");
    block.hidden = false;
    if (block.classList.contains("athlete")) Sheet.open(block, true);
    firstWrong.race.value ? firstWrong.seed_time.focus() : firstWrong.race.focus();
  };

  // What a closed card says.
  const summaries = () => {
    for (const block of blocks()) {
      const entered = [...block.querySelectorAll(".line")].map(lineOf).filter((line) => line.race.value);
      const text = entered.filter((line) => line.row.classList.contains("line--more")).map((line) => {
        const { time } = Marks.read(line.seed_time.value);
        return `＋${facts.races[line.race.value]?.name ?? ""} ${time ? Marks.format(time) : "NT"}`;
      }).join(" / ");
      block.classList.toggle("is-entered", entered.length > 0);
      block.classList.toggle("is-wrong", Boolean(block.querySelector(".is-wrong, .has-errors")));
      write(block.querySelector(".line__sum"), text);
    }
  };

  // A server's error is out of date once its field changes.
  form.addEventListener("input", (event) => {
    get(`${event.target.id}_error`)?.remove();
    event.target.removeAttribute("aria-invalid");
    const row = event.target.closest("tr.line");
    if (!row.querySelector(".error")) row.classList.remove("has-errors");
    changed();
  });
  form.addEventListener("sheet:change", update);

  // Search, and one race for all who are shown.
  const tools = get("sheet-tools"), find = get("sheet-find"), only = get("sheet-only"), race = get("sheet-fill");
  tools.hidden = false;
  tools.open = !matchMedia("(max-width: 48rem)").matches;
  const filter = () => {
    const asked = fold(find.value);
    let shown = 0;
    for (const block of blocks()) {
      const athlete = facts.athletes[block.dataset.athlete];
      const named = !asked || athlete.find.some((text) => fold(text).includes(asked));
      block.hidden = !named || (only.checked && !block.classList.contains("is-entered"));
      shown += block.hidden ? 0 : 1;
    }
    get("sheet-shown").textContent = asked || only.checked ? say("shown", { n: shown }) : "";
  };
  find.addEventListener("input", filter);
  find.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  only.addEventListener("change", filter);
  for (const [id, one] of Object.entries(facts.races).sort(([, a], [, b]) => a.order - b.order)) {
    if (!one.paused) race.add(new Option(one.name, id));
  }
  get("sheet-fill-go").addEventListener("click", () => {
    let filled = 0;
    for (const block of blocks().filter((one) => !one.hidden && race.value)) {
      const line = lineOf(block.querySelector(".line"));
      const fits = [...line.race.options].some((option) => option.value === race.value && !option.disabled);
      if (line.race.value || !fits || held.has(`${line.athlete.value}:${race.value}`)) continue;
      line.race.value = race.value;
      filled += 1;
    }
    tell(say("filled", { n: filled }), filled ? "ok" : "wait");
    changed();
  });
  update();
})();
