"""Saves, uploads and records until it is killed, again and again, and looks at what is there afterwards.

A program of its own: a child is forked (so that nothing need be imported anew), works with three threads,
tells over a pipe what it has promised, and is killed with SIGKILL at a random moment. Prints what it found
as JSON. Used by tests (a few moments) and by the system tests (200).
"""

import hashlib
import json
import os
import random
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, update
from sqlalchemy import select as query

from formcheck.body.pose import PoseTrack
from formcheck.store.access import Actor
from formcheck.store.columns import now
from formcheck.store.records import Content, NewSet, Outcome
from formcheck.store.settings import Settings
from formcheck.store.store import Store
from formcheck.store.tables_sets import ExerciseSet, LooseFile, MediaFile, StoredReport, WorkItem
from formcheck.store.uploads import Wish
from tests import synthetic
from tests.store.world import WHEN, report

ALIVE_S = (0.15, 1.4)
UPLOAD = random.Random(7).randbytes(3_000_000)
CHUNK = 40_000
LOST_AT_MOST_S = 1.0


def main() -> None:
    """Run as ``python -m tests.store.crash DATA_DIR DATABASE_URL MEDIA_URL MOMENTS SEED``."""
    data_dir, database_url, media_url, moments, seed = sys.argv[1:]
    settings = Settings(Path(data_dir), database_url, media_url)
    track = synthetic.film(synthetic.squats(2), synthetic.Camera())
    with opened(settings) as store:
        store.people.at_home()
    chance = random.Random(int(seed))
    found = Found()
    for _ in range(int(moments)):
        seen_s = kill_at(chance.uniform(*ALIVE_S), settings, track)
        with opened(settings) as store:
            found.look(store, seen_s)
    with opened(settings) as store:
        found.finish(store)
    sys.stdout.write(json.dumps(found.__dict__))


class opened:  # noqa: N801 - used like a function
    """A store that is closed again before the next fork."""

    def __init__(self, settings: Settings) -> None:
        self.store = Store.open(settings)

    def __enter__(self) -> Store:
        return self.store

    def __exit__(self, *_: object) -> None:
        self.store.close()


def kill_at(after_s: float, settings: Settings, track: PoseTrack) -> float:
    """Let a child work for so long, kill it, and return the time of the last pose that its set was given."""
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(told)
        try:
            work(settings, track, tell)
        finally:
            os._exit(1)
    os.close(tell)
    assert os.read(told, 4) == b"redy", "the child did not begin"
    time.sleep(after_s)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    said = b""
    while select.select([told], [], [], 0)[0] and (block := os.read(told, 65536)):
        said += block
    os.close(told)
    time.sleep(0.05)  # a database server may still be finishing what it was told before
    lines = [line for line in said.decode().split("\n")[:-1] if line]
    return float(lines[-1]) if lines else 0.0


def work(settings: Settings, track: PoseTrack, tell: int) -> None:
    """Record in real time, save and upload, all at once."""
    store = Store.open(settings)
    actor = store.people.at_home()
    jobs: list[Callable[[], None]] = [lambda: save(store, actor), lambda: upload(store, actor)]
    for job in jobs:
        threading.Thread(target=job, daemon=True).start()
    live = store.live.begin(actor, NewSet("live", "squat", WHEN))
    os.write(tell, b"redy")
    start_s = time.monotonic()
    for pose in track:
        time.sleep(max(0.0, start_s + pose.t_s - time.monotonic()))
        live.add(pose)
        os.write(tell, f"{pose.t_s:.4f}\n".encode())


def save(store: Store, actor: Actor) -> None:
    """Keep judged sets, one after the other."""
    for i in range(10**6):
        files = {
            "track": Content("track.parquet", os.urandom(60_000)),
            "signals": Content("signals.parquet", os.urandom(20_000)),
        }
        store.sets.save(actor, NewSet("upload", f"saved {i}", WHEN), Outcome(report(), {}, files))


def upload(store: Store, actor: Actor) -> None:
    """Upload the same recording over and over, continuing what was cut."""
    while True:
        arriving = store.uploads.begin(actor, Wish("squat.mp4", len(UPLOAD), "the same"))
        at = arriving.received_bytes
        while at < len(UPLOAD):
            with store.uploads.appending(actor, arriving.id, at) as file:
                file.write(UPLOAD[at : at + CHUNK])
            at = store.uploads.get(actor, arriving.id).received_bytes
        store.uploads.keep(actor, arriving.id)


class Found:
    """What was found after all moments; ``wrong`` must stay empty."""

    def __init__(self) -> None:
        self.moments = 0
        self.saved = self.uploaded = self.recorded = self.cut_uploads = 0
        self.most_lost_s = 0.0
        self.wrong: list[str] = []
        self._whole: set[str] = set()  # looked at already

    def look(self, store: Store, seen_s: float) -> None:
        """Look at everything that is new since the last moment."""
        self.moments += 1
        actor = store.people.at_home()
        for row in store.sets.of_patient(actor, actor.account_id, limit=10**9):
            if row.id in self._whole:
                continue
            if row.state == "recording":
                self._live(store, actor, row.id, seen_s)
            else:
                self._set(store, row.id)
        self._uploads(store, actor)
        self._loose(store)
        store.live.rescue(silent_for=timedelta(0))

    def finish(self, store: Store) -> None:
        """Clear away what the crashes left: afterwards there is exactly what rows own."""
        with store.database.write() as session:
            session.execute(update(LooseFile).values(until=now() - timedelta(hours=1)))
        store.tidy()
        store.uploads.sweep(stale_after=timedelta(0))
        with store.database.read() as session:
            owned = set(session.scalars(query(MediaFile.key)))
        lying = {path.name for path in Path(store.settings.media_url).rglob("*") if path.is_file()}
        if owned != lying:
            self.wrong.append(f"{len(lying - owned)} files without a row, {len(owned - lying)} rows without")
        if left := list((store.settings.data_dir / "uploads").iterdir()):
            self.wrong.append(f"{len(left)} beginnings of uploads")
        self._jobs(store)
        del self._whole

    def _jobs(self, store: Store) -> None:
        """Every set that waits has its work, and a new worker gets it."""
        with store.database.read() as session:
            waiting = set(session.scalars(query(ExerciseSet.id).where(ExerciseSet.state == "waiting")))
        claimed = set()
        while (claim := store.work.claim("after the crash")) is not None:
            claimed.add(claim.set_id)
            store.work.finish(claim)
        if waiting != claimed:
            self.wrong.append(f"{len(waiting ^ claimed)} sets without work, or work without a set")

    def _live(self, store: Store, actor: Actor, set_id: str, seen_s: float) -> None:
        self.recorded += 1
        track = store.live.track(actor, set_id)
        kept_s = float(track.t_s[-1]) if len(track) else 0.0
        self.most_lost_s = max(self.most_lost_s, seen_s - kept_s)
        if seen_s - kept_s > LOST_AT_MOST_S:
            self.wrong.append(f"{seen_s - kept_s:.2f} s of a live set lost")

    def _set(self, store: Store, set_id: str) -> None:
        """A set is whole: its report, or its work; its files with what they held."""
        self._whole.add(set_id)
        with store.database.read() as session:
            row = session.get_one(ExerciseSet, set_id)
            reports = session.scalar(query(func.count()).where(StoredReport.set_id == set_id))
            works = session.scalar(query(func.count()).where(WorkItem.set_id == set_id))
            files = session.scalars(query(MediaFile).where(MediaFile.set_id == set_id)).all()
        kinds = {file.kind for file in files}
        if row.state == "done":
            self.saved += 1
            if reports != 1 or kinds != {"track", "signals"}:
                self.wrong.append(f"half a saved set: {reports} reports, {kinds}")
        elif row.source == "upload":
            self.uploaded += 1
            if works != 1 or kinds != {"video"}:
                self.wrong.append(f"half an uploaded set: {works} works, {kinds}")
        for file in files:
            with store.media.open(file.key) as opened_file:
                content = opened_file.read()
            if hashlib.sha256(content).hexdigest() != file.sha256:
                self.wrong.append(f"a damaged {file.kind}")
            if file.kind == "video" and content != UPLOAD:
                self.wrong.append("an upload that is not what was sent")

    def _uploads(self, store: Store, actor: Actor) -> None:
        """What has come of an upload is a beginning of what was sent."""
        for path in (store.settings.data_dir / "uploads").glob("*.part"):
            content = path.read_bytes()
            self.cut_uploads += bool(content)
            if content != UPLOAD[: len(content)]:
                self.wrong.append("a damaged beginning of an upload")

    def _loose(self, store: Store) -> None:
        """Every file is known: owned by a set, or on the list of what is cleared away."""
        with store.database.read() as session:
            known = set(session.scalars(query(MediaFile.key))) | set(session.scalars(query(LooseFile.key)))
        lying = {path.name for path in Path(store.settings.media_url).rglob("*") if path.is_file()}
        if lying - known:
            self.wrong.append(f"{len(lying - known)} files that nobody knows")


def run(settings: Settings, moments: int, seed: int = 1) -> dict[str, object]:
    """Run this program and return what it found."""
    with tempfile.TemporaryFile() as errors:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "tests.store.crash", str(settings.data_dir)),
                *(settings.database_url, settings.media_url, str(moments), str(seed)),
            ],
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=Path(__file__).parents[2],
            check=False,
        )
        errors.seek(0)
        assert done.returncode == 0, errors.read().decode()[-3000:]
    found: dict[str, object] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    main()
