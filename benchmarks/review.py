"""How many keys and seconds it takes to look through a queue: 200 sets of 40 patients, in a real browser.

Run ``python benchmarks/review.py``; prints a table and writes ``review.json``. A clinician who knows the keys
and needs no time to think is played by a script: a verdict on every repetition, a comment on every tenth
set, on to the next one. What is left is formcheck's own part: keys, seconds until the next set stands there,
and seconds of the server's processor (everything that its process does meanwhile).
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, sync_playwright

from formcheck.coach.judge import Corrections
from formcheck.exercises.load import load
from formcheck.report.analysis import analyse
from formcheck.store.access import Level
from formcheck.store.columns import now
from formcheck.store.invitations import Newcomer
from formcheck.store.records import Content, NewSet, Outcome
from formcheck.store.settings import Settings
from formcheck.store.store import Store
from formcheck.ui.uploads import films
from formcheck.ui.uploads.analyse import outcome_of
from tests import synthetic
from tests.system.conftest import CHROMIUM, FLAGS, free_port, wait_until_up

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[1]
PASSWORD = "three small words"  # noqa: S105 - of nobody
COMMENT_EVERY = 10
SOON_MS = 60_000
ARRIVED = """
place => [...document.querySelectorAll(".fc-place")].some(each => each.textContent === place)
  && document.querySelectorAll(".fc-judging").length === 1
  && document.querySelector(".fc-judging .fc-selected")
  && !document.querySelector(".fc-mine:not(:empty)")
"""
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Fill a clinic, look through its queue, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=200)
    parser.add_argument("--patients", type=int, default=40)
    parser.add_argument(
        "--minutes", type=float, default=20.0, help="stop after so long, and tell of what was done"
    )
    parser.add_argument("--out", type=Path, default=HERE / "review.json")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="formcheck-bench-") as folder:
        fill(Path(folder), asked.patients, asked.sets)
        result = looked_through(Path(folder), asked.sets, 60 * asked.minutes)
    for name, value in result.items():
        print(f"{name:32} {value}")
    asked.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def fill(folder: Path, n_patients: int, n_sets: int) -> None:
    """Make a clinician and patients whose sets wait."""
    store = Store.open(Settings.at(folder / "data", mode="clinic"))
    code = store.invitations.invite_clinician("Kim")
    clinician = store.sessions.actor(store.invitations.join(code, Newcomer("Kim", "kim", PASSWORD)))
    patients = []
    for i in range(n_patients):
        code = store.invitations.invite_patient(clinician, str(i))
        newcomer = Newcomer(f"Patient {i + 1}", openid_subject=str(i))
        patients.append(store.sessions.actor(store.invitations.join(code, newcomer)))
    outcomes = [made(folder / str(i), motion) for i, motion in enumerate(motions())]
    for i in range(n_sets):
        at = now() - timedelta(minutes=7 * i)
        new = NewSet("upload", f"set-{i}.mp4", at, shared=Level.REPLAY)
        store.sets.save(patients[i % n_patients], new, outcomes[i % len(outcomes)])
    store.close()


def motions() -> list[synthetic.Motion]:
    """Return sets of eight squats: clean ones, shallow ones, ones that are dropped."""
    return [
        synthetic.squats(8),
        synthetic.squats(8, depth_deg=60.0),
        synthetic.squats(8, synthetic.Pace(out_s=0.5, hold_s=0.3, back_s=1.2)),
    ]


def made(folder: Path, motion: synthetic.Motion) -> Outcome:
    """Judge a set and draw its stick figure."""
    folder.mkdir()
    analysis = analyse(synthetic.film(motion), load("squat"))
    outcome = outcome_of(analysis, Corrections(), folder)
    films.write_replay(analysis, folder / "replay.mp4", lambda *_: None)
    film = Content("replay.mp4", folder / "replay.mp4")
    return replace(outcome, files={**outcome.files, "replay": film})


def looked_through(folder: Path, n_sets: int, limit_s: float) -> dict[str, object]:
    """Look through the queue; return what it took for each set."""
    port, log = free_port(), folder / "log.txt"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "FORMCHECK_MODE": "clinic"}
    environment["FORMCHECK_DATA_DIR"] = str(folder / "data")
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "formcheck", "app", "--port", str(port)],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
    try:
        wait_until_up(f"http://localhost:{port}", log)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.set_default_timeout(SOON_MS)
            log_in(page, f"http://localhost:{port}")
            return walk(page, server.pid, n_sets, limit_s)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)


def log_in(page: Page, address: str) -> None:
    """Log in and begin with the first set of the queue."""
    page.goto(f"{address}/formcheck/login")
    page.locator("input[name=login]").fill("kim")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form button").click()
    page.locator(".fc-queue").wait_for()


@dataclass(frozen=True)
class Walked:
    """What one set took: ``opens_s`` of its ``wall_s`` until the next one stood there."""

    reps: int
    keys: int
    wall_s: float
    opens_s: float


def walk(page: Page, pid: int, n_sets: int, limit_s: float) -> dict[str, object]:
    """Go from set to set by keys alone; what was measured is told also where a set never comes."""
    page.keyboard.press("n")
    arrived(page, 1, n_sets)
    busy_s, until_s, walked = processor_s(pid), time.perf_counter() + limit_s, []
    try:
        for i in range(1, n_sets + 1):
            if time.perf_counter() > until_s:
                break
            walked.append(look_through(page, i, n_sets))
    except PlaywrightError as error:
        print(f"set {len(walked) + 1}: {error}", file=sys.stderr)
    busy_s, done = processor_s(pid) - busy_s, len(walked)
    opens_s = sorted(each.opens_s for each in walked)
    return {
        "sets looked through": done,
        "of a queue of": n_sets,
        "repetitions": sum(each.reps for each in walked),
        "keys a set": round(sum(each.keys for each in walked) / done, 1),
        "clicks a set": 0,
        "seconds a set, median": round(statistics.median(each.wall_s for each in walked), 2),
        "of these to the next set, median": round(statistics.median(opens_s), 2),
        "to the next set, 95th centile": round(opens_s[int(0.95 * done)], 2),
        "server's processor s a set": round(busy_s / done, 3),
    }


def look_through(page: Page, number: int, n_sets: int) -> Walked:
    """Judge every repetition of the set that stands there, comment now and then, and go on."""
    begun_s, comment = time.perf_counter(), number % COMMENT_EVERY == 0
    reps = page.locator(".fc-judging [data-rep]").count()
    for _ in range(reps):
        page.keyboard.press("y")
    page.get_by_text("Every repetition has your verdict.").wait_for()
    if comment:
        page.keyboard.press("m")
        page.keyboard.type("Slower on the way down, please.")
        page.keyboard.press("Control+Enter")
        page.locator(".fc-remark").wait_for()
    onward_s = time.perf_counter()
    page.keyboard.press("n")
    arrived(page, number + 1, n_sets)
    now_s = time.perf_counter()
    return Walked(reps, reps + 1 + 2 * comment, now_s - begun_s, now_s - onward_s)


def arrived(page: Page, number: int, n_sets: int) -> None:
    """Wait until a set stands there alone, or the queue after the last one."""
    if number > n_sets:
        page.locator(".fc-selected").wait_for(state="detached")
        return
    page.wait_for_function(ARRIVED, arg=f"{number} of {n_sets}")


def processor_s(pid: int) -> float:
    """Return how long a process has been on a processor."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


if __name__ == "__main__":
    main()
