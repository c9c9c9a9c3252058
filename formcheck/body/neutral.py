"""The posture neutral: the steadiest stretch of the start posture, which signals are measured from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from formcheck.body.pose import Bools, Floats
from formcheck.body.signals import Signals

# Preferred length first (measurement.md, section 3); shorter ones only for recordings that never hold
# the start posture that long, and the report says so.
WINDOWS_S = (3.0, 2.0, 1.0, 0.5, 0.3)
FULL_WINDOW_S = WINDOWS_S[0]
# measurement.md, section 3: refused if the frames scatter more than this.
MAX_SCATTER_DEG = 5.0
# Foreshortening is coarse near its zero: two percent of length are eleven degrees.
MAX_SCATTER_COARSE_DEG = 12.0
COARSE = frozenset({"thigh_inclination", "trunk_inclination"})
# Where nothing finer is seen, as from the front, a shorter rest is no better than the middle of a movement: a
# step of a walk over a beam began a hip hinge [D].
MIN_COARSE_S = 1.0
STEP_S = 0.1
MIN_SEEN_SHARE = 0.8
# An earlier rest is taken unless it scatters by so many times as much as the steadiest one; our choice.
EARLIER = 2.0
# A small movement fits into the start posture's bounds and into what may scatter. So a stretch that
# scatters by more than this share of what is allowed gives way to a shorter one, of a second at least, that
# scatters by so many times less. Seated lifts filmed from the middle of a lift scattered by .4 to .8 over 2
# and 3 s, all of it the lifts, and by .1 in the second between two [M].
MOVING_SHARE, STILLER = 0.5, 4.0
MIN_STILLER_S = 1.0
# Where a repetition lies between, a start posture that was held for this long is the start, though a later
# rest was held for longer: who has stopped stands as the last repetition left them, or relaxes. A lowering
# that arches by 27 degrees was called ok from the rest after it, 17 degrees arched [D].
MIN_BEFORE_S = 1.0
# So much of what may scatter, a degree, is quiet standing, however still the rest after it is [D].
QUIET = 0.2


@dataclass(frozen=True, slots=True)
class NeutralWindow:
    """A stretch of start posture; ``reason`` says what is to be known about it, or why there is none."""

    start_s: float | None
    end_s: float | None
    accepted: bool
    reason: str


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A stretch that was looked for ``length_s`` long, and how it scatters, as a share of what is allowed."""

    length_s: float
    scatter: float
    start_s: float
    end_s: float


def find_neutral(
    signals: Signals, bounds_deg: Mapping[str, tuple[float, float]], moved: Bools | None = None
) -> NeutralWindow:
    """Find the steadiest stretch of the start posture anywhere in a set.

    Parameters
    ----------
    signals : Signals
        Over the whole set.
    bounds_deg : mapping of str to (low, high)
        The start posture. Signals that the view withholds are not asked; at least one must be judged.
    moved : ndarray of bool, shape (T,), optional
        When a repetition was well on its way. What was held before it goes before what was held after it.
    """
    asked = [name for name in bounds_deg if np.isfinite(signals.deg[name]).any()]
    if not asked:
        return NeutralWindow(None, None, accepted=False, reason="The start posture could not be seen.")
    inside = posture_held(signals, bounds_deg)
    least_s = MIN_COARSE_S if COARSE.issuperset(asked) else 0.0
    best: _Stretch | None = None
    for length_s in (each for each in WINDOWS_S if each >= least_s):
        if best is not None and (best.scatter <= MOVING_SHARE or length_s < MIN_STILLER_S):
            break
        found = _steadiest(signals, asked, inside, length_s)
        if found is not None and (best is None or STILLER * found.scatter < best.scatter):
            best = found
    if best is None:
        return NeutralWindow(None, None, accepted=False, reason="The start posture was never held still.")
    return _window(best if moved is None else _before_movement(signals, asked, inside, moved, best))


def _before_movement(
    signals: Signals, asked: Sequence[str], inside: Bools, moved: Bools, best: _Stretch
) -> _Stretch:
    """Return the first stretch that was held before a movement and is hardly more restless than the best.

    The best one itself where there is none.
    """
    first, lengths = best, [each for each in WINDOWS_S if each >= MIN_BEFORE_S]
    limit = max(EARLIER * best.scatter, QUIET)
    while (last := np.flatnonzero(moved & (signals.t_s < first.start_s))).size:
        before = signals.t_s < signals.t_s[last[-1]]
        found = (_steadiest(signals[before], asked, inside[before], each) for each in lengths)
        held = [each for each in found if each is not None and each.scatter <= limit]
        if not held:
            break
        first = held[0]
    return first


def neutral_at(signals: Signals, start_s: float, end_s: float) -> NeutralWindow:
    """Return a stretch that the user named as neutral, as far as anything was seen in it."""
    seen = signals.between(start_s, end_s) & np.isfinite(signals.deg["trunk_inclination"])
    if not seen.any():
        return NeutralWindow(None, None, accepted=False, reason="Nobody was seen in the named stretch.")
    return NeutralWindow(start_s, end_s, accepted=True, reason="named by the user")


def posture_held(signals: Signals, bounds_deg: Mapping[str, tuple[float, float]]) -> Bools:
    """Return at which instants the posture is inside its bounds, shape (T,).

    A signal that is withheld does not speak against the posture, but one at least must speak for it.
    """
    inside = np.ones(len(signals), dtype=np.bool_)
    judged = np.zeros(len(signals), dtype=np.bool_)
    for name, (low, high) in bounds_deg.items():
        values = signals.deg[name]
        present = np.isfinite(values)
        judged |= present
        inside &= ~present | ((values >= low) & (values <= high))
    return inside & judged


def _steadiest(signals: Signals, asked: Sequence[str], inside: Bools, length_s: float) -> _Stretch | None:
    """Return the steadiest stretch of the earliest rest that is not much more restless than the best one.

    A back that was arched or rounded by a repetition may stay so in the rest after it: where a movement lies
    between two stretches, the earlier one is the start.
    """
    rests: dict[int, _Stretch] = {}
    rest_of = np.cumsum(~inside)
    t_s = signals.t_s
    for start_s in np.arange(t_s[0], t_s[-1] - length_s + 1e-6, STEP_S):
        first, last = np.searchsorted(t_s, [start_s, start_s + length_s + 1e-6])
        if last - first < 3 or inside[first:last].mean() < 1.0:
            continue
        scatters = [_scatter(signals.deg[name][first:last], name) for name in asked]
        scatter = max((each for each in scatters if each is not None), default=np.inf)
        known = rests.get(int(rest_of[first]))
        if scatter < (known.scatter if known else 1.0):
            rests[int(rest_of[first])] = _Stretch(length_s, scatter, float(t_s[first]), float(t_s[last - 1]))
    if not rests:
        return None
    least = min(each.scatter for each in rests.values())
    return next(each for each in rests.values() if each.scatter <= EARLIER * least)


def _scatter(values: Floats, name: str) -> float | None:
    """Return the standard deviation as a share of what is allowed.

    None where too little was seen: what comes and goes says nothing about steadiness; the others must.
    """
    seen = values[np.isfinite(values)]
    if seen.size < MIN_SEEN_SHARE * values.size:
        return None
    return float(seen.std()) / (MAX_SCATTER_COARSE_DEG if name in COARSE else MAX_SCATTER_DEG)


def _window(stretch: _Stretch) -> NeutralWindow:
    reason = ""
    if stretch.length_s < FULL_WINDOW_S:
        reason = (
            f"The start posture was held still for only about {stretch.length_s:g} s; "
            f"{FULL_WINDOW_S:g} s would make every angle surer."
        )
    return NeutralWindow(stretch.start_s, stretch.end_s, accepted=True, reason=reason)
