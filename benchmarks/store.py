"""How long pages take with 10,000 sets and 500 patients, and that migrations lose none of them.

Run ``python benchmarks/store.py``; prints a table and writes ``store.json``. Each page is really run, by
Streamlit's own test runner; what is timed is the page's code from its first query to its last element, not
the runner round it. PostgreSQL is used where Debian's package is installed, from a temporary folder.
"""

import argparse
import contextlib
import hashlib
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import pytest
from sqlalchemy import Table, insert, inspect, select
from streamlit.testing.v1 import AppTest

from formcheck.clinic.prescription import Prescribed, Prescription, prescription_json
from formcheck.coach.judge import Corrections
from formcheck.exercises.load import load
from formcheck.plan.entries import Pain, SymptomReport
from formcheck.plan.record import entry_json
from formcheck.report.analysis import analyse
from formcheck.store import migrate
from formcheck.store.columns import Base, new_id, now
from formcheck.store.records import Outcome
from formcheck.store.settings import Settings
from formcheck.store.store import Store
from formcheck.ui.uploads.analyse import outcome_of
from tests import synthetic
from tests.store import postgres

HERE = Path(__file__).parent
LIMIT_MS = 300.0
Took = tuple[float, float]
"""Seconds in all, and seconds on the processor."""
VERDICTS = {"ok": 4, "borderline": 1, "fault": 2, "cannot_judge": 1}


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    database: str
    what: str
    median_ms: float
    p95_ms: float
    busy_ms: float
    """Median time on the processor: what is left of it on a machine that does nothing else."""
    n: int


def history_page() -> None:
    """Show what a patient sees first."""
    import os
    import time

    import streamlit as st

    from formcheck.store.access import Actor
    from formcheck.ui.sets import history

    begun_s, busy_s = time.perf_counter(), time.thread_time()
    history.show(Actor(os.environ["BENCH_WHO"], "patient"))
    st.session_state["took_s"] = time.perf_counter() - begun_s
    st.session_state["busy_s"] = time.thread_time() - busy_s


def set_page() -> None:
    """Show one set with its figures."""
    import os
    import time

    import streamlit as st

    from formcheck.store.access import Actor
    from formcheck.ui.sets import one_set

    begun_s, busy_s = time.perf_counter(), time.thread_time()
    one_set.show(Actor(os.environ["BENCH_WHO"], "patient"), os.environ["BENCH_SET"])
    st.session_state["took_s"] = time.perf_counter() - begun_s
    st.session_state["busy_s"] = time.thread_time() - busy_s


def patient_page() -> None:
    """Show a patient's sets as their clinician sees them."""
    import os
    import time

    import streamlit as st

    from formcheck.clinic.asked import content, newest
    from formcheck.store.access import Actor
    from formcheck.ui.clinic import prescribing
    from formcheck.ui.kept import kept
    from formcheck.ui.sets import listing

    begun_s, busy_s = time.perf_counter(), time.thread_time()
    actor, patient = Actor(os.environ["BENCH_WHO"], "clinician"), os.environ["BENCH_SET"]
    kept().people.patient(actor, patient)
    st.html(prescribing.summary(content(newest(kept(), actor, patient))))
    listing.show(actor, patient, print, sharing=True)
    st.session_state["took_s"] = time.perf_counter() - begun_s
    st.session_state["busy_s"] = time.thread_time() - busy_s


def queue_page() -> None:
    """Show what waits for a clinician."""
    import os
    import time

    import streamlit as st

    from formcheck.store.access import Actor
    from formcheck.ui.clinic import queue_page

    begun_s, busy_s = time.perf_counter(), time.thread_time()
    queue_page.show(Actor(os.environ["BENCH_WHO"], "clinician"))
    st.session_state["took_s"] = time.perf_counter() - begun_s
    st.session_state["busy_s"] = time.thread_time() - busy_s


def review_page() -> None:
    """Show a set to a clinician who looks it through."""
    import os
    import time

    import streamlit as st

    from formcheck.store.access import Actor
    from formcheck.ui.clinic import set_review

    begun_s, busy_s = time.perf_counter(), time.thread_time()
    steps = set_review.Steps("Queue", print, print)
    set_review.show(Actor(os.environ["BENCH_WHO"], "clinician"), os.environ["BENCH_SET"], steps)
    st.session_state["took_s"] = time.perf_counter() - begun_s
    st.session_state["busy_s"] = time.thread_time() - busy_s


def beside_page() -> None:
    """Show two sets of a patient side by side."""
    import os
    import time

    import streamlit as st

    from formcheck.store.access import Actor
    from formcheck.ui.clinic import beside

    begun_s, busy_s = time.perf_counter(), time.thread_time()
    first, second = os.environ["BENCH_SET"].split()
    beside.show(Actor(os.environ["BENCH_WHO"], "clinician"), first, second)
    st.session_state["took_s"] = time.perf_counter() - begun_s
    st.session_state["busy_s"] = time.thread_time() - busy_s


def prescription_page() -> None:
    """Show a patient's prescription, to be changed."""
    import os
    import time

    import streamlit as st

    from formcheck.store.access import Actor
    from formcheck.ui.clinic import patient_page

    begun_s, busy_s = time.perf_counter(), time.thread_time()
    st.query_params["part"] = "prescription"
    patient_page.prescribing.show(Actor(os.environ["BENCH_WHO"], "clinician"), os.environ["BENCH_SET"])
    st.session_state["took_s"] = time.perf_counter() - begun_s
    st.session_state["busy_s"] = time.thread_time() - busy_s


def agreement_page() -> None:
    """Show how far verdicts agree."""
    import os
    import time

    import streamlit as st

    from formcheck.store.access import Actor
    from formcheck.ui.clinic import agreement_page

    begun_s, busy_s = time.perf_counter(), time.thread_time()
    agreement_page.show(Actor(os.environ["BENCH_WHO"], "clinician"))
    st.session_state["took_s"] = time.perf_counter() - begun_s
    st.session_state["busy_s"] = time.thread_time() - busy_s


def main() -> None:
    """Fill, measure, migrate, on both databases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=10_000)
    parser.add_argument("--patients", type=int, default=500)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--out", type=Path, default=HERE / "store.json")
    asked = parser.parse_args()
    rows: list[Row] = []
    migrations: dict[str, object] = {}
    for name, settings in databases():
        store = Store.open(settings)
        known = fill(store, asked.patients, asked.sets)
        migrations[name] = migrated(store)
        put_reviews(store, known)
        rows += measured(name, settings, store, known, asked.runs)
        store.close()
    print(f"{asked.sets} sets, {asked.patients} patients; limit {LIMIT_MS:g} ms")
    for row in rows:
        times = f"median {row.median_ms:6.1f} ms   p95 {row.p95_ms:6.1f} ms   processor {row.busy_ms:6.1f} ms"
        times += f"   n {row.n}"
        print(f"{row.database:11} {row.what:30} {times}")
    for name, said in migrations.items():
        print(f"{name:11} migrations {said}")
    result = {
        "sets": asked.sets,
        "patients": asked.patients,
        "pages": [asdict(row) for row in rows],
        "migrations": migrations,
    }
    asked.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def databases() -> Iterator[tuple[str, Settings]]:
    """Yield settings on either database, each in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="formcheck-bench-") as folder:
        yield "sqlite", Settings.at(Path(folder) / "data", mode="clinic")
    try:
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="formcheck-bench-"))
            server = stack.enter_context(contextlib.contextmanager(postgres.running)())
            url = stack.enter_context(server.database())
            yield "postgresql", replace(Settings.at(Path(folder) / "data", mode="clinic"), database_url=url)
    except pytest.skip.Exception as skipped:
        print(f"SKIPPED: {skipped}")


@dataclass(frozen=True)
class Known:
    """Some ids of what was filled in."""

    patients: list[str]
    clinicians: list[str]
    sets: list[tuple[str, str]]
    """Set and patient."""
    shared: list[tuple[str, str]]
    """Those that the patient's clinician sees."""


def fill(store: Store, n_patients: int, n_sets: int) -> Known:
    """Put patients, clinicians, sets, reports and files into an empty store."""
    chance = random.Random(5)
    at = now()
    clinicians = [new_id() for _ in range(max(1, n_patients // 40))]
    patients = [new_id() for _ in range(n_patients)]
    people = [(who, "clinician") for who in clinicians] + [(who, "patient") for who in patients]
    accounts = [
        {
            **{"id": who, "role": role, "name": f"{role} {i}", "share_by_default": 2, "keep_live": True},
            **{"failed_logins": 0, "created_at": at},
        }
        for i, (who, role) in enumerate(people)
    ]
    care = [
        {
            "id": new_id(),
            "patient_id": who,
            "clinician_id": clinicians[i % len(clinicians)],
            "accepted_at": at,
        }
        for i, who in enumerate(patients)
    ]
    put(store, "account", accounts)
    put(store, "care", care)
    sets = [(new_id(), patients[i % n_patients]) for i in range(n_sets)]
    shared: list[tuple[str, str]] = []
    with tempfile.TemporaryDirectory() as folder:
        track = synthetic.film(synthetic.squats(8), synthetic.Camera())
        outcome = outcome_of(analyse(track, load("squat")), Corrections(), Path(folder))
        for first in range(0, n_sets, 500):
            shared += put_sets(store, sets[first : first + 500], outcome, chance)
    with store.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    return Known(patients, clinicians, sets, shared)


def carers(known: Known) -> dict[str, str]:
    """Return each patient's clinician."""
    return {who: known.clinicians[i % len(known.clinicians)] for i, who in enumerate(known.patients)}


def put_reviews(store: Store, known: Known) -> None:
    """Have half of the shared sets looked through, a fifth of those judged; prescribe, and log pain."""
    chance = random.Random(7)
    at, exercise = now(), "squat"
    shared, carer = known.shared, carers(known)
    looked = [pair for pair in shared if chance.random() < 0.5]
    put(
        store,
        "set_review",
        [{"id": new_id(), "set_id": s, "author_id": carer[who], "at": at} for s, who in looked],
    )
    marks, remarks = [], []
    for set_id, who in chance.sample(looked, len(looked) // 5):
        for rep in range(1, 9):
            said, own = (chance.choices(list(VERDICTS), weights=list(VERDICTS.values()))[0] for _ in "12")
            marks.append(
                {
                    **{"id": new_id(), "set_id": set_id, "author_id": carer[who], "exercise_id": exercise},
                    **{"rep": rep, "peak_s": 3.0 * rep, "at": at, "verdict": said, "own_verdict": own},
                    **{"faults": ["short"] if said == "fault" else [], "own_faults": []},
                }
            )
        remarks.append(
            {
                **{"id": new_id(), "set_id": set_id, "author_id": carer[who], "answer_to": None},
                **{"by_patient": False, "moment_s": 2.0, "words": "Slower, please.", "at": at},
            }
        )
    put(store, "repetition_mark", marks)
    put(store, "remark", remarks)
    item = Prescribed(exercise_id=exercise, sets=3, repetitions=8, eccentric_s=3.0)
    body = prescription_json(Prescription(exercises=(item,)))
    put(
        store,
        "prescription",
        [
            {
                **{"id": new_id(), "patient_id": who, "author_id": by, "number": 1, "why": "a start"},
                **{"at": at - timedelta(days=400), "version": 1, "body": body},
            }
            for who, by in carer.items()
        ],
    )
    put(store, "log_entry", [entry for who in carer for entry in felt(who, chance)])


def felt(who: str, chance: random.Random) -> list[dict[str, object]]:
    """Return a year of a person's mornings, every third day."""
    rows: list[dict[str, object]] = []
    for days in range(0, 360, 3):
        at = now() - timedelta(days=days)
        pain = Pain("central_back", "middle", chance.randrange(6))
        report = SymptomReport(at, "before", (pain,))
        rows.append(
            {
                **{"id": new_id(), "patient_id": who, "author_id": who, "day": at.date(), "at": at},
                **{"kind": "plan", "version": 1, "body": entry_json(report)},
            }
        )
    return rows


def put_sets(
    store: Store, sets: list[tuple[str, str]], outcome: Outcome, chance: random.Random
) -> list[tuple[str, str]]:
    """Keep sets with their reports and files; every file is its own, linked to one content.

    Returns those that are shared.
    """
    shared = []
    rows, reports, files, trail = [], [], [], []
    for set_id, patient_id in sets:
        verdicts = chance.choices(list(VERDICTS), weights=list(VERDICTS.values()), k=8)
        when = now() - timedelta(minutes=chance.randrange(500_000))
        level = chance.choice([0, 1, 2, 3, 4])
        if level:
            shared.append((set_id, patient_id))
        rows.append(
            {
                **{
                    "id": set_id,
                    "patient_id": patient_id,
                    "state": "done",
                    "source": "upload",
                    "name": "a.mp4",
                },
                **{
                    "exercise_id": "squat",
                    "exercise_name": "Squat",
                    "performed_at": when,
                    "changed_at": when,
                },
                **{"duration_s": 30.0, "shared": level, "reps": 8, "red_faults": chance.choice([0, 0, 0, 2])},
                **{verdict: verdicts.count(verdict) for verdict in VERDICTS},
                **{"problem": "", "note": "", "about": {}},
            }
        )
        reports.append({"set_id": set_id, "report": outcome.report, "corrections": dict(outcome.corrections)})
        trail.append(
            {"at": when, "actor_id": patient_id, "action": "shared", "patient_id": patient_id, "detail": ""}
        )
        for kind in ("track", "signals", "pdf"):
            content = outcome.files[kind].data
            assert isinstance(content, Path)
            key = hashlib.sha256(f"{set_id}{kind}".encode()).hexdigest()
            path = store.media.local_path(key)
            assert path is not None
            path.parent.mkdir(exist_ok=True)
            os.link(content, path)
            files.append(
                {
                    **{"key": key, "set_id": set_id, "kind": kind, "name": content.name, "sha256": "0" * 64},
                    **{"size_bytes": content.stat().st_size, "created_at": when},
                }
            )
    put(store, "exercise_set", rows)
    put(store, "stored_report", reports)
    put(store, "media_file", files)
    put(store, "audit_entry", trail)
    return shared


def put(store: Store, table: str, rows: list[dict[str, object]]) -> None:
    """Insert many rows at once."""
    with store.database.write() as session:
        session.execute(insert(Base.metadata.tables[table]), rows)


def measured(name: str, settings: Settings, store: Store, known: Known, runs: int) -> list[Row]:
    """Run the pages for different people, and time each."""
    os.environ.update(
        FORMCHECK_MODE="clinic",
        FORMCHECK_DATA_DIR=str(settings.data_dir),
        FORMCHECK_DATABASE_URL=settings.database_url,
        FORMCHECK_MEDIA_URL=settings.media_url,
    )
    chance = random.Random(9)
    some = [chance.choice(known.sets) for _ in range(runs)]
    seen = [chance.choice(known.shared) for _ in range(runs)]
    pairs = [(f"{first} {second}", who) for first, second, who in two_of_one(known.shared, runs)]
    carer = carers(known)

    def page(script: Callable[[], None], who: str, what: str) -> Callable[[], Took]:
        def run() -> Took:
            os.environ.update(BENCH_WHO=who, BENCH_SET=what)
            app = AppTest.from_function(script, default_timeout=60).run()
            took = float(app.session_state["took_s"]), float(app.session_state["busy_s"])
            assert not app.exception, app.exception
            assert app.get("html") or app.get("bidi_component"), "the page is empty"
            return took

        return run

    pages = {
        "history page (patient)": [page(history_page, who, "") for _, who in some],
        "set page (patient)": [page(set_page, who, set_id) for set_id, who in some],
        "patient page (clinician)": [page(patient_page, carer[who], who) for _, who in some],
        "queue page (clinician)": [page(queue_page, who, "") for who in known.clinicians * 3],
        "set review page (clinician)": [page(review_page, carer[who], set_id) for set_id, who in seen],
        "side-by-side page (clinician)": [page(beside_page, carer[who], two) for two, who in pairs],
        "prescription page (clinician)": [page(prescription_page, carer[who], who) for _, who in some],
        "agreement page (clinician)": [page(agreement_page, who, "") for who in known.clinicians],
    }
    rows = []
    for what, all_runs in pages.items():
        all_runs[0]()  # the first one also loads code
        rows.append(row(name, what, [run() for run in all_runs]))
    rows.append(
        row(name, "query: a clinician's patients", [patients_of(store, who) for who in known.clinicians])
    )
    return rows


def two_of_one(shared: list[tuple[str, str]], runs: int) -> list[tuple[str, str, str]]:
    """Return two sets and their patient, so many times."""
    by_patient: dict[str, list[str]] = {}
    for set_id, who in shared:
        by_patient.setdefault(who, []).append(set_id)
    return [(sets[0], sets[1], who) for who, sets in by_patient.items() if len(sets) > 1][:runs]


def patients_of(store: Store, clinician: str) -> Took:
    """Time the list of a clinician's patients."""
    from formcheck.store.access import Actor

    begun_s, busy_s = time.perf_counter(), time.thread_time()
    assert store.people.patients(Actor(clinician, "clinician"))
    return time.perf_counter() - begun_s, time.thread_time() - busy_s


def row(name: str, what: str, times_s: list[Took]) -> Row:
    """Return a line of the table."""
    ordered = sorted(took_s for took_s, _ in times_s)
    busy_ms = round(1000 * statistics.median(busy_s for _, busy_s in times_s), 1)
    p95_s = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    median_ms, p95_ms = round(1000 * statistics.median(ordered), 1), round(1000 * p95_s, 1)
    return Row(name, what, median_ms, p95_ms, busy_ms, len(ordered))


def migrated(store: Store) -> object:
    """Go down to the first version and up again; return times, and whether every row is as it was."""
    before = digests(store)
    begun_s = time.perf_counter()
    migrate.downgrade(store.database, "0001")
    down_s, begun_s = time.perf_counter() - begun_s, time.perf_counter()
    migrate.upgrade(store.database)
    up_s = time.perf_counter() - begun_s
    after = digests(store)
    return {
        "newest": migrate.newest(),
        "down_s": round(down_s, 2),
        "up_s": round(up_s, 2),
        "rows": sum(count for count, _ in before.values()),
        "unchanged": before == after,
    }


def digests(store: Store) -> dict[str, tuple[int, str]]:
    """Return how many rows every table has, and a digest of all of them."""
    found = {}
    there = set(inspect(store.database.engine).get_table_names())
    for table in Base.metadata.sorted_tables:
        if table.name in there:
            found[table.name] = digest(store, table)
    return found


def digest(store: Store, table: Table) -> tuple[int, str]:
    """Return the number of a table's rows and their digest, in the order of their keys."""
    with store.database.read() as session:
        rows = [repr(tuple(row)) for row in session.execute(select(table).order_by(*table.primary_key))]
    return len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest()


if __name__ == "__main__":
    main()
