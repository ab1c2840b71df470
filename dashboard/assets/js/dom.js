// A few lines instead of a framework: the pages' frames come from Dash, their live parts are made here.

export const byId = (id) => document.getElementById(id);

/** Makes an element: `h("a", { class: "x", href, onclick }, "text", child)`. Null children are left out. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "text") element.textContent = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

export const icon = (name) => h("span", { class: `icon icon-${name}`, "aria-hidden": "true" });

/** Writes text only where it changes: the browser then has nothing to lay out anew. */
export function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

/** Resolves once Dash has put the element into the page; rejects when `signal` aborts. */
export function appears(id, signal) {
  return new Promise((resolve, reject) => {
    const look = () => {
      const element = byId(id);
      if (!element) return;
      watcher.disconnect();
      resolve(element);
    };
    const watcher = new MutationObserver(look);
    signal?.addEventListener("abort", () => {
      watcher.disconnect();
      reject(signal.reason);
    });
    watcher.observe(document.documentElement, { childList: true, subtree: true });
    look();
  });
}
