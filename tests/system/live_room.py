"""A room of its own for the live tests: a network namespace that server and browser share and nobody else.

WebRTC ignores the loopback, so that the namespace has a pair of virtual cables with an address of the
private network; there is no route out of it.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import pytest
from playwright.sync_api import Browser, Playwright

from tests.system.conftest import CHROMIUM, FLAGS, START_S, need

ADDRESS = "10.77.31.1"
PORT = 8533
ROOT = Path(__file__).parents[2]
CAMERA_HZ = 30
"""Chromium plays a file of JPEGs at this rate, whatever the clip's own."""
CAMERA = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")


@dataclass
class Room:
    """A namespace, and a folder for what belongs to it."""

    name: str
    folder: Path

    def inside(self, *command: str) -> list[str]:
        """Return a command that runs in the namespace."""
        return ["ip", "netns", "exec", self.name, *command]

    def chromium(self) -> Path:
        """Return a program that is Chromium in this namespace."""
        path = self.folder / "chromium"
        path.write_text(f'#!/bin/sh\nexec ip netns exec {self.name} {CHROMIUM} "$@"\n', encoding="utf-8")
        path.chmod(0o755)
        return path

    def foreign_peers(self) -> set[str]:
        """Return the far ends of every socket in the namespace that are no address of its own."""
        shown = subprocess.run(self.inside("ss", "-Htuan"), capture_output=True, text=True, check=True).stdout
        peers = {line.split()[5].rpartition(":")[0].strip("[]") for line in shown.splitlines()}
        own = {"127.0.0.1", "::1", "::ffff:127.0.0.1", "*", "0.0.0.0", "::", ADDRESS}  # noqa: S104 - compared only
        return {peer.partition("%")[0] for peer in peers} - own

    @contextmanager
    def cut(self) -> Iterator[None]:
        """Take the network away for a while: neither pictures nor words come through, and nobody is told."""
        # what an address of this machine sends to another goes through the loopback, cable0 or not
        subprocess.run(self.inside("ip", "link", "set", "lo", "down"), check=True, capture_output=True)
        try:
            yield
        finally:
            subprocess.run(self.inside("ip", "link", "set", "lo", "up"), check=True, capture_output=True)


@contextmanager
def room(folder: Path, *, chromium: bool = True) -> Iterator[Room]:
    """Make a namespace, or skip where that is not allowed."""
    need("ip")
    if chromium and not CHROMIUM.exists():
        pytest.skip(f"needs {CHROMIUM}: run tests/system/prepare.py as root")
    name = f"fc-live-{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        pytest.skip(f"this machine allows no network namespaces: {made.stderr.strip()}")
    here = Room(name, folder)
    try:
        for command in (
            "ip link set lo up",
            "ip link add cable0 type veth peer name cable1",
            f"ip addr add {ADDRESS}/24 dev cable0",
            "ip link set cable0 up",
            "ip link set cable1 up",
        ):
            subprocess.run(here.inside(*command.split()), check=True, capture_output=True)
        yield here
    finally:
        subprocess.run(["ip", "netns", "del", name], check=False)


class Server:
    """``formcheck app`` in a room; may be killed and started again."""

    def __init__(self, here: Room, mode: str = "home") -> None:
        self._room = here
        self._mode = mode
        self.address = f"http://localhost:{PORT}"
        self.data = here.folder / "data"
        self.log = here.folder / "server.txt"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it is well."""
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self._room.inside(sys.executable, "-m", "formcheck", "app", "--port", str(PORT)),
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._room.folder,
                env={
                    **os.environ,
                    "PYTHONPATH": str(ROOT),
                    "FORMCHECK_MODE": self._mode,
                    "FORMCHECK_DATA_DIR": str(self.data),
                },
                start_new_session=True,
            )
        asked = f"import urllib.request as r; r.urlopen('{self.address}/_stcore/health', timeout=2)"
        deadline_s = time.monotonic() + START_S
        while time.monotonic() < deadline_s:
            tried = subprocess.run(
                self._room.inside(sys.executable, "-c", asked), capture_output=True, check=False
            )
            if tried.returncode == 0:
                return
            time.sleep(0.2)
        pytest.fail(f"the server did not start: {self.log.read_text(encoding='utf-8', errors='replace')}")

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it, kindly or not."""
        if self._process is not None:
            os.killpg(self._process.pid, how)
            self._process.wait(30)
            self._process = None


@contextmanager
def browser_with(driver: Playwright, here: Room, *flags: str) -> Iterator[Browser]:
    """Open Chromium in a room."""
    browser = driver.chromium.launch(
        executable_path=str(here.chromium()), args=[*FLAGS, *flags], headless=True
    )
    try:
        yield browser
    finally:
        browser.close()


def camera_clip(sample: Path, folder: Path) -> Sequence[str]:
    """Return the flags that make a sample the browser's camera, which plays it again and again."""
    clip = folder / f"{sample.stem}.mjpeg"
    if not clip.exists():
        write_mjpeg(clip, pictures(sample))
    return (*CAMERA, f"--use-file-for-fake-video-capture={clip}")


def pictures(sample: Path) -> Iterator[av.VideoFrame]:
    """Yield a sample's pictures at the rate of the fake camera, repeating what a slower clip lacks."""
    given = 0
    with av.open(str(sample)) as container:
        lasts_s = float(1 / (container.streams.video[0].average_rate or CAMERA_HZ))
        for frame in container.decode(video=0):
            shown = frame.reformat(format="yuvj420p")
            while given / CAMERA_HZ < (frame.time or 0.0) + lasts_s:
                yield shown
                given += 1


def write_mjpeg(clip: Path, frames: Iterable[av.VideoFrame]) -> None:
    """Write pictures one after the other as JPEG, which is what Chromium takes for a camera."""
    with av.open(str(clip), "w", format="mjpeg") as output:
        stream = output.add_stream("mjpeg", rate=CAMERA_HZ, options={"qmin": "2", "qmax": "4"})
        stream.pix_fmt = "yuvj420p"
        for i, frame in enumerate(frames):
            if i == 0:
                stream.width, stream.height = frame.width, frame.height
            frame.pts, frame.time_base = i, Fraction(1, CAMERA_HZ)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
