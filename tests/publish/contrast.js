/* Axe's measures of colours take most of the time of a page, and a table repeats one line a hundred times. What has the
   same tags, classes, computed colours, sizes and shown texts, down to its last element and up to the page, is measured once. */
(within) => {
  const kept = ["color", "backgroundColor", "backgroundImage", "fontSize", "fontWeight", "opacity", "textShadow", "position",
    "textDecorationLine"];
  const seen = new Set(), whole = new Map();
  const own = (element) => {
    const style = getComputedStyle(element);
    const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join("");
    const shown = element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    return [element.tagName, element.getAttribute("class"), Math.min(text.length, 2), shown, element.matches(":disabled"),
      ...kept.map((name) => style[name])].join("|");
  };
  const told = (element) => {
    whole.set(element, own(element) + "(" + [...element.children].map(told).join() + ")");
    return whole.get(element);
  };
  const mark = (element, path) => {
    const here = path + whole.get(element);
    if (seen.has(here)) { element.setAttribute("data-alike", ""); return; }
    seen.add(here);
    const below = path + own(element) + ">";
    for (const child of element.children) mark(child, below);
  };
  told(document.body);
  mark(document.body, "");
  return axe.run({ include: [[within]], exclude: [["[data-alike]"]] },
    { runOnly: ["color-contrast", "link-in-text-block"], resultTypes: ["violations"] }).then((results) => results.violations);
}
