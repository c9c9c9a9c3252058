// One's own verdict on each repetition of a set: one key each, sent at once and shown when it was kept.
//
// The linked player shows the moments; here its keys are only pressed. Nothing is fetched from anywhere else.

const VERDICTS = { 1: "ok", 2: "borderline", 3: "fault", 4: "cannot_judge", y: "agree" };
const NEEDS_WHICH = ["borderline", "fault"];
const ONWARD = ["n", "x"]; // the page's own keys that lead to the next set
const LEAVING_MS = 5000;

export default function (component) {
  const { parentElement, data } = component;
  const root = parentElement.querySelector(".fc-judging");
  if (!root) return undefined;
  root.fcLeave?.(); // a component is called again without what it returned having been called
  const controller = new AbortController();
  root.fcLeave = () => controller.abort();
  new Judging(root, data, controller.signal).begin();
  return root.fcLeave;
}

class Judging {
  constructor(root, data, signal) {
    this.root = root;
    this.data = data;
    this.signal = signal;
    this.sending = root.fcSending ?? Promise.resolve();
  }

  begin() {
    if (this.root.fcOf !== this.data.html + this.data.address) {
      this.root.innerHTML = `${this.data.html}<p class="fc-status" role="status"></p>`;
      this.root.fcOf = this.data.html + this.data.address;
      this.root.fcAt = null;
      for (const row of document.querySelectorAll(".fc-judging .fc-selected")) row.classList.remove("fc-selected");
      document.fcJudging = this.root;
      this.root.fcLeft = -LEAVING_MS;
    }
    const on = (target, name, act) => target.addEventListener(name, act, { signal: this.signal });
    on(document, "fc-said", (event) => {
      if (event.detail.address === this.data.address) this.show(event.detail.state);
    });
    this.show(this.data.state);
    if (!this.data.keys || !this.rows().length) return;
    on(document, "keydown", (event) => this.pressed(event));
    on(this.root, "click", (event) => this.clicked(event));
    this.root.fcAt ??= this.first();
    if (!this.leaving) this.select(this.at);
  }

  rows() {
    return [...this.root.querySelectorAll("[data-rep]")];
  }

  row(rep) {
    return this.root.querySelector(`[data-rep="${rep}"]`);
  }

  get at() {
    return this.root.fcAt;
  }

  // the first repetition with a fault that is not judged yet, else the first one
  first() {
    const open = this.rows().filter((row) => !this.mine(row));
    const telling = open.find((row) => row.querySelector(".fc-what > .fc-badge.fc-fault"));
    return Number((telling ?? open[0] ?? this.rows()[0]).dataset.rep);
  }

  mine(row) {
    return row.dataset.mine ?? "";
  }

  // one set may still stand there while the next one comes: keys pressed meanwhile are meant for neither
  get leaving() {
    return document.fcJudging !== this.root || performance.now() - this.root.fcLeft < LEAVING_MS;
  }

  leave() {
    this.root.fcLeft = performance.now();
    for (const row of this.rows()) row.classList.remove("fc-selected");
    setTimeout(() => { // none came
      if (document.fcJudging === this.root) this.select(this.at);
    }, LEAVING_MS);
  }

  select(rep) {
    this.root.fcAt = rep;
    for (const row of this.rows()) {
      const here = Number(row.dataset.rep) === rep;
      row.classList.toggle("fc-selected", here);
      if (here) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
  }

  go(rep) {
    this.select(rep);
    const row = this.row(rep);
    row.querySelector(".fc-show").click();
    row.scrollIntoView({ block: "nearest" });
  }

  step(by) {
    const reps = this.rows().map((row) => Number(row.dataset.rep));
    const next = reps[reps.indexOf(this.at) + by];
    if (next !== undefined) this.go(next);
  }

  pressed(event) {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable], [role=slider]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const key = event.key.toLowerCase();
    if (ONWARD.includes(key)) this.leave();
    if (this.leaving) return;
    const acts = {
      j: () => this.step(1), arrowdown: () => this.step(1),
      k: () => this.step(-1), arrowup: () => this.step(-1),
      f: () => this.nextMoment(), p: () => this.play(), u: () => this.send("unmark", { rep: this.at }),
    };
    const fault = this.chip(key);
    if (key in VERDICTS) this.judge(VERDICTS[key]);
    else if (key in acts) acts[key]();
    else if (fault) this.toggle(fault);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  chip(key) {
    const which = this.row(this.at).querySelector(".fc-which");
    if (!which || which.hidden) return null;
    return [...which.querySelectorAll("[data-fault]")].find(
      (chip) => chip.querySelector("kbd").textContent.toLowerCase() === key);
  }

  clicked(event) {
    const row = event.target.closest("[data-rep]");
    if (!row) return;
    this.select(Number(row.dataset.rep));
    const verdict = event.target.closest("[data-verdict]");
    const fault = event.target.closest("[data-fault]");
    if (verdict) this.judge(verdict.dataset.verdict);
    if (fault) this.toggle(fault);
  }

  judge(verdict) {
    const rep = this.at;
    const faults = NEEDS_WHICH.includes(verdict) ? this.faults(this.row(rep)) : [];
    const body = verdict === "agree" ? { rep } : { rep, verdict, faults };
    this.row(rep).dataset.mine = verdict; // until the server says so, or not
    this.send("mark", body);
    if (!NEEDS_WHICH.includes(verdict)) this.onward(rep);
  }

  // those of one's own verdict, else those that formcheck found
  faults(row) {
    if (!this.mine(row)) return row.querySelector(".fc-which").dataset.found.split(" ").filter(Boolean);
    return [...row.querySelectorAll('[data-fault][aria-pressed="true"]')].map((each) => each.dataset.fault);
  }

  // to the next repetition that is not judged yet, from the end back to the beginning
  onward(rep) {
    const open = this.rows().filter((row) => !this.mine(row));
    const next = open.find((row) => Number(row.dataset.rep) > rep) ?? open[0];
    if (next) this.go(Number(next.dataset.rep));
  }

  toggle(chip) {
    const pressed = chip.getAttribute("aria-pressed") === "true";
    chip.setAttribute("aria-pressed", String(!pressed));
    const row = chip.closest("[data-rep]");
    const faults = this.faults(row);
    const mine = this.mine(row);
    const verdict = NEEDS_WHICH.includes(mine) ? mine : "fault";
    this.send("mark", { rep: Number(row.dataset.rep), verdict, faults });
  }

  nextMoment() {
    const keys = [...this.root.querySelectorAll(".fc-moment")];
    if (!keys.length) return;
    const key = keys[(keys.indexOf(this.shown) + 1) % keys.length];
    this.shown = key;
    this.select(Number(key.closest("[data-rep]").dataset.rep));
    key.click();
    key.closest("[data-rep]").scrollIntoView({ block: "nearest" });
  }

  play() {
    const video = document.querySelector(`.st-key-${this.data.video_key} video`);
    if (!video) return;
    if (video.paused) video.play().catch(() => undefined);
    else video.pause();
  }

  // one after the other, so that the last word stands
  send(what, body) {
    this.root.dataset.sending = "";
    this.sending = this.sending.then(() => this.post(what, body)).catch(() => {
      this.refused("The server does not answer. This verdict was not kept: press the key again.");
    }).finally(() => delete this.root.dataset.sending);
    this.root.fcSending = this.sending;
  }

  async post(what, body) {
    const zone = encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone ?? "");
    const answer = await fetch(`${this.data.address}/${what}?zone=${zone}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    const state = await answer.json();
    if (!answer.ok) return this.refused(state.problem);
    document.dispatchEvent(new CustomEvent("fc-said", { detail: { address: this.data.address, state } }));
    return undefined;
  }

  refused(words) {
    this.show(this.state);
    this.say(words);
  }

  say(words) {
    this.root.querySelector(".fc-status").textContent = words;
  }

  show(state) {
    this.state = state;
    for (const row of this.rows()) {
      const marks = state.marks.filter((mark) => mark.rep === Number(row.dataset.rep));
      const mine = marks.find((mark) => mark.mine);
      row.dataset.mine = mine?.verdict ?? "";
      row.querySelector('[data-part="mine"]').textContent = mine?.said ?? "";
      const theirs = marks.filter((mark) => !mark.mine).map((mark) => {
        const line = document.createElement("p");
        line.textContent = mark.said;
        return line;
      });
      row.querySelector('[data-part="theirs"]').replaceChildren(...theirs);
      for (const key of row.querySelectorAll("[data-verdict]")) {
        key.setAttribute("aria-pressed", String(key.dataset.verdict === mine?.verdict));
      }
      for (const chip of row.querySelectorAll("[data-fault]")) {
        chip.setAttribute("aria-pressed", String(mine?.faults.includes(chip.dataset.fault) ?? false));
      }
      const which = row.querySelector(".fc-which");
      if (which) which.hidden = !NEEDS_WHICH.includes(mine?.verdict);
    }
    const all = this.data.keys && this.rows().length && this.rows().every((row) => this.mine(row));
    this.say(all ? "Every repetition has your verdict." : "");
  }
}
