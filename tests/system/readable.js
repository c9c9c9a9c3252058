// Every text that is shown, with its contrast to the ground that it stands on. Colours are mixed by the browser
// itself: whatever way they are written, a canvas tells their bytes.

() => {
  const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const bytes = (colour) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, ground) => [0, 1, 2].map((i) => top[i] * top[3] + ground[i] * (1 - top[3]));
  const ground = (element) => {
    if (!element) return [255, 255, 255];
    const colour = bytes(getComputedStyle(element).backgroundColor);
    return colour[3] === 1 ? colour.slice(0, 3) : over(colour, ground(element.parentElement));
  };
  const opacity = (element) =>
    element ? Number(getComputedStyle(element).opacity) * opacity(element.parentElement) : 1;
  const light = (colour) => {
    const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = colour.map((v) => linear(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const pairs = [];
  for (const element of document.querySelectorAll("body *")) {
    const texts = [...element.childNodes].filter((each) => each.nodeType === Node.TEXT_NODE);
    const words = texts.map((each) => each.data.trim()).join(" ").trim();
    const shown = element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    const aside = element.closest("script, style, :disabled");
    if (!words || !shown || box.width < 2 || box.height < 2 || aside) continue;
    const behind = ground(element);
    const own = bytes(style.color);
    const seen = over([...own.slice(0, 3), own[3] * opacity(element)], behind);
    const [high, low] = [light(seen), light(behind)].sort((a, b) => b - a);
    const size = parseFloat(style.fontSize);
    pairs.push({ words: words.slice(0, 60), ratio: (high + 0.05) / (low + 0.05),
      large: size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) });
  }
  return pairs;
}
