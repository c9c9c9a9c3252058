"""What a set came to, said aloud: whoever cannot see the screen hears what is written there."""

from collections.abc import Sequence

from formcheck.coach.faults import rank
from formcheck.coach.set_report import Repetition
from formcheck.exercises.schema import Exercise
from formcheck.report.words import BACK, listed, shown_verdict

MOST = 2
"""So many findings are said; who hears more remembers none. Our choice; the screen lists all of them."""


def set_in_words(exercise: Exercise, reps: Sequence[Repetition]) -> str:
    """Return what is said after a set: how many, what went wrong in which, what could not be judged.

    Nothing is called well that was not judged.

    Parameters
    ----------
    exercise : Exercise
        In the form that was done; has a sentence for each fault.
    reps : sequence of Repetition
        As judged live.
    """
    if not reps:
        return "No repetition was counted."
    findings = _findings(exercise, reps)
    unjudged = [rep.index for rep in reps if rep.verdict == "cannot_judge"]
    if not findings and not unjudged:
        clean = all(rep.verdict == "ok" for rep in reps)
        findings = ["No fault seen." if clean else "Nothing beyond the borderline."]
    if unjudged:
        what = "your back" if BACK in exercise.requires else "all of it"
        findings.append(_not_judged(what, unjudged, len(reps)))
    if unseen := [rep.index for rep in reps if shown_verdict(rep) == "back_unseen"]:
        findings.append(_not_judged("your back", unseen, len(reps)))
    return " ".join([f"{len(reps)} repetition{'s' if len(reps) > 1 else ''}.", *findings])


def _not_judged(what: str, indices: Sequence[int], of: int) -> str:
    which = "any of them" if len(indices) == of > 1 else _which(indices, of)
    return f"I could not judge {what} in {which}."


def _findings(exercise: Exercise, reps: Sequence[Repetition]) -> list[str]:
    """Return a sentence for each of the gravest faults."""
    where: dict[str, list[int]] = {}
    gravity: dict[str, int] = {}
    for rep in reps:
        for fault in rep.faults:
            if rank(fault.severity) > 0:
                where.setdefault(fault.id, [])
                where[fault.id] += [rep.index] if rep.index not in where[fault.id] else []
                gravity[fault.id] = max(gravity.get(fault.id, 0), rank(fault.severity))
    worst = sorted(where, key=lambda fault_id: (-gravity[fault_id], -len(where[fault_id])))[:MOST]
    told = {rule.id: rule.explanation[:1].lower() + rule.explanation[1:] for rule in exercise.faults}
    return [f"In {_which(where[fault_id], len(reps))}, {told[fault_id]}" for fault_id in worst]


def _which(indices: Sequence[int], of: int) -> str:
    if len(indices) == of:
        return "all of them" if of > 1 else "it"
    if len(indices) <= MOST:
        return f"repetition{'s' if len(indices) > 1 else ''} {listed([str(i) for i in indices])}"
    return f"{len(indices)} of {of}"
