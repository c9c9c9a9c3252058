"""The traffic light of one movement, relative to the same day's baseline (measurement.md, section 7).

How much it hurts is the worst pain anywhere, the groin included; how far it reaches is the ladder's zone.
"""

from dataclasses import dataclass
from typing import Literal

from formcheck.plan.rules import Reason, because
from formcheck.plan.symptoms import NPRS_CHANGE, Response, worst_nprs, zone

Light = Literal["green", "amber", "red"]
RED_AT = 8


@dataclass(frozen=True, slots=True)
class Judgement:
    """A light with the rules that gave it; ``light`` is None where too little was noted."""

    light: Light | None
    reasons: tuple[Reason, ...]


def light(response: Response) -> Judgement:
    """Return the light of a movement; red outdoes amber, amber green.

    A rise beyond two, or a spread, that nobody looked at again after five minutes counts as if it had stayed.
    """
    red = _red(response)
    if red:
        return Judgement("red", tuple(because(rule) for rule in red))
    if not response.later:
        return Judgement(None, (because("light-unknown"),))
    amber = _amber(response)
    if amber:
        return Judgement("amber", tuple(because(rule) for rule in amber))
    if response.outcome is None and not response.lasting:
        return Judgement(None, (because("light-unknown"),))  # only how it was while moving
    return Judgement("green", (because("light-green"),))


def _red(response: Response) -> list[str]:
    before = response.before
    rules = []
    if any(worst_nprs(report) >= RED_AT for report in (before, *response.later)):
        rules.append("light-red-eight")
    if response.new_neuro:
        rules.append("light-red-neuro")
    settled = response.lasting or response.later[-1:]
    tolerated = 1 if response.lasting else NPRS_CHANGE
    if any(worst_nprs(report) - worst_nprs(before) > tolerated for report in settled):
        rules.append("light-red-worse")
    if any(zone(report) > zone(before) for report in settled):
        rules.append("light-red-distal")
    return rules


def _amber(response: Response) -> list[str]:
    """Return the amber rules of a response that is not red."""
    rise = max(worst_nprs(report) for report in response.later) - worst_nprs(response.before)
    spread = any(zone(report) > zone(response.before) for report in response.later)
    rules = []
    if rise == NPRS_CHANGE:
        rules.append("light-amber-two")
    if rise > NPRS_CHANGE or spread:
        rules.append("light-amber-back")
    settled = response.lasting or ((response.outcome,) if response.outcome else ())
    if rise < NPRS_CHANGE and any(worst_nprs(r) > worst_nprs(response.before) for r in settled):
        rules.append("light-amber-lingers")
    return rules
