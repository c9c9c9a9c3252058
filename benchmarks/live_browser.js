// Runs in every frame of the page under measurement: notes when the camera gave which picture, when the page
// showed it with its overlay, and when words and keys came. A picture carries its number as black and white
// squares, each above its opposite; the overlay shows it mirrored. Times are milliseconds of the machine's clock.

(() => {
  const { bits, square, left, top, width, height } = CODE;
  const seen = (window.fcSeen = { camera: [], overlay: [], lines: [], stages: [], keys: [], rates: [] });
  const now = () => performance.timeOrigin + performance.now();

  function number(video, mirrored) {
    // as large as it is shown: scaling down mixes neighbouring squares
    const scale = [video.videoWidth / width, video.videoHeight / height];
    const size = [Math.round(bits * square * scale[0]), Math.round(2 * square * scale[1])];
    const small = (number.canvas ??= new OffscreenCanvas(bits * square, 2 * square)).getContext("2d", { willReadFrequently: true });
    const from = mirrored ? width - left - bits * square : left;
    small.drawImage(video, from * scale[0], top * scale[1], ...size, 0, 0, ...size);
    const { data, width: across } = small.getImageData(0, 0, ...size);
    const middle = (i, row) => data[4 * (Math.round((row + 0.5) * square * scale[1]) * across + Math.round((i + 0.5) * square * scale[0]))];
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const at = mirrored ? bits - 1 - i : i, apart = middle(at, 0) - middle(at, 1);
      if (Math.abs(apart) < 80) return null;
      value = value * 2 + (apart > 0);
    }
    return value;
  }

  const original = navigator.mediaDevices?.getUserMedia?.bind(navigator.mediaDevices);
  if (original) {
    navigator.mediaDevices.getUserMedia = async (asked) => {
      const stream = await original(asked);
      const video = Object.assign(document.createElement("video"), { muted: true, srcObject: stream.clone() });
      video.play();
      setInterval(() => video.videoWidth && seen.camera.push([now(), number(video, false)]), 211);
      return stream;
    };
  }

  function watch(video) {
    if (video.fcWatched || !video.srcObject) return;
    video.fcWatched = true;
    const shown = () => {
      if (video.videoWidth) seen.overlay.push([now(), number(video, true), video.videoWidth]);
      video.requestVideoFrameCallback(shown);
    };
    video.requestVideoFrameCallback(shown);
  }

  let stage = "", newest = 0;
  setInterval(() => {
    document.querySelectorAll("video").forEach(watch);
    const board = document.querySelector(".fc-board");
    if (board?.dataset.rate) seen.rates.push([now(), board.dataset.stage, +board.dataset.rate, +board.dataset.overlay,
      board.dataset.picture, +board.dataset.dropped]);
  }, 500);
  new MutationObserver(() => {
    const board = document.querySelector(".fc-board");
    if (!board) return;
    if (board.dataset.stage !== stage) seen.stages.push([now(), (stage = board.dataset.stage)]);
    for (const item of board.querySelectorAll(".fc-log li")) {
      if (+item.dataset.n <= newest) continue;
      newest = +item.dataset.n;
      seen.lines.push([now(), item.dataset.kind, item.textContent]);
    }
  }).observe(document, { subtree: true, childList: true, attributes: true });
  document.addEventListener("keydown", (event) => seen.keys.push([now(), event.key]), true);
})();
