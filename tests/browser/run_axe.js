// What axe finds on the page. Contrast is a matter of how things look: of siblings that look alike, with all that is in
// them, the first three and the last are examined, because a style may tell even rows from odd ones and the two ends from
// the others. That takes two runs, which is only quicker when much is left out.
async () => {
  const ENOUGH = 3;
  const MUCH = 100;
  const SAYS_HOW = [
    "class", "style", "type", "scope", "data-state",
    "aria-invalid", "aria-selected", "aria-current", "aria-expanded", "aria-disabled", "aria-sort",
  ];
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
    for (const child of parent.children) seen.set(look(child), [...(seen.get(look(child)) ?? []), child]);
    for (const group of seen.values()) {
      const left_out = group.slice(ENOUGH, -1);
      alike.push(...left_out);
      group.filter((child) => !left_out.includes(child)).forEach(collect);
    }
  };
  collect(document.body);
  const options = { resultTypes: ["violations"] };
  const how_much = alike.reduce((sum, element) => sum + 1 + element.querySelectorAll("*").length, 0);
  if (how_much < MUCH) return (await axe.run(options)).violations;
  const all = await axe.run({ ...options, rules: { "color-contrast": { enabled: false } } });
  const contrast = await axe.run({ include: [document], exclude: alike }, { ...options, runOnly: ["color-contrast"] });
  return [...all.violations, ...contrast.violations];
}
