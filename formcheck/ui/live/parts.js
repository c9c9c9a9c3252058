// The parts of a frame that are written anew as a state changes; set before the scripts that need it.

class Parts {
  constructor(root) {
    this.root = root;
  }

  part(name) {
    return this.root.querySelector(`[data-part="${name}"]`);
  }

  write(name, text) {
    const part = this.part(name);
    if (!part) return;
    if (part.textContent !== text) part.textContent = text;
    part.hidden = text === "";
  }

  draw(name, html) {
    const part = this.part(name);
    if (!part || part.fcHtml === html) return;
    part.innerHTML = html;
    part.fcHtml = html;
    part.hidden = html === "";
  }
}

