// Keeps every keystroke on the device too: a browser that is killed loses nothing. One copy per person, meet and team; it
// goes when the sheet was taken.
const Kept = (() => {
  const { form, facts, words, lines, lineOf, blocks, isBlank, addLine, changed, tell, say } = Sheet;
  const name = `nitsys.sheet:${form.dataset.user}:${location.pathname}:${form.elements.team.value}`;
  const held = new Set(facts.held.map(([athlete, race]) => `${athlete}:${race}`));
  let watching = false;

  const read = () => {
    try {
      return JSON.parse(localStorage.getItem(name));
    } catch {
      return null;
    }
  };
  const write = (copy) => {
    try {
      localStorage.setItem(name, JSON.stringify(copy));
    } catch {
      // A device without room keeps nothing; the server's draft stays.
    }
  };
  const forget = () => localStorage.removeItem(name);

  const rows = () => lines().filter((line) => !isBlank(line)).map((line) => ({
    athlete: line.athlete.value, race: line.race.value, seed_time: line.seed_time.value, personal_best: line.personal_best.value,
    shoe: line.shoe?.value ?? "", shoe_id: line.shoe?.dataset.id ?? "", pacemaker: line.pacemaker.checked,
  }));
  const keep = () => watching && write({ at: Date.now(), version: form.elements.draft_version.value, rows: rows() });

  const lineFor = (row) => {
    const block = blocks().find((one) => one.dataset.athlete === row.athlete);
    const place = block ?? document.querySelector(".spare");
    const free = [...place.querySelectorAll("tr.line")].map(lineOf).find((line) => isBlank(line) && !line.row.hidden);
    return free ?? addLine(place.querySelector("tr.line"));
  };
  const put = (row) => {
    const line = lineFor(row);
    for (const field of ["athlete", "race", "seed_time", "personal_best"]) line[field].value = row[field];
    if (line.shoe && row.shoe) {
      line.shoe.value = row.shoe;
      if (row.shoe_id) line.shoe.dataset.id = row.shoe_id;
    }
    line.pacemaker.checked = row.pacemaker;
  };
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  // What stands on the page already, and what was entered meanwhile, is not put in again.
  const missing = (copy) => {
    const here = rows();
    return copy.rows.filter((row) => !held.has(`${row.athlete}:${row.race}`) && !here.some((one) => same(one, row)));
  };
  const restore = (copy) => {
    for (const line of lines()) if (!isBlank(line)) Sheet.empty(line);
    copy.rows.filter((row) => !held.has(`${row.athlete}:${row.race}`)).forEach(put);
    tell(words.kept_restored);
    changed();
  };

  const offer = (copy) => {
    const time = new Date(copy.at).toLocaleString(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" });
    tell(say("kept_offered", { time }), "wait");
    const place = document.getElementById("sheet-said");
    for (const [text, act] of [[words.kept_take, () => restore(copy)], [words.kept_drop, forget]]) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "button button--small", textContent: text });
      button.addEventListener("click", () => {
        place.hidden = true;
        watching = true;
        act();
      });
      place.append(button, " ");
    }
  };

  const start = () => {
    const copy = read();
    const isTyped = copy?.rows?.length && missing(copy).length;
    const isPosted = Boolean(document.getElementById("errors")) || form.hasAttribute("data-dirty");
    watching = true;
    if (!isTyped || isPosted) return;
    if (copy.version === form.elements.draft_version.value) return restore(copy);
    watching = false;
    offer(copy);
  };
  form.addEventListener("sheet:change", () => {
    watching = true;
    keep();
  });
  form.addEventListener("sheet:saved", keep);
  start();
  return { forget };
})();
