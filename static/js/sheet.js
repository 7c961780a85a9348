// The entry sheet while it is filled in: rows, keyboard, cards on a phone, search. Without this script the page works too.
const Sheet = (() => {
  const form = document.getElementById("sheet");
  const facts = JSON.parse(document.getElementById("sheet-facts").textContent);
  const words = facts.words;
  const FIELDS = ["athlete", "race", "seed_time", "personal_best", "shoe", "pacemaker"];
  const grid = document.getElementById("grid");
  const total = form.elements["rows-TOTAL_FORMS"];
  const narrow = matchMedia("(max-width: 48rem)"), alone = document.querySelector(".page--one") !== null;
  const kept = new WeakMap();

  const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (whole, name) => values[name] ?? whole);
  const say = (code, values = {}) => fill(words[code], values);
  // As `tenants/search_key.py` folds names, with its table of kanji; but for punctuation and marks of repetition.
  const forms = new Map(facts.kanji.split(" ").flatMap(([first, ...others]) => others.map((one) => [one, first])));
  const fold = (text) => [...text.normalize("NFKD").toLowerCase().replace(/(?![\u3099\u309a])[\p{M}\p{C}\p{Z}]/gu, "")
    .replace(/[\u3041-\u3096]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) + 0x60))]
    .map((letter) => forms.get(letter) ?? letter).join("").normalize("NFC");

  // A row of the sheet: its fields by name. Spare rows choose their athlete, the others carry it.
  const lineOf = (row) => {
    if (!kept.has(row)) {
      const line = { row, hint: row.querySelector(".hint") };
      for (const name of FIELDS) line[name] = row.querySelector(`[name$="-${name}"]`);
      kept.set(row, line);
    }
    return kept.get(row);
  };
  const lines = () => [...grid.querySelectorAll("tr.line")].map(lineOf);
  const blocks = () => [...grid.querySelectorAll("tbody.athlete")];
  const isBlank = (line) => !(line.race.value || line.seed_time.value || line.personal_best.value || line.shoe?.value || line.pacemaker.checked);
  // What is sent of a shoe: the chosen product's number, else what was typed; a typed number is no product's number.
  const shoeOf = ({ shoe }) => {
    const typed = shoe?.value.trim() ?? "";
    return (typed && shoe.dataset?.id) || (/^[0-9]+$/.test(typed) && shoe.type !== "hidden" ? `"${typed}"` : typed);
  };
  const empty = (line) => {
    for (const name of ["race", "seed_time", "personal_best", "shoe"]) if (line[name]) line[name].value = "";
    if (line.shoe) {
      delete line.shoe.dataset.id;
      delete line.shoe.dataset.judged;
      line.shoe.removeAttribute("title");
      line.row.querySelector(".shoe__said")?.replaceChildren();
    }
    line.pacemaker.checked = false;
  };
  const changed = () => form.dispatchEvent(new CustomEvent("sheet:change"));

  // A further row for the same athlete, under its others.
  const addLine = (row) => {
    const number = Number(total.value);
    const copy = row.cloneNode(true);
    const old = `rows-${row.dataset.row}`, fresh = `rows-${number}`;
    copy.dataset.row = number;
    copy.classList.remove("has-errors");
    copy.querySelectorAll(".error").forEach((error) => error.remove());
    copy.querySelectorAll("*").forEach((part) => {
      for (const name of ["id", "name", "aria-describedby"]) {
        if (part.hasAttribute(name)) part.setAttribute(name, part.getAttribute(name).replaceAll(old, fresh));
      }
      part.removeAttribute("aria-invalid");
    });
    total.value = number + 1;
    const line = lineOf(copy);
    empty(line);
    if (row.closest(".athlete")) makeFurther(copy);
    else line.athlete.value = "";
    row.parentElement.append(copy);
    return line;
  };

  const makeFurther = (row) => {
    if (!row.querySelector(".line__again")) {
      const who = row.querySelector(".line__who");
      const label = Object.assign(document.createElement("span"), { className: "line__again", textContent: words.again });
      who.replaceChildren(who.querySelector("input"), label);
    }
    row.classList.add("line--more");
    const button = row.querySelector("[data-add]");
    button.removeAttribute("data-add");
    button.dataset.remove = "";
    button.textContent = words.remove;
  };

  const remove = (row) => {
    const line = lineOf(row);
    empty(line);
    const above = row.previousElementSibling;
    row.hidden = true;
    if (above) lineOf(above).race.focus();
    changed();
  };

  // There is always one empty spare row.
  grid.addEventListener("change", (event) => {
    const row = event.target.closest(".spare tr.line");
    if (row && !row.nextElementSibling && event.target.value) addLine(row);
  });

  grid.addEventListener("click", (event) => {
    const add = event.target.closest("[data-add]");
    if (add) {
      lineOf(addLine(add.closest("tr")).row).race.focus();
      changed();
    }
    const gone = event.target.closest("[data-remove]");
    if (gone) remove(gone.closest("tr"));
    const header = event.target.closest(".athlete .line__who");
    if (narrow.matches && header && !event.target.closest("a")) toggle(header.closest("tbody"));
  });

  // On a phone every card takes race and time, and one athlete at a time is open for the rest. Wider screens show the
  // grid, whose header names the columns; on a phone the empty fields name themselves.
  const nameFields = () => {
    for (const line of lines()) {
      for (const name of ["seed_time", "personal_best"]) line[name].placeholder = narrow.matches ? line[name].closest("td").dataset.label : "";
      line.race.options[0].text = narrow.matches || alone ? words.choose_race : "―";
    }
  };
  narrow.addEventListener("change", nameFields);
  if (narrow.matches) nameFields();
  const open = (block, on) => {
    block.classList.toggle("is-closed", !on);
    block.querySelector(".line__open")?.setAttribute("aria-expanded", String(on));
  };
  const toggle = (block) => {
    const on = block.classList.contains("is-closed");
    if (on) blocks().forEach((other) => other !== block && open(other, false));
    open(block, on);
    if (on) block.scrollIntoView({ block: "nearest" });
  };
  blocks().forEach((block, _n, all) => open(block, all.length === 1 || Boolean(block.querySelector(".has-errors"))));
  grid.querySelectorAll(".line__open, [data-add]").forEach((button) => { button.hidden = false; });
  grid.querySelectorAll(".athlete .line--more").forEach(makeFurther);

  // Enter and the arrows move within a column, as in a spreadsheet; on a phone Enter goes to the next field.
  const shown = (part) => part && !part.closest("[hidden]") && part.offsetParent !== null;
  const down = (target, step) => {
    const name = target.name.replace(/^rows-\d+-/, "");
    const column = lines().map((line) => line[name]).filter(shown);
    const next = column[column.indexOf(target) + step];
    if (next) next.focus();
    else if (step > 0) document.getElementById("sheet-send")?.focus();
    if (next?.select) next.select();
  };
  const along = (target) => {
    const fields = [...target.closest("tbody").querySelectorAll("select, input:not([type=hidden])")].filter(shown);
    const next = fields[fields.indexOf(target) + 1];
    if (next) return next.focus();
    const block = target.closest("tbody").nextElementSibling;
    if (block?.querySelector(".line")) lineOf(block.querySelector(".line")).race.focus();
  };
  grid.addEventListener("keydown", (event) => {
    const target = event.target;
    if (!target.name || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const isText = target.matches("input[type=text]");
    if (event.key === "Enter") {
      event.preventDefault();
      if (narrow.matches) along(target);
      else down(target, event.shiftKey ? -1 : 1);
    } else if (isText && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      down(target, event.key === "ArrowDown" ? 1 : -1);
    }
  });

  // Errors lead to their fields, also inside a closed card.
  const errors = document.getElementById("errors");
  errors?.addEventListener("click", (event) => {
    const field = document.getElementById(event.target.closest("a")?.hash.slice(1) ?? "");
    if (!field) return;
    event.preventDefault();
    const block = field.closest("tbody.athlete");
    if (block) open(block, true);
    field.focus();
  });
  errors?.focus();

  // One submission: a second click while the first is on its way does nothing (the key would make it harmless anyway).
  const send = document.getElementById("sheet-send");
  form.addEventListener("formdata", (event) => {
    for (const line of lines().filter(isBlank)) {
      for (const name of FIELDS) event.formData.delete(`rows-${line.row.dataset.row}-${name}`);
    }
  });
  form.addEventListener("submit", (event) => {
    if (form.dataset.sending) return event.preventDefault();
    form.dataset.sending = "1";
    if (send) {
      send.setAttribute("aria-disabled", "true");
      send.textContent = words.sending;
    }
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    delete form.dataset.sending;
    send?.removeAttribute("aria-disabled");
    changed();
  });
  const keep = document.getElementById("sheet-keep");
  keep.hidden = keep.disabled = true;
  form.classList.add("has-script");

  const tell = (text, kind = "ok") => {
    const place = document.getElementById("sheet-said");
    place.className = `notice notice--${kind}`;
    place.replaceChildren(...text.split("\n").map((part) => Object.assign(document.createElement("p"), { textContent: part })));
    place.hidden = false;
  };

  return { form, facts, words, grid, say, fold, lines, lineOf, blocks, isBlank, shoeOf, addLine, empty, changed, open, tell, shown };
})();
