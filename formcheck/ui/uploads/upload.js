// Sends a recording in pieces, straight from the disk; a piece that is lost is sent again from where the
// server says that it ends. Nothing but the server that this page came from is talked to.

const PIECE_BYTES = 8 * 1024 * 1024;
const WAIT_MS = [500, 1000, 2000, 4000, 8000, 15000, 15000, 15000, 15000, 15000];

export default function (component) {
  const { parentElement, data, setTriggerValue } = component;
  const root = parentElement.querySelector(".fc-upload");
  if (!root) return undefined;
  const input = root.querySelector("input");
  input.accept = data.accept;
  root.fcData = data; // the newest wish, also for a field that is used again
  root.fcDone = (id) => setTriggerValue("done", id);
  if (!root.fcSender) {
    root.fcSender = new Sender(root);
    input.addEventListener("change", () => input.files[0] && root.fcSender.send(input.files[0]));
  }
  return undefined;
}

class Refused extends Error {}

class Sender {
  constructor(root) {
    this.root = root;
    this.going = root.querySelector(".fc-going");
    this.drop = root.querySelector(".fc-drop");
    root.querySelector(".fc-cancel").addEventListener("click", () => this.cancel());
  }

  async send(file) {
    const data = this.root.fcData;
    if (this.abort) return;
    this.abort = new AbortController();
    this.problem("");
    this.show(file, 0);
    try {
      if (file.size > data.max_bytes) throw new Refused("This recording is too large: film one set at a time.");
      const begun = await this.ask(data.address, {
        method: "POST",
        body: JSON.stringify({
          name: file.name,
          size: file.size,
          fingerprint: `${file.name}|${file.size}|${file.lastModified}`,
          exercise: data.exercise,
        }),
      });
      this.address = `${data.address}/${begun.id}`;
      await this.sendPieces(file, begun.received);
      const kept = await this.ask(`${this.address}/keep`, { method: "POST" });
      this.root.fcDone(kept.set);
    } catch (error) {
      if (!this.abort.signal.aborted) this.problem(error instanceof Refused ? error.message : LOST);
    } finally {
      this.abort = null;
      this.address = null;
      this.going.hidden = true;
      this.drop.hidden = false;
      this.root.querySelector("input").value = "";
    }
  }

  async sendPieces(file, received) {
    const data = this.root.fcData;
    while (received < file.size) {
      this.show(file, received);
      const piece = file.slice(received, received + PIECE_BYTES);
      const answer = await this.ask(
        this.address,
        { method: "PATCH", body: piece, headers: { [data.offset_header]: String(received) } },
        () => this.ask(this.address, {}),
      );
      received = answer.received;
    }
    this.show(file, received);
  }

  // asks until there is an answer; ``instead`` is asked after a failure, to learn what has come
  async ask(address, options, instead) {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const answer = await fetch(address, { ...options, signal: this.abort.signal, credentials: "same-origin" });
        const said = await answer.json().catch(() => ({}));
        if (answer.ok) return said;
        const again = answer.status >= 500 || answer.status === 423 || (answer.status === 409 && instead);
        if (!again || attempt >= WAIT_MS.length) throw new Refused(said.problem || LOST);
      } catch (error) {
        if (this.abort.signal.aborted || error instanceof Refused || attempt >= WAIT_MS.length) throw error;
      }
      this.say("The connection is lost. Trying again …");
      await new Promise((go) => setTimeout(go, WAIT_MS[attempt]));
      if (instead) return instead();
    }
  }

  async cancel() {
    const address = this.address;
    this.abort?.abort();
    if (address) await fetch(address, { method: "DELETE" }).catch(() => {});
  }

  show(file, received) {
    this.drop.hidden = true;
    this.going.hidden = false;
    this.going.querySelector("progress").value = file.size ? received / file.size : 0;
    this.say(`Sending ${file.name}: ${mega(received)} of ${mega(file.size)} MB`);
  }

  say(words) {
    this.going.querySelector(".fc-said").textContent = words;
  }

  problem(words) {
    const place = this.root.querySelector(".fc-problem");
    place.textContent = words;
    place.hidden = !words;
  }
}

const LOST = "The upload was cut. Choose the same recording again: it goes on where it was.";

function mega(bytes) {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
}
