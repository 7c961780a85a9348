// A block copied from Excel: the server reads it as it reads a file, and each row goes to its athlete.
(() => {
  const { form, grid, words, say, lines, addLine, changed, tell, shown } = Sheet;
  const sender = document.getElementById("sheet-paste-form");
  const text = document.getElementById("sheet-paste-text");
  const go = document.getElementById("sheet-paste-go");
  const TIMES = ["seed_time", "personal_best"];

  // The athlete's row for this race: the one that has it, else an empty one, else a new one; a spare row for somebody without.
  const rowFor = (athlete, race) => {
    const own = lines().filter((line) => line.athlete.value === athlete && !line.row.hidden);
    const found = own.find((line) => race && line.race.value === race) || own.find((line) => !line.race.value || !race);
    if (found || own.length) return found || addLine(own[0].row);
    const spare = lines().find((line) => line.athlete.matches("select") && !line.athlete.value);
    if (!spare) return undefined;
    spare.athlete.value = athlete;
    if (spare.athlete.value === athlete) spare.athlete.dispatchEvent(new Event("change", { bubbles: true }));
    return spare.athlete.value === athlete ? spare : undefined;
  };

  // Without a race of its own a row goes where one is chosen already. Returns why it could not be put anywhere.
  const put = (row) => {
    const line = rowFor(row.athlete, row.race);
    if (!line) return words.not_on_sheet;
    if (!row.race && !line.race.value) return row.reason;
    if (row.race) line.race.value = row.race;
    if (row.race && line.race.value !== row.race) return words.not_on_sheet;
    for (const name of TIMES) if (row[name]) line[name].value = row[name];
    if (row.shoe && line.shoe) line.shoe.value = row.shoe;
    if (row.pacemaker) line.pacemaker.checked = true;
    return "";
  };

  const take = (found) => {
    const left = [...found.left];
    let done = 0;
    for (const row of found.rows) {
      const reason = put(row);
      if (reason) left.push({ ...row, reason });
      else done += 1;
    }
    left.sort((one, other) => one.number - other.number);
    const said = say("pasted", { n: done, read: found.read, idle: found.idle, left: left.length });
    const why = left.map((row) => `${row.number}. ${row.text}: ${row.reason}`);
    tell(left.length ? [said, words.pasted_left, ...why].join("\n") : said, left.length || !done ? "wait" : "ok");
    changed();
  };

  const send = async (block) => {
    tell(words.pasting);
    const body = new FormData(sender);
    body.set("pasted", block);
    try {
      const answer = await fetch(sender.dataset.paste, { method: "POST", body, headers: { Accept: "application/json" } });
      const found = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : { error: words.paste_failed };
      if (found.error) tell(found.error, "bad");
      else take(found);
    } catch {
      tell(words.paste_failed, "bad");
    }
  };

  // One column without anything beside it goes down from the field it is pasted into, as in a spreadsheet.
  const fillDown = (cells, target) => {
    const name = target.name.replace(/^rows-[0-9]+-/, "");
    const below = lines().filter((line) => shown(line.race));
    const start = below.findIndex((line) => line.row.contains(target));
    cells.slice(0, below.length - start).forEach((cell, index) => { if (cell.trim()) below[start + index][name].value = cell.trim(); });
    changed();
  };

  form.addEventListener("paste", (event) => {
    const block = event.clipboardData?.getData("text/plain") ?? "";
    if (!/[\t\n]/.test(block.trim()) || !grid.contains(event.target)) return;
    event.preventDefault();
    const isTime = TIMES.some((name) => event.target.name?.endsWith(`-${name}`));
    if (isTime && !block.includes("\t")) fillDown(block.split(/\r?\n/), event.target);
    else send(block);
  });
  go.hidden = false;
  go.addEventListener("click", () => { if (text.value.trim()) send(text.value); });
})();
