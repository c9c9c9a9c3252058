// The words about a set: sent without a run of the page, and looked for again while the page is in sight.

const LOOK_MS = 4000;

export default function (component) {
  const { parentElement, data } = component;
  const root = parentElement.querySelector(".fc-comments");
  if (!root) return undefined;
  root.fcLeave?.(); // a component is called again without what it returned having been called
  const controller = new AbortController();
  const talk = new Talk(root, data, controller.signal);
  root.fcLeave = () => {
    controller.abort();
    clearInterval(talk.timer);
  };
  talk.begin();
  return root.fcLeave;
}

class Talk {
  constructor(root, data, signal) {
    this.root = root;
    this.data = data;
    this.signal = signal;
    this.moment_s = 0;
    this.answer_to = null;
  }

  begin() {
    if (this.root.fcOf !== this.data.html + this.data.address) {
      this.root.innerHTML = this.data.html;
      this.root.fcOf = this.data.html + this.data.address;
      document.fcTalk = this.root; // the set before may still stand there for a moment
    }
    const on = (target, name, act) => target.addEventListener(name, act, { signal: this.signal });
    on(document, "fc-said", (event) => {
      if (event.detail.address === this.data.address) this.show(event.detail.state);
    });
    on(document, "keydown", (event) => this.pressed(event));
    on(this.root, "click", (event) => this.clicked(event));
    on(this.root, "submit", (event) => {
      event.preventDefault();
      this.say();
    });
    on(this.part("words"), "keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.say();
      if (event.key === "Escape") event.target.blur();
      event.stopPropagation();
    });
    on(this.part("pin"), "change", () => this.pin(this.part("pin").checked));
    this.pin(false);
    this.show(this.data.state);
    this.timer = setInterval(() => this.look(), LOOK_MS);
  }

  part(name) {
    return this.root.querySelector(`[data-part="${name}"]`);
  }

  now() {
    return Number(document.querySelector(`.fc-linked[data-of="${this.data.player}"]`)?.dataset.now ?? 0);
  }

  pin(pinned) {
    this.moment_s = this.now();
    this.part("pin").checked = pinned;
    this.part("moment").textContent = pinned ? clock(this.moment_s) : "shown";
  }

  pressed(event) {
    if (document.fcTalk !== this.root) return;
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.key.toLowerCase() !== "m") return;
    event.preventDefault();
    document.querySelector(`.st-key-${this.data.video_key} video`)?.pause();
    this.pin(true);
    this.part("words").focus();
  }

  clicked(event) {
    const on = (name) => event.target.closest(`[data-${name}]`);
    const phrase = on("phrase");
    if (phrase) this.insert(phrase.textContent);
    if (on("drop")) this.post("drop-phrase", { id: on("drop").dataset.drop });
    if (on("keep-phrase")) this.post("keep-phrase", { words: this.part("words").value });
    if (on("take-back")) this.post("take-back", { id: on("take-back").dataset.takeBack });
    if (on("answer")) this.answer(on("answer"));
    if (on("no-answer")) this.answer(null);
  }

  answer(key) {
    this.answer_to = key?.dataset.answer ?? null;
    const line = this.part("answering");
    line.hidden = !key;
    const words = key?.closest(".fc-remark").querySelector(".fc-words").textContent ?? "";
    line.querySelector("span").textContent = key ? `Answering: ${words.slice(0, 60)} ` : "";
    if (key) this.part("words").focus();
  }

  insert(words) {
    const field = this.part("words");
    field.value = field.value ? `${field.value.trimEnd()} ${words}` : words;
    field.focus();
  }

  async say() {
    const field = this.part("words");
    const body = { words: field.value, answer_to: this.answer_to };
    if (this.part("pin").checked) body.moment_s = this.moment_s;
    if (await this.post("say", body)) {
      field.value = "";
      this.answer(null);
      this.pin(false);
      field.blur();
    }
  }

  zone() {
    return encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone ?? "");
  }

  async post(what, body) {
    try {
      const answer = await fetch(`${this.data.address}/${what}?zone=${this.zone()}`, {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
      });
      return this.take(answer.ok, await answer.json());
    } catch {
      return this.take(false, { problem: "The server does not answer. Your words are still here: try again." });
    }
  }

  async look() {
    if (document.hidden) return;
    try {
      const answer = await fetch(`${this.data.address}/said?zone=${this.zone()}`);
      if (answer.ok) this.take(true, await answer.json());
    } catch {
      // the next look may find it
    }
  }

  take(well, state) {
    this.part("status").textContent = well ? "" : state.problem;
    if (well) {
      document.dispatchEvent(new CustomEvent("fc-said", { detail: { address: this.data.address, state } }));
    }
    return well;
  }

  show(state) {
    const list = this.part("talk");
    if (list.fcHtml !== state.talk) {
      list.innerHTML = state.talk;
      list.fcHtml = state.talk;
    }
    const phrases = this.part("phrases");
    if (!phrases) return;
    phrases.replaceChildren(...state.phrases.map((phrase) => {
      const chip = document.createElement("span");
      const use = document.createElement("button");
      use.type = "button";
      use.dataset.phrase = phrase.id;
      use.textContent = phrase.words;
      const drop = document.createElement("button");
      drop.type = "button";
      drop.dataset.drop = phrase.id;
      drop.setAttribute("aria-label", `Drop the phrase: ${phrase.words}`);
      drop.textContent = "\u00d7";
      chip.append(use, drop);
      return chip;
    }));
  }
}

function clock(t_s) {
  const tenths = Math.round(Math.max(t_s, 0) * 10);
  const seconds = String(Math.floor(tenths / 10) % 60).padStart(2, "0");
  return `${Math.floor(tenths / 600)}:${seconds}.${tenths % 10}`;
}
