// What axe finds on the page. Contrast is a matter of how things look: of siblings that look alike, with all that is in
// them, three are examined. Three, because a style may tell even rows from odd ones and the first from the others.
async () => {
  const ENOUGH = 3;
  const SAYS_HOW = ["class", "style", "type", "data-state", "aria-invalid", "aria-selected", "aria-current", "aria-expanded"];
  const looks = new Map();
  const look = (element) => {
    if (!looks.has(element)) looks.set(element, described(element));
    return looks.get(element);
  };
  const described = (element) => {
    const attributes = [...element.attributes].map(({ name, value }) => (SAYS_HOW.includes(name) ? `${name}=${value}` : name));
    const has_text = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    const state = [has_text, !!element.value, element.checked, element.selected, element === document.activeElement];
    return [element.tagName, attributes.sort(), state, [...element.children].map(look)].join();
  };
  const alike = [];
  const collect = (parent) => {
    const seen = new Map();
    for (const child of parent.children) {
      const key = look(child);
      seen.set(key, (seen.get(key) ?? 0) + 1);
      if (seen.get(key) > ENOUGH) alike.push(child);
      else collect(child);
    }
  };
  collect(document.body);
  const options = { resultTypes: ["violations"] };
  if (!alike.length) return (await axe.run(options)).violations;
  const all = await axe.run({ ...options, rules: { "color-contrast": { enabled: false } } });
  const contrast = await axe.run({ include: [document], exclude: alike }, { ...options, runOnly: ["color-contrast"] });
  return [...all.violations, ...contrast.violations];
}
