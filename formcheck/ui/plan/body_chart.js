// The body chart: a place is toggled by touch, mouse, Enter or space, and told to the page.
export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".fc-chart");
  const focused = document.activeElement?.dataset?.spot;
  root.innerHTML = data.html;
  if (focused) {
    root.querySelector(`[data-spot="${CSS.escape(focused)}"]`)?.focus();
  }
  const tell = (event) => {
    const spot = event.target.closest("[data-spot]");
    if (!spot || (event.type === "keydown" && ![" ", "Enter"].includes(event.key))) return;
    event.preventDefault();
    spot.setAttribute("aria-checked", spot.getAttribute("aria-checked") === "true" ? "false" : "true");
    setTriggerValue("tapped", spot.dataset.spot);
  };
  root.onclick = tell;
  root.onkeydown = tell;
}
