// Runs in every frame of the page under measurement: notes when the camera gave which picture, when the page
// showed it with its overlay, and when words and keys came. A picture carries its number as black and white
// squares; the overlay shows it mirrored. Times are milliseconds of the machine's clock.

(() => {
  const { bits, square, left, top, width, height } = CODE;
  const seen = (window.fcSeen = { camera: [], overlay: [], lines: [], stages: [], keys: [], rates: [] });
  const now = () => performance.timeOrigin + performance.now();

  function number(video, mirrored) {
    const small = (number.canvas ??= new OffscreenCanvas(bits, 1)).getContext("2d", { willReadFrequently: true });
    const scale = [video.videoWidth / width, video.videoHeight / height];
    const from = mirrored ? width - left - bits * square : left;
    small.drawImage(video, from * scale[0], top * scale[1], bits * square * scale[0], square * scale[1], 0, 0, bits, 1);
    const pixels = small.getImageData(0, 0, bits, 1).data;
    let value = 0;
    for (let i = 0; i < bits; i++) value = value * 2 + (pixels[4 * (mirrored ? bits - 1 - i : i)] > 127);
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
