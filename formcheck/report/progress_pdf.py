"""``progress.pdf``: one page for the patient, then the detail for the clinician; always the same bytes."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path

from formcheck.exercises.load import library
from formcheck.plan.entries import Entry, SetDone, SymptomReport
from formcheck.plan.from_report import set_done
from formcheck.plan.progress import Change, Trend, trends
from formcheck.plan.sessions import sessions
from formcheck.plan.symptoms import class_reason, classify, worst_nprs, zone
from formcheck.report.export import KeptSet
from formcheck.report.fonts import FAMILY
from formcheck.report.palette import LIGHT
from formcheck.report.pdf import compiled
from formcheck.report.progress_figures import shown, trend_figure
from formcheck.report.sentences import NOT_A_DEVICE, UNCERTAINTY

Json = dict[str, object]

MARK: dict[Change, str] = {
    "better": "▲",
    "worse": "▼",
    "changed": "◆",
    "no_change": "=",
    "not_enough": "?",
}
WORD: dict[Change, str] = {
    "better": "Better",
    "worse": "Worse",
    "changed": "Changed",
    "no_change": "No change",
    "not_enough": "Not enough yet",
}
HOW_TO_READ = (
    "Each point is the median of a week. The shaded band is what measuring cannot tell from the first week: "
    "inside it nothing has changed. Hollow points hold too little to compare."
)
FOR_THE_PATIENT = ("pain", "function", "adherence", "clean")


def write_pdf_of_sets(sets: Iterable[KeptSet], log: Sequence[Entry], path: Path) -> int:
    """Write the progress of sets that were kept in folders, with what the log says; returns how many sets."""
    known = library()
    entries = list(log)
    count = 0
    for each in sets:
        count += 1
        loaded = known.get(each.report.exercise.id)
        done = set_done(each.report, each.at, exercise=loaded.exercise if loaded else None, set_id=each.name)
        entries.append(done)
    write_progress_pdf(entries, path, names=exercise_names(entries))
    return count


def write_progress_pdf(log: Sequence[Entry], path: Path, *, names: dict[str, str] | None = None) -> None:
    """Write the progress that a log tells.

    Parameters
    ----------
    log : sequence of Entry
        The log.
    path : Path
        Where to; replaced if it is there.
    names : dict of str to str, optional
        What exercises are called, by id, in their order; the library's names by default.
    """
    names = names or exercise_names(log)
    found = trends(log, names)
    drawings = {
        f"trend-{i}.svg": trend_figure(trend, title=title_of(trend, names), palette=LIGHT, name=f"t{i}")
        for i, trend in enumerate(found)
    }
    data = {
        **_content(log, found, names),
        "colours": asdict(LIGHT),
        "font": FAMILY,
    }
    template = (files("formcheck.report") / "progress.typ").read_text("utf-8")
    path.write_bytes(compiled(data, drawings, template))


def title_of(trend: Trend, names: dict[str, str]) -> str:
    """Return what a trend is called."""
    if trend.exercise_id is None:
        return trend.measure.name
    return f"{trend.measure.name}: {names.get(trend.exercise_id, trend.exercise_id)}"


def exercise_names(log: Sequence[Entry]) -> dict[str, str]:
    """Return the exercises that were done, the four steps in their order first."""
    done = {entry.exercise_id for entry in log if isinstance(entry, SetDone)}
    known = {name: loaded.exercise for name, loaded in library().items() if name in done}
    order = sorted(known, key=lambda name: (known[name].step or 9, name))
    return {**{name: known[name].name for name in order}, **{n: n for n in sorted(done - set(known))}}


def _content(log: Sequence[Entry], found: Sequence[Trend], names: dict[str, str]) -> Json:
    days = sorted(entry.at.date() for entry in log)
    span = f"{days[0]:%-d %B %Y} to {days[-1]:%-d %B %Y}" if days else "nothing noted yet"
    parts = [
        {
            "title": title_of(trend, names),
            "mark": MARK[trend.change],
            "word": WORD[trend.change],
            "change": trend.change,
            "words": trend.words,
            "file": f"trend-{i}.svg",
            "latest": shown(trend.weeks[-1].value, trend.measure.unit),
            "patient": trend.measure.id in FOR_THE_PATIENT,
        }
        for i, trend in enumerate(found)
    ]
    return {
        "title": "Your progress",
        "span": span,
        "headline": headline(found),
        "parts": parts,
        "how_to_read": HOW_TO_READ,
        "days": _days(log, names),
        "sources": [
            (trend.measure.name, trend.measure.source)
            for trend in {trend.measure.id: trend for trend in found}.values()
        ],
        "uncertainty": UNCERTAINTY,
        "not_a_device": NOT_A_DEVICE,
    }


def headline(found: Sequence[Trend]) -> str:
    """Return in a sentence what changed beyond chance, and nothing else."""
    parts = []
    for change in ("better", "worse"):
        names = dict.fromkeys(trend.measure.name.lower() for trend in found if trend.change == change)
        if names:
            parts.append(f"{change.capitalize()}: {', '.join(names)}.")
    if not any(trend.change != "not_enough" and len(trend.weeks) > 1 for trend in found):
        return "It is too early to tell whether anything has changed."
    if not parts:
        return "Nothing has changed beyond what chance explains."
    return f"Changed beyond chance. {' '.join(parts)}"


def _days(log: Sequence[Entry], names: dict[str, str]) -> list[list[str]]:
    """Return a row for each session, for the clinician."""
    rows = []
    for session in sessions(log):
        response = session.response
        kind = classify(response) if response else None
        before = _felt(response.before) if response else "not noted"
        after = _felt(response.outcome) if response and response.outcome else "not noted"
        rows.append(
            [
                f"{session.day:%Y-%m-%d}",
                names.get(session.exercise_id, session.exercise_id),
                f"{session.clean}/{session.judged}/{session.reps}",
                before,
                after,
                session.judgement.light or "not noted",
                class_reason(kind).text if kind else "",
            ]
        )
    return rows


def _felt(report: SymptomReport) -> str:
    return f"{worst_nprs(report)} of 10, zone {zone(report)}"
