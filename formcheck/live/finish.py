"""After a live set: judged again without lag, from the same neutral; where that differs, it is said."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from formcheck.body.pose import PoseTrack
from formcheck.coach.judge import Corrections, judge
from formcheck.coach.set_report import Repetition, SetReport
from formcheck.exercises.load import LoadedExercise
from formcheck.live.sink import AboutSet
from formcheck.report.analysis import Analysis
from formcheck.report.words import fault_label, listed

_WHY = "live, angles lag a little behind the movement; afterwards every picture is judged without that"


@dataclass(frozen=True, slots=True, eq=False)
class FinishedSet:
    """One set after the final pass; ``differences`` are sentences.

    ``analysis`` holds every picture's numbers; None once only the report is kept.
    """

    number: int
    report: SetReport
    analysis: Analysis | None
    differences: tuple[str, ...] = ()

    def without_arrays(self) -> "FinishedSet":
        """Return the report alone."""
        return replace(self, analysis=None)


def final_pass(
    about: AboutSet, track: PoseTrack, loaded: LoadedExercise, live: Sequence[Repetition] | None = None
) -> FinishedSet:
    """Judge a live set with the zero-lag filters, under the neutral, side and facing of the live pass.

    Parameters
    ----------
    about : AboutSet
        Holds them.
    track : PoseTrack
        Raw poses, from the start posture to the end.
    loaded : LoadedExercise
        What was done.
    live : sequence of Repetition, optional
        As the live pass judged them; None where that is not known any more.
    """
    known = Corrections(
        facing=about.facing, neutral_s=about.neutral_s, object_height_cm=about.object_height_cm
    )
    judged = judge(track, loaded, known)
    said = differences(live, judged.report.reps) if live is not None else ()
    neutral = replace(judged.report.neutral, reason="")
    summary = replace(judged.report.set, notes=(*judged.report.set.notes, *said))
    report = replace(judged.report, neutral=neutral, set=summary)
    analysis = Analysis(replace(judged, report=report), track, loaded, guessed=False)
    return FinishedSet(about.number, report, analysis, tuple(said))


def differences(live: Sequence[Repetition], final: Sequence[Repetition]) -> list[str]:
    """Return where the final pass differs from what was said live, and why, as sentences."""
    said = []
    if len(live) != len(final):
        said.append(f"{len(live)} were counted live and {len(final)} afterwards: {_WHY}.")
    for rep in final:
        same = next((each for each in live if _overlap(each, rep)), None)
        if same is None:
            continue
        before, after = _told(same), _told(rep)
        if taken := [fault_label(each) for each in before if each not in after]:
            said.append(f"Repetition {rep.index}: {listed(taken)} was said live and is taken back: {_WHY}.")
        if added := [fault_label(each) for each in after if each not in before]:
            said.append(f"Repetition {rep.index}: {listed(added)} was found only afterwards: {_WHY}.")
    return said


def _overlap(a: Repetition, b: Repetition) -> bool:
    return a.start_s < b.end_s and b.start_s < a.end_s


def _told(rep: Repetition) -> list[str]:
    return list(dict.fromkeys(fault.id for fault in rep.faults if fault.severity != "info"))
