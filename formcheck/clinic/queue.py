"""Which shared set needs an eye first, and why. Pure: facts in, an ordered list with reasons out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from formcheck.clinic.agreement import ENOUGH
from formcheck.plan.light import Light

Need = Literal["red", "pain", "asked", "cannot_judge", "new_patient", "agreement", "routine"]
NEEDS: tuple[Need, ...] = ("red", "pain", "asked", "cannot_judge", "new_patient", "agreement", "routine")
"""In the order in which they are looked after."""
NEED_WORD: dict[Need, str] = {
    "red": "Red fault",
    "pain": "Pain up",
    "asked": "Patient wrote",
    "cannot_judge": "Not judged",
    "new_patient": "New patient",
    "agreement": "Agreement unknown",
    "routine": "Nothing special",
}
MAX_WITHHELD_SHARE = 0.2
"""A larger share without a verdict keeps a session from counting (measurement.md, section 6)."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one shared set that nobody has looked through.

    ``failed`` tells that it could not be analysed at all; ``pain`` is the traffic light of that exercise on
    that day, None where too little was noted; ``asked`` that the patient wrote last; ``seen_before`` how
    many sets of this patient were looked through; ``compared`` how many repetitions of the exercise the
    clinician has judged beside formcheck.
    """

    set_id: str
    patient_id: str
    patient: str
    exercise_id: str
    exercise: str
    performed_at: datetime
    reps: int
    red: int
    fault: int
    cannot_judge: int
    failed: bool = False
    pain: Light | None = None
    asked: bool = False
    seen_before: int = 0
    compared: int = 0
    reviewed: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One set of the queue; ``needs`` is never empty, the gravest first; ``reasons`` says each in words."""

    facts: Facts
    needs: tuple[Need, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the queue is shown; empty means all of it."""

    needs: frozenset[Need] = frozenset()
    patient_id: str = ""
    exercise_id: str = ""

    def passes(self, item: Item) -> bool:
        """Return whether an item is shown."""
        facts = item.facts
        return (
            (not self.needs or not self.needs.isdisjoint(item.needs))
            and self.patient_id in ("", facts.patient_id)
            and self.exercise_id in ("", facts.exercise_id)
        )


def queue(every: Iterable[Facts]) -> list[Item]:
    """Return the sets by need: the gravest need first, then who has more of them, then who waits longest."""
    return sorted((item_of(facts) for facts in every), key=_order)


def filtered(items: Sequence[Item], wanted: Filter) -> list[Item]:
    """Return what passes, in the same order."""
    return [item for item in items if wanted.passes(item)]


def item_of(facts: Facts) -> Item:
    """Return a set with what it needs."""
    found = [(need, reason) for need in NEEDS if (reason := _reason(need, facts))]
    if not found:
        found = [("routine", "Nothing that stands out.")]
    return Item(facts, tuple(need for need, _ in found), tuple(reason for _, reason in found))


def _order(item: Item) -> tuple[int, int, int, datetime, str]:
    facts = item.facts
    return NEEDS.index(item.needs[0]), -facts.red, -len(item.needs), facts.performed_at, facts.set_id


def _reason(need: Need, facts: Facts) -> str:
    """Return why a set has a need; empty where it has not."""
    reasons = {
        "red": _reps(facts.red, "with a red fault") if facts.red else "",
        "pain": _pain(facts),
        "asked": "The patient wrote and waits for an answer." if facts.asked else "",
        "cannot_judge": _withheld(facts),
        "new_patient": "" if facts.seen_before else "No set of this patient was looked through yet.",
        "agreement": _agreement(facts),
    }
    return reasons.get(need, "")


def _pain(facts: Facts) -> str:
    if facts.pain == "red":
        return "Pain was clearly worse after this exercise, or spread."
    return "Pain rose with this exercise." if facts.pain == "amber" else ""


def _withheld(facts: Facts) -> str:
    if facts.failed:
        return "It could not be analysed."
    if not facts.reps:
        return "No repetition was counted."
    if facts.cannot_judge > MAX_WITHHELD_SHARE * facts.reps:
        return f"{facts.cannot_judge} of {_reps(facts.reps, 'could not be judged')}"
    return ""


def _agreement(facts: Facts) -> str:
    if facts.compared >= ENOUGH:
        return ""
    return (
        f"How far formcheck agrees with you here is not known: {facts.compared} of {ENOUGH} "
        "repetitions of this exercise compared."
    )


def _reps(count: int, what: str) -> str:
    return f"{count} repetition{'' if count == 1 else 's'} {what}."
