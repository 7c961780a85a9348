// The races of a meet: rows that are added, pasted and put into order without a round trip.
// Without it the buttons add rows on the server, and the numbers in the first column say the order.
(() => {
  const grid = document.querySelector("[data-races]");
  if (!grid) return;
  const body = grid.querySelector("tbody");
  const blank = grid.querySelector(".empty-form");
  const total = grid.querySelector("[name=races-TOTAL_FORMS]");
  const most = Number(grid.querySelector("[name=races-MAX_NUM_FORMS]").value);
  const kept = Number(grid.dataset.first);
  const rows = () => [...body.querySelectorAll(".form-row:not(.empty-form):not([hidden])")];
  const inputs = (row) => [...row.querySelectorAll("td:not(.delete) :is(input, select)")].filter((one) => one.type !== "hidden");
  const cell = (row, field) => row.querySelector(`[name$="-${field}"]:not([type=hidden])`);
  grid.querySelector(".race-grid__script").hidden = false;

  const renumber = () => rows().forEach((row, place) => { cell(row, "position").value = place + 1; });

  // A handle to drag a row by, or to move it with the arrow keys.
  const handle = (row) => {
    const grip = document.createElement("button");
    grip.type = "button";
    grip.className = "race-grid__grip";
    grip.draggable = true;
    grip.textContent = "⠿";
    grip.setAttribute("aria-label", grid.dataset.move);
    grip.title = grid.dataset.move;
    grip.addEventListener("keydown", (event) => {
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const all = rows();
      const other = all[all.indexOf(row) + step];
      if (!other) return;
      if (step < 0) other.before(row); else other.after(row);
      renumber();
      grip.focus();
    });
    grip.addEventListener("dragstart", (event) => {
      row.classList.add("is-moving");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "");
      event.dataTransfer.setDragImage(row, 0, 0);
    });
    grip.addEventListener("dragend", () => { row.classList.remove("is-moving"); renumber(); });
    cell(row, "position").before(grip);
  };
  body.addEventListener("dragover", (event) => {
    const moving = body.querySelector(".is-moving");
    const over = event.target.closest(".form-row");
    if (!moving || !over || over === moving) return;
    event.preventDefault();
    const { top, height } = over.getBoundingClientRect();
    if (event.clientY < top + height / 2) over.before(moving); else over.after(moving);
  });
  body.addEventListener("drop", (event) => { if (body.querySelector(".is-moving")) event.preventDefault(); });

  // A row that was added and is not wanted is emptied and hidden: an empty row is none.
  const removable = (row) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "race-grid__remove";
    button.textContent = "×";
    button.setAttribute("aria-label", grid.dataset.remove);
    button.title = grid.dataset.remove;
    button.addEventListener("click", () => {
      inputs(row).forEach((one) => {
        if (one.type === "checkbox") one.checked = one.defaultChecked;
        else if (one.tagName === "SELECT") one.selectedIndex = 0;
        else one.value = one.defaultValue;
      });
      row.hidden = true;
      renumber();
      add.focus();
    });
    row.querySelector(".delete").append(button);
  };

  const put = (field, value) => {
    if (field.type === "checkbox") field.checked = Boolean(value);
    else if (field.tagName === "SELECT") choose(field, value);
    else field.value = read(field, String(value).trim());
  };
  const choose = (field, text) => {
    const wanted = String(text).trim();
    const option = [...field.options].find((one) => one.value === wanted || one.text === wanted);
    field.value = option ? option.value : "";
  };
  // As a spreadsheet shows it: 5,000m, 2027/4/2, 9:05.
  const read = (field, text) => {
    const plain = text.normalize("NFKC");
    if (field.type === "number") return plain.replace(/[^0-9]/g, "");
    const parts = plain.match(/\d+/g) || [];
    const two = (part) => part.padStart(2, "0");
    if (field.type === "date") return parts.length > 2 ? [parts[0], two(parts[1]), two(parts[2])].join("-") : "";
    if (field.type === "time") return parts.length > 1 ? `${two(parts[0])}:${two(parts[1])}` : "";
    return text;
  };

  const append = (values) => {
    const number = Number(total.value);
    if (number >= most) return null;
    const row = blank.cloneNode(true);
    row.classList.remove("empty-form");
    row.id = `races-${number}`;
    row.querySelectorAll("[name], [id], [for]").forEach((one) => {
      for (const name of ["name", "id", "for"]) {
        if (one.hasAttribute(name)) one.setAttribute(name, one.getAttribute(name).replace("__prefix__", number));
      }
    });
    blank.before(row);
    total.value = number + 1;
    ready(row, true);
    for (const [name, value] of Object.entries(values)) put(cell(row, name), value);
    renumber();
    return row;
  };
  const ready = (row, isNew) => {
    handle(row);
    if (isNew) removable(row);
  };
  rows().forEach((row, place) => ready(row, place >= kept));

  const add = grid.querySelector("[name=_rows]");
  grid.addEventListener("click", (event) => {
    const button = event.target.closest("[name=_rows]");
    if (!button) return;
    event.preventDefault();
    const made = JSON.parse(button.dataset.rows).map(append).filter(Boolean);
    if (made.length) cell(made[0], "name").focus();
  });

  // Cells that are pasted fill the columns from here on, and rows that are not there yet. What stands below another field, the English
  // name, the competition and the day, is no column.
  body.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
    if (!/[\t\n]/.test(text)) return;
    event.preventDefault();
    const start = event.target.closest(".form-row");
    const columns = (row) => inputs(row).filter((one) => one === event.target || !/-(held_on|name_en|competition)$/.test(one.name));
    const column = columns(start).indexOf(event.target);
    let all = rows();
    const first = all.indexOf(start);
    text.split("\n").forEach((line, down) => {
      const row = all[first + down] || append({});
      if (!row) return;
      all = rows();
      const fields = columns(row).slice(column);
      line.split("\t").forEach((value, right) => { if (fields[right]) put(fields[right], value); });
    });
    renumber();
  });

  // Of a meet of one day nobody is asked on which day a race is.
  const days = ["starts_on", "ends_on"].map((name) => document.querySelector(`[name=${name}]`));
  const showDays = () => grid.classList.toggle("has-one-day", !days[1].value || days[0].value === days[1].value);
  if (days.every(Boolean)) {
    days.forEach((day) => day.addEventListener("change", showDays));
    showDays();
  }
})();
