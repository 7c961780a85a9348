// Choosing a shoe: part of its brand, reference or name finds it, and beside it stands what the rules say of it in the
// row's race. The chosen product's number is what is sent. Without this script the field takes "BRAND REFERENCE".
(() => {
  const { form, grid, lineOf, words, say, changed } = Sheet;
  const WAIT = 180, SHOE = 'input[name$="-shoe"]:not([type=hidden])';
  const judged = new Map();
  const make = (name, values = {}) => Object.assign(document.createElement(name), values);
  const popup = make("div", { className: "shoe-popup", hidden: true });
  const list = make("ul", { id: "shoe-list", className: "shoe-list" });
  const note = make("p", { className: "shoe-popup__note" });
  const heard = make("p", { className: "visually-hidden" });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", document.querySelector(".grid__shoe")?.dataset.label ?? "");
  heard.setAttribute("role", "status");
  popup.append(list, note);
  form.append(popup, heard);

  let input = null, items = [], active = -1, timer = 0, asked = null, choosing = false;

  const lineAt = (field) => lineOf(field.closest("tr.line"));
  const fold = (text) => text.normalize("NFKC").trim().replace(/\s+/g, " ").toUpperCase();
  const ask = async (query, signal) => {
    const answer = await fetch(`${form.dataset.shoes}?${new URLSearchParams(query)}`, { signal, headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    return answer.json();
  };

  // What the rules say of the chosen shoe.
  const show = (field, said, text = "") => {
    const place = document.getElementById(`${field.name}-said`);
    if (said) place.replaceChildren(make("span", { className: `chip chip--${said.kind}`, textContent: said.word }), ` ${said.why}`);
    else place.textContent = text;
  };
  const judge = async (field) => {
    const { id } = field.dataset, race = lineAt(field).race.value, key = `${id}:${race}`;
    if (!id || field.dataset.judged === key) return;
    field.dataset.judged = key;
    if (!judged.has(key)) {
      try {
        judged.set(key, (await ask({ id, race })).items[0]?.said ?? null);
      } catch {
        if (field.dataset.judged === key) delete field.dataset.judged;
        return;
      }
    }
    if (field.dataset.judged === key) show(field, judged.get(key));
  };

  const choose = (field, item) => {
    choosing = true;
    field.value = item.key;
    field.dataset.id = item.id;
    field.title = `${item.key} ${item.name}`.trim();
    judged.set(`${item.id}:${lineAt(field).race.value}`, item.said);
    delete field.dataset.judged;
    close();
    field.dispatchEvent(new Event("input", { bubbles: true }));
    choosing = false;
    judge(field);
  };

  const close = () => {
    clearTimeout(timer);
    asked?.abort();
    popup.hidden = true;
    form.append(popup);
    items = [];
    active = -1;
    list.replaceChildren();
    input?.setAttribute("aria-expanded", "false");
    input?.removeAttribute("aria-activedescendant");
  };
  const open = (text) => {
    input.parentElement.append(popup);
    note.textContent = text;
    note.hidden = !text;
    list.hidden = !items.length;
    popup.hidden = false;
    input.setAttribute("aria-expanded", String(items.length > 0));
    popup.scrollIntoView({ block: "nearest" });
  };
  const optionOf = (item, index) => {
    const option = make("li", { id: `shoe-option-${index}`, className: "shoe-option" });
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.append(make("strong", { textContent: item.key }), make("span", { className: "shoe-option__name", textContent: item.name }));
    if (item.said) {
      const said = make("span", { className: "shoe-option__said" });
      said.append(make("span", { className: `chip chip--${item.said.kind}`, textContent: item.said.word }), item.said.kind === "ok" ? "" : ` ${item.said.why}`);
      option.append(said);
    }
    return option;
  };

  const suggest = async () => {
    const field = input, q = field.value.trim();
    asked?.abort();
    if (!q) return close();
    asked = new AbortController();
    try {
      const found = await ask({ q, race: lineAt(field).race.value }, asked.signal);
      if (input !== field || document.activeElement !== field) return;
      items = found.items;
      active = -1;
      field.removeAttribute("aria-activedescendant");
      list.replaceChildren(...items.map(optionOf));
      open(found.more ? say("shoe_more", { n: items.length }) : items.length ? "" : words.shoe_none);
      heard.textContent = items.length ? say("shoe_found", { n: items.length }) : words.shoe_none;
    } catch (error) {
      if (error.name === "AbortError" || input !== field) return;
      items = [];
      list.replaceChildren();
      open(words.shoe_failed);
      heard.textContent = words.shoe_failed;
    }
  };

  const move = (step) => {
    const options = [...list.children];
    options[active]?.setAttribute("aria-selected", "false");
    active = active < 0 && step < 0 ? options.length - 1 : (active + step + options.length) % options.length;
    options[active].setAttribute("aria-selected", "true");
    options[active].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", options[active].id);
  };

  // Before the sheet's own keys: here the arrows walk through the suggestions.
  grid.addEventListener("keydown", (event) => {
    if (event.target !== input || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const isOpen = !popup.hidden && items.length > 0, picked = items[active] ?? (items.length === 1 ? items[0] : null);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (isOpen) move(event.key === "ArrowDown" ? 1 : -1);
      else if (input.value.trim() && !input.dataset.id) suggest();
      else return;
    } else if (event.key === "Enter" && isOpen && picked) choose(input, picked);
    else if (event.key === "Escape" && !popup.hidden) close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);

  const dress = (field) => {
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", "shoe-list"], ["aria-expanded", "false"]]) field.setAttribute(name, value);
  };
  grid.addEventListener("focusin", (event) => {
    if (input && event.target !== input) close();
    input = event.target.matches(SHOE) ? event.target : null;
    if (!input) return;
    dress(input);
    if (input.dataset.id) input.select();  // what is typed now takes the place of the chosen shoe
  });
  grid.addEventListener("input", (event) => {
    if (!event.target.matches(SHOE) || choosing) return;
    delete event.target.dataset.id;
    delete event.target.dataset.judged;
    event.target.title = "";
    show(event.target, null);
    clearTimeout(timer);
    timer = setTimeout(suggest, WAIT);
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose(input, items[[...list.children].indexOf(option)]);
  });

  // Whoever typed the whole key has chosen; anything else is asked about.
  grid.addEventListener("focusout", async (event) => {
    const field = event.target;
    if (!field.matches(SHOE) || popup.contains(event.relatedTarget)) return;
    const known = items.find((item) => fold(item.key) === fold(field.value));
    close();
    if (!field.value.trim() || field.dataset.id) return;
    if (known) return choose(field, known);
    show(field, null, words.shoe_not_chosen);
    try {
      const typed = field.value, found = await ask({ q: typed, race: lineAt(field).race.value });
      const same = found.items.find((item) => fold(item.key) === fold(typed));
      if (same && field.value === typed && !field.dataset.id) choose(field, same);
    } catch { /* the server reads the key itself when the sheet is sent */ }
  });

  for (const field of grid.querySelectorAll(SHOE)) {
    dress(field);
    if (field.dataset.id) field.dataset.judged = `${field.dataset.id}:${lineAt(field).race.value}`;
  }
  // Another race, another verdict; races also change by filling and pasting.
  form.addEventListener("sheet:change", () => grid.querySelectorAll("input[data-id]").forEach(judge));
  // A number that was typed and not chosen is no product's number.
  form.addEventListener("formdata", (event) => {
    for (const field of grid.querySelectorAll(SHOE)) {
      if (event.formData.has(field.name)) event.formData.set(field.name, Sheet.shoeOf({ shoe: field }));
    }
  });
})();
