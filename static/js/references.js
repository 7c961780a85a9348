// Suggestions while typing. The page does the same without it, one press of the button later.
(() => {
  const form = document.querySelector("[data-references]");
  const place = document.getElementById("suggestions");
  const options = document.getElementById("references");
  const { brand, reference } = form.elements;
  let waiting, asked;

  const address = (row) => {
    const query = new URLSearchParams({ brand: brand.value.trim().toUpperCase(), reference: row });
    if (form.dataset.tenant) query.set("tenant", form.dataset.tenant);
    return `/staff/search?${query}`;
  };
  const element = (name, text) => Object.assign(document.createElement(name), { textContent: text });
  const show = (found) => {
    options.replaceChildren(...found.items.map((row) => Object.assign(document.createElement("option"), { value: row })));
    if (!found.count) return place.replaceChildren(element("p", place.dataset.none));
    const list = Object.assign(document.createElement("ul"), { className: "references" });
    list.append(...found.items.map((row) => {
      const item = document.createElement("li");
      item.append(Object.assign(element("a", row), { href: address(row) }));
      return item;
    }));
    place.replaceChildren(element("h2", place.dataset.count.replace("{count}", found.count)), list);
  };
  const ask = async () => {
    asked?.abort();
    if (!brand.value.trim()) return;
    asked = new AbortController();
    const query = new URLSearchParams({ brand: brand.value, q: reference.value, limit: 50 });
    if (form.dataset.tenant) query.set("tenant", form.dataset.tenant);
    try {
      const answer = await fetch(`${form.dataset.references}?${query}`, { signal: asked.signal, headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      show(await answer.json());
    } catch (error) {
      if (error.name !== "AbortError") place.replaceChildren(element("p", place.dataset.failed));
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 150);
  });
})();
