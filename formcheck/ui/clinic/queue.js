// The queue: J and K move through it, Enter or a press opens a set.

export default function (component) {
  const { parentElement, data, setTriggerValue } = component;
  const root = parentElement.querySelector(".fc-queue-part");
  if (!root) return undefined;
  if (root.fcHtml !== data.html) {
    root.innerHTML = data.html;
    root.fcHtml = data.html;
  }
  root.fcLeave?.(); // a component is called again without what it returned having been called
  const controller = new AbortController();
  root.fcLeave = () => controller.abort();
  const on = (target, name, act) => target.addEventListener(name, act, { signal: controller.signal });
  on(root, "click", (event) => {
    const key = event.target.closest("[data-set]");
    if (key) setTriggerValue("opened", key.dataset.set);
  });
  on(document, "keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable], [role=radiogroup], [role=toolbar]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const keys = [...root.querySelectorAll("[data-set]")];
    const at = keys.indexOf(document.activeElement);
    keys[Math.min(Math.max(at + step, 0), keys.length - 1)]?.focus();
    event.preventDefault();
  });
  return root.fcLeave;
}
