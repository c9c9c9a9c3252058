// Keeps the overlay video, the angle plot and the list of repetitions in step.
// The video is the one of Streamlit's own element on the same page; without one the plot still works.
//
// Times in seconds, lengths in the user units of the figure. Nothing is fetched from anywhere.

const STEP_S = 0.2;
const LEAP_S = 2;
const LEAD_IN_S = 0.4;

export default function (component) {
  const { parentElement, data } = component;
  const root = parentElement.querySelector(".fc-linked");
  if (!root) return undefined;
  if (root.fcHtml !== data.html) {
    root.innerHTML = data.html;
    root.fcHtml = data.html;
  }
  root.fcLeave?.(); // a component is called again without what it returned having been called
  const controller = new AbortController();
  const player = new Player(root, data, controller.signal);
  root.fcLeave = () => {
    controller.abort();
    player.stop();
  };
  player.listen();
  player.show(player.now());
  return root.fcLeave;
}

class Player {
  constructor(root, data, signal) {
    this.root = root;
    this.root.dataset.of = data.name;
    this.data = data;
    this.signal = signal;
    this.slider = root.querySelector(".fc-plot");
    this.readout = root.querySelector(".fc-now");
    this.until_s = null;
    this.frame = 0;
  }

  video() {
    return document.querySelector(`.st-key-${this.data.video_key} video`);
  }

  now() {
    const video = this.video();
    return video && video.readyState > 0 ? video.currentTime : (this.root.fcNow ?? this.data.start_s);
  }

  listen() {
    const on = (target, name, act) =>
      target.addEventListener(name, act, { signal: this.signal, capture: target === document });
    // media events do not bubble, and Streamlit may replace the element: listen on the way down
    for (const name of ["timeupdate", "seeking", "seeked", "loadedmetadata", "pause", "play"]) {
      on(document, name, (event) => {
        if (event.target === this.video()) this.follow();
      });
    }
    on(document, "click", (event) => this.clicked(event));
    if (!this.slider) return;
    on(this.slider, "keydown", (event) => this.pressed(event));
    on(this.slider, "pointerdown", (event) => this.dragged(event));
    on(this.slider, "pointermove", (event) => {
      if (event.buttons & 1) this.dragged(event);
    });
  }

  stop() {
    cancelAnimationFrame(this.frame);
  }

  follow() {
    this.stop();
    const video = this.video();
    if (!video) return;
    this.show(video.currentTime);
    if (this.until_s !== null && video.currentTime >= this.until_s) {
      this.until_s = null;
      video.pause();
    }
    if (!video.paused && !video.ended) this.frame = requestAnimationFrame(() => this.follow());
  }

  seek(t_s) {
    const bounded = Math.min(Math.max(t_s, this.data.start_s), this.data.end_s);
    const video = this.video();
    if (video) video.currentTime = bounded;
    this.show(bounded);
  }

  // Buttons of our own, and those anywhere on the page that name this player (several names: a time each).
  clicked(event) {
    const button = event.target.closest("[data-start]");
    if (!button) return;
    const names = (button.dataset.player ?? "").split(" ");
    const place = names.indexOf(this.data.name);
    if (place < 0 && !this.root.contains(button)) return;
    const nth = (times) => Number(times.split(" ")[Math.max(place, 0)]);
    this.seek(Math.max(nth(button.dataset.start) - LEAD_IN_S, this.data.start_s));
    const video = this.video();
    if (!video) return;
    video.scrollIntoView({ block: "nearest" });
    this.until_s = nth(button.dataset.end);
    video.play().catch(() => undefined); // a browser may refuse; the moment is shown all the same
  }

  pressed(event) {
    const moves = {
      ArrowLeft: -STEP_S, ArrowDown: -STEP_S, ArrowRight: STEP_S, ArrowUp: STEP_S,
      PageDown: -LEAP_S, PageUp: LEAP_S, Home: -Infinity, End: Infinity,
    };
    if (!(event.key in moves)) return;
    event.preventDefault();
    this.until_s = null;
    this.seek(this.now() + moves[event.key]);
  }

  dragged(event) {
    const svg = this.figure();
    if (!svg) return;
    const box = svg.getBoundingClientRect();
    const { left, right } = this.place(svg);
    const x = ((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
    const share = (x - left) / (right - left);
    this.until_s = null;
    this.seek(this.data.start_s + share * (this.data.end_s - this.data.start_s));
  }

  figure() {
    if (!this.slider) return null;
    return [...this.slider.querySelectorAll("svg")].find((svg) => svg.getBoundingClientRect().width > 0);
  }

  place(svg) {
    return { left: this.data.left, right: svg.viewBox.baseVal.width - this.data.right };
  }

  show(t_s) {
    this.root.fcNow = t_s;
    const { start_s, end_s } = this.data;
    const share = Math.min(Math.max((t_s - start_s) / (end_s - start_s), 0), 1);
    for (const svg of this.slider ? this.slider.querySelectorAll("svg") : []) this.mark(svg, share);
    const current = this.data.reps.find((rep) => rep.start_s <= t_s && t_s <= rep.end_s);
    this.root.dataset.now = t_s.toFixed(2);
    for (const row of document.querySelectorAll(`.fc-linked [data-rep], [data-player="${this.data.name}"][data-rep]`)) {
      if (!row.dataset.player && !this.root.contains(row)) continue;
      row.classList.toggle("fc-current", Boolean(current) && Number(row.dataset.rep) === current.index);
    }
    this.say(t_s, current);
  }

  mark(svg, share) {
    let cursor = svg.querySelector(".fc-cursor");
    if (!cursor) {
      cursor = document.createElementNS("http://www.w3.org/2000/svg", "line");
      cursor.setAttribute("class", "fc-cursor");
      cursor.setAttribute("y1", "20");
      cursor.setAttribute("y2", String(svg.viewBox.baseVal.height - 4));
      svg.append(cursor);
    }
    const { left, right } = this.place(svg);
    const x = String(left + share * (right - left));
    cursor.setAttribute("x1", x);
    cursor.setAttribute("x2", x);
  }

  say(t_s, current) {
    const words = [clock(t_s)];
    const angle = this.angle(t_s);
    if (angle !== null) words.push(`${this.data.label} ${angle}\u00b0`);
    if (current) words.push(`repetition ${current.index}`);
    const text = words.join(" \u00b7 ");
    if (this.readout) this.readout.textContent = text;
    if (this.slider) {
      this.slider.setAttribute("aria-valuenow", t_s.toFixed(1));
      this.slider.setAttribute("aria-valuetext", text);
    }
  }

  angle(t_s) {
    const { t, deg } = this.data.samples;
    let low = 0;
    let high = t.length - 1;
    if (high < 0) return null;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (t[middle] < t_s) low = middle + 1;
      else high = middle;
    }
    return deg[low] === null ? null : String(Math.round(deg[low])).replace("-", "\u2212");
  }
}

function clock(t_s) {
  const tenths = Math.round(Math.max(t_s, 0) * 10);
  const seconds = String(Math.floor(tenths / 10) % 60).padStart(2, "0");
  return `${Math.floor(tenths / 600)}:${seconds}.${tenths % 10}`;
}
