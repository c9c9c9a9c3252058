// A set as somebody else does it: shows the newest reading and how old it is, and sends one cue at a time.
//
// A reading that is too old is taken off the page, also when the line is cut: a figure is taken for now.

const CLOCK_MS = 200;
const OLD_MS = 1500;
const AROUND = 0.15; // of the body's larger side, left free on all sides

export default function (component) {
  const { parentElement, data, setTriggerValue } = component;
  const root = parentElement.querySelector(".fc-watching");
  if (!root) return undefined;
  root.fcLeave?.(); // a component is called again without what it returned having been called
  const watching = new Watching(root, data, setTriggerValue);
  root.fcLeave = () => watching.leave();
  watching.begin();
  return root.fcLeave;
}

class Watching extends Parts {
  constructor(root, data, tell) {
    super(root);
    this.data = data;
    this.tell = tell;
    this.controller = new AbortController();
    this.seen = null; // when the newest reading was taken, on this page's clock
    this.free = 0; // when the next cue may be sent
    this.hears = false;
  }

  begin() {
    if (this.root.fcOf !== this.data.id) {
      this.root.innerHTML = this.data.frame;
      this.root.fcOf = this.data.id;
    }
    const on = (name, act) => this.root.addEventListener(name, act, { signal: this.controller.signal });
    on("click", (event) => {
      const key = event.target.closest("[data-cue]");
      if (key) this.send(key.dataset.cue);
    });
    on("submit", (event) => {
      event.preventDefault();
      this.send(this.part("words").value);
    });
    this.events = new EventSource(`${this.data.address}/events`);
    this.events.onmessage = (event) => this.show(JSON.parse(event.data));
    this.events.onerror = () => {
      if (this.events.readyState === EventSource.CLOSED) this.over();
    };
    this.timer = setInterval(() => this.tick(), CLOCK_MS);
    this.tick();
  }

  leave() {
    this.controller.abort();
    this.events?.close();
    clearInterval(this.timer);
  }

  over() {
    this.leave();
    this.clear();
    this.part("say").textContent = "This set is over.";
    this.tell("over", Date.now());
  }

  show(state) {
    if (state.over) return this.over();
    for (const [name, text] of Object.entries(state.texts)) this.write(name, text);
    for (const [name, html] of Object.entries(state.htmls)) this.draw(name, html);
    this.zoom();
    this.seen = state.age_ms === null ? null : performance.now() - state.age_ms;
    this.free = performance.now() + state.wait_ms;
    this.hears = state.hears;
    this.tick();
    return undefined;
  }

  // shows the place where the body has been, which only grows: a figure that jumps cannot be followed
  zoom() {
    const figure = this.root.querySelector(".fc-figure");
    const now = figure?.dataset.box.split(" ").filter(Boolean).map(Number);
    if (!figure || (now.length !== 4 && !this.box)) return;
    const [a, b] = [this.box ?? now, now.length === 4 ? now : this.box];
    this.box = [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
    const [left, top, right, bottom] = this.box;
    const free = AROUND * Math.max(right - left, bottom - top);
    figure.setAttribute("viewBox",
      `${left - free} ${top - free} ${right - left + 2 * free} ${bottom - top + 2 * free}`);
  }

  clear() {
    for (const part of this.root.querySelectorAll(".fc-scene [data-part]:not(.fc-age), .fc-reading [data-part]")) {
      if (part.fcHtml !== undefined) this.draw(part.dataset.part, "");
      else this.write(part.dataset.part, "");
    }
  }

  tick() {
    const age = this.seen === null ? null : performance.now() - this.seen;
    const gone = age === null || age > this.data.expires_ms;
    if (age !== null && gone) {
      this.clear();
      this.write("say", "No reading comes any more.");
    }
    this.root.dataset.age = age === null ? "" : Math.round(age);
    this.root.classList.toggle("fc-old", age !== null && age > OLD_MS);
    this.write("age", age === null ? "no reading yet" : `reading ${(age / 1000).toFixed(age < 9950 ? 1 : 0)} s old`);
    const wait = Math.ceil((this.free - performance.now()) / 1000);
    const ready = this.hears && wait <= 0 && !gone;
    for (const key of this.root.querySelectorAll("[data-cue], .fc-own button")) key.disabled = !ready;
    if (this.problem) return;
    const why = this.hears ? `The next cue in ${wait} s.` : "A cue can be sent once the set has begun.";
    this.part("status").textContent = ready || gone ? "" : why;
  }

  async send(words) {
    this.free = performance.now() + 1000; // until the server says how long
    this.say("");
    this.tick();
    try {
      const answer = await fetch(`${this.data.address}/cue`, {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ words }),
      });
      if (answer.ok) this.part("words").value = "";
      else this.say((await answer.json()).problem);
    } catch {
      this.say("The server does not answer. Nothing was said: send it again.");
    }
  }

  say(problem) {
    this.problem = problem;
    this.part("status").textContent = problem;
  }
}
