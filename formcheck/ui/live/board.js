// The board of a live session: shows the newest state, speaks the lines, and hears the keys.
//
// The session numbers its lines; each is spoken once, by rank: a line of higher rank interrupts, one that
// waited too long is left out, since a count that comes late is worse than none. Nothing is fetched from
// anywhere: the voice is the browser's own.

const RANK = { stop: 4, clinician: 3, cue: 3, countdown: 3, count: 3, info: 2, setup: 2, praise: 1, pace: 1 };
const STALE_MS = { stop: 8000, clinician: 8000, cue: 4000, info: 8000, setup: 4000, countdown: 900, count: 1500, praise: 1500, pace: 600 };
// hertz and seconds of each kind's tone; two numbers sound one after the other
const TONE = {
  stop: [[220, 0.5], [165, 0.6]], clinician: [[392, 0.2], [494, 0.2], [392, 0.3]], cue: [[330, 0.25], [262, 0.3]], count: [[880, 0.12]], countdown: [[660, 0.12]],
  info: [[523, 0.15], [659, 0.2]], setup: [[440, 0.2]], praise: [[784, 0.1], [988, 0.15]], pace: [[520, 0.05]],
};
const SHOWN_LINES = 30;

export default function (component) {
  const { parentElement, data, setTriggerValue } = component;
  const root = parentElement.querySelector(".fc-board");
  if (!root) return undefined;
  const board = root.fcBoard ?? (root.fcBoard = new Board(root));
  board.tell = setTriggerValue;
  board.listen();
  board.begin(data);
  return () => board.leave();
}

class Board extends Parts {
  constructor(root) {
    super(root);
    this.voice = new Voice();
    this.session = "";
  }

  listen() {
    if (this.controller) return;
    this.controller = new AbortController();
    const on = (target, name, act) => target.addEventListener(name, act, { signal: this.controller.signal });
    on(document, "keydown", (event) => this.pressed(event));
    on(this.root, "click", (event) => {
      const button = event.target.closest("[data-act]");
      if (button) this.act(button.dataset.act);
    });
    on(this.root, "input", () => this.settle());
  }

  leave() {
    this.controller?.abort();
    this.controller = null;
    if (document.contains(this.root)) return; // only drawn again
    this.events?.close();
    if (!this.over) this.voice.silence(); // the last words are said to their end, beside the summary
  }

  begin(data) {
    if (this.session === data.session && this.events?.readyState !== EventSource.CLOSED) return;
    this.session = data.session;
    this.over = false;
    this.quiet = data.quiet;
    this.where = new URL(data.events, location.origin);
    this.root.innerHTML = data.frame;
    if (!this.quiet) this.part("tones").checked = data.sound === "tones";
    this.settle();
    this.events?.close();
    this.events = new EventSource(this.where); // goes on by itself after a hiccup of the network
    this.events.onmessage = (event) => this.show(JSON.parse(event.data));
  }

  pressed(event) {
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || !this.part("stop")) return;
    const typing = event.target.closest?.("input, textarea, select, button, a, summary, [role=slider]");
    if (event.key === "Escape" || (event.key === " " && !typing)) {
      event.preventDefault();
      this.act("stop");
    }
    const watched = this.part("watched")?.querySelector('[data-act="unwatch"]');
    if (event.key.toLowerCase() === "w" && !typing && watched) this.act("unwatch");
  }

  act(what) {
    if (what === "stop") this.voice.silence(); // at once, before the server knows
    fetch(new URL(`act?what=${what}`, this.where), { method: "POST" }).catch(() => undefined);
  }

  settle() {
    if (this.quiet) return; // a second screen has no voice
    const at = (name) => this.part(name);
    this.voice.volume = Number(at("volume").value) / 100;
    this.voice.muted = at("mute").checked;
    this.voice.tones = at("tones").checked;
    if (this.voice.muted) this.voice.silence();
    // a screen reader reads the log itself where the voice does not speak
    this.part("log").setAttribute("aria-live", this.voice.muted || this.voice.tones ? "polite" : "off");
  }

  show(data) {
    for (const [name, text] of Object.entries(data.texts)) this.write(name, text);
    for (const [name, html] of Object.entries(data.htmls)) this.draw(name, html);
    Object.assign(this.root.dataset, {
      stage: data.stage, rate: data.rate, overlay: data.overlay_ms, picture: data.picture, dropped: data.dropped,
    });
    this.hear(data.lines, data.epoch_ms);
    this.warn(data.texts.trouble);
    if (data.over) {
      this.over = true;
      this.events.close();
      this.tell("act", { what: "over", at: Date.now() }); // the page shows what was done
    }
  }

  // what broke is said too: whoever stands side-on sees no screen
  warn(text) {
    if (text && text !== this.trouble && !this.quiet) {
      this.voice.say({ kind: "stop", text, n: Infinity }, document.createElement("li"));
    }
    this.trouble = text;
  }

  hear(lines, epoch_ms) {
    const log = this.part("log");
    const fresh = lines.filter((line) => line.n > (log.fcNewest ?? 0));
    for (const line of fresh) {
      const item = document.createElement("li");
      item.textContent = line.text;
      item.dataset.kind = line.kind;
      item.dataset.n = line.n;
      item.dataset.lag = Math.round(Date.now() - epoch_ms - line.t * 1000); // between two clocks of one machine
      log.append(item);
      log.fcNewest = line.n;
      if (!this.quiet) this.voice.say(line, item);
    }
    while (log.children.length > SHOWN_LINES) log.firstChild.remove();
    if (fresh.length) log.scrollTop = log.scrollHeight;
  }
}

class Voice {
  constructor() {
    this.volume = 1;
    this.muted = false;
    this.tones = false;
    this.queue = [];
    this.now = null;
    this.began = 0;
  }

  say(line, item) {
    if (this.muted) {
      item.dataset.said = "muted";
      return;
    }
    if (this.tones || !window.speechSynthesis) {
      this.sound(line.kind);
      item.dataset.said = "tone";
      return;
    }
    item.dataset.said = "waiting";
    this.queue.push({ line, item, at: performance.now() });
    if (this.now && RANK[line.kind] > RANK[this.now.line.kind]) {
      this.now.item.dataset.said = "cut";
      this.now = null;
      speechSynthesis.cancel();
    }
    this.next();
  }

  next() {
    // a browser without a voice never says that it has finished: no line may hold the others for long
    if (this.now && performance.now() - this.began < 12000) return;
    const best = this.pick();
    if (!best) return;
    const words = new SpeechSynthesisUtterance(best.line.text);
    words.lang = "en";
    words.volume = this.volume;
    words.rate = best.line.kind === "pace" || best.line.kind === "count" ? 1.2 : 1.05;
    this.now = best;
    this.began = performance.now();
    best.item.dataset.said = "speaking";
    const over = (how) => () => {
      if (this.now !== best) return;
      best.item.dataset.said = how;
      this.now = null;
      this.next();
    };
    words.onend = over("said");
    words.onerror = over("failed");
    speechSynthesis.speak(words);
  }

  pick() {
    const now = performance.now();
    const late = (each) => now - each.at > STALE_MS[each.line.kind];
    for (const each of this.queue.filter(late)) each.item.dataset.said = "late";
    this.queue = this.queue.filter((each) => !late(each));
    this.queue.sort((a, b) => RANK[b.line.kind] - RANK[a.line.kind] || a.line.n - b.line.n);
    return this.queue.shift();
  }

  silence() {
    for (const each of this.queue) each.item.dataset.said = "cut";
    this.queue = [];
    this.now = null;
    window.speechSynthesis?.cancel();
  }

  sound(kind) {
    this.audio ??= new AudioContext();
    let at = this.audio.currentTime;
    for (const [hertz, seconds] of TONE[kind]) {
      const tone = this.audio.createOscillator();
      const level = this.audio.createGain();
      tone.frequency.value = hertz;
      level.gain.setValueAtTime(0.4 * this.volume, at);
      level.gain.exponentialRampToValueAtTime(0.001, at + seconds);
      tone.connect(level).connect(this.audio.destination);
      tone.start(at);
      tone.stop(at + seconds);
      at += seconds;
    }
  }
}
