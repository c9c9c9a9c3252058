"""Where it hurts, how far out, how much, and what a movement did to it (measurement.md, section 7)."""

from dataclasses import dataclass
from typing import Literal

from formcheck.plan.entries import Place, SymptomReport
from formcheck.plan.rules import Reason, because

ZONE: dict[Place, int] = {
    "central_back": 1,
    "lateral_back": 2,
    "buttock": 3,
    "thigh": 4,
    "calf": 5,
    "foot": 6,
}
"""How far from the spine; 0 is no pain. The groin is local and stands on no rung."""

BUTTOCK = 3
PROXIMAL = 2
"""Zones up to here are the back itself: without pain beyond them nothing can be called centralised."""
NPRS_CHANGE = 2
"""The smallest change of a 0-10 pain rating that is told from chance [E Suzuki 2020]."""
FUNCTION_CHANGE = 3
"""Our choice for a single 0-10 activity: one more than for pain, because a single answer varies more."""

Class = Literal["abolished", "centralised", "unstable", "peripheralised", "better", "no_effect"]
_RULE: dict[Class, str] = {
    "abolished": "class-abolished",
    "centralised": "class-centralised",
    "unstable": "class-unstable",
    "peripheralised": "class-peripheralised",
    "better": "class-better",
    "no_effect": "class-no-effect",
}


def zone(report: SymptomReport) -> int:
    """Return the most distal zone that hurts, 0 where nothing of the ladder does."""
    return max((ZONE[pain.place] for pain in report.pains if pain.nprs and pain.place in ZONE), default=0)


def distal_nprs(report: SymptomReport) -> int:
    """Return how much the most distal zone hurts."""
    furthest = zone(report)
    return max((pain.nprs for pain in report.pains if ZONE.get(pain.place) == furthest), default=0)


def worst_nprs(report: SymptomReport) -> int:
    """Return the worst pain anywhere, the groin included."""
    return max((pain.nprs for pain in report.pains), default=0)


@dataclass(frozen=True, slots=True)
class Response:
    """One movement's reports against the same day's baseline; None where nothing was noted."""

    before: SymptomReport
    during: SymptomReport | None = None
    after: SymptomReport | None = None
    upright: SymptomReport | None = None
    after_5_min: SymptomReport | None = None
    next_morning: SymptomReport | None = None

    @property
    def later(self) -> tuple[SymptomReport, ...]:
        """What was noted from the movement on."""
        each = (self.during, self.after, self.upright, self.after_5_min, self.next_morning)
        return tuple(report for report in each if report is not None)

    @property
    def lasting(self) -> tuple[SymptomReport, ...]:
        """What was noted five minutes afterwards or later."""
        return tuple(report for report in (self.after_5_min, self.next_morning) if report is not None)

    @property
    def outcome(self) -> SymptomReport | None:
        """The newest of what was noted on the same day after the movement."""
        return self.after_5_min or self.upright or self.after

    @property
    def new_neuro(self) -> bool:
        """Whether tingling or weakness came that had not been there."""
        return not self.before.tingling_or_weakness and any(r.tingling_or_weakness for r in self.later)


def classify(response: Response) -> Class | None:
    """Return what a movement did; None where nothing was noted after it.

    *Abolished* and *centralised* need pain beyond the back itself to begin with, and five minutes in which
    it stayed so; without such pain the same change is *better*.
    """
    before, after = response.before, response.after
    if response.outcome is None:
        return None
    if response.new_neuro or any(zone(report) > zone(before) for report in settled(response)):
        return "peripheralised"
    if eased(before, after) and not eased(before, response.upright, missing=True):
        return "unstable"
    kept = eased(before, after) and eased(before, response.after_5_min)
    if kept and response.after_5_min is not None and zone(before) > PROXIMAL:
        drew_back = zone(response.after_5_min) < zone(before)
        return "abolished" if drew_back else "centralised"
    last = response.after_5_min or response.upright or after
    if eased(before, last) or _functions_better(before, last):
        return "better"
    return "no_effect"


def class_reason(kind: Class) -> Reason:
    """Return a class in words, with its rule."""
    return because(_RULE[kind])


def settled(response: Response) -> tuple[SymptomReport, ...]:
    """Return what tells where the pain came to rest: five minutes and later, else right after."""
    if response.lasting:
        return response.lasting
    return tuple(report for report in (response.upright, response.after) if report is not None)


def eased(before: SymptomReport, then: SymptomReport | None, *, missing: bool = False) -> bool:
    """Whether pain is less distal, or in the same zone by two points less."""
    if then is None:
        return missing
    if zone(then) != zone(before):
        return zone(then) < zone(before)
    return felt(before) - felt(then) >= NPRS_CHANGE


def felt(report: SymptomReport) -> int:
    """Return the rating that a change is told by: that of the furthest zone, or of the groin alone."""
    return distal_nprs(report) if zone(report) else worst_nprs(report)


def _functions_better(before: SymptomReport, then: SymptomReport | None) -> bool:
    if then is None or before.function is None or then.function is None:
        return False
    return then.function - before.function >= FUNCTION_CHANGE
