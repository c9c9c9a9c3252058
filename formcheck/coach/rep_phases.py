"""One finished repetition's times: when it began, reached and left its peak, and ended."""

from dataclasses import dataclass

import numpy as np

from formcheck.body.pose import Floats
from formcheck.coach.flank import Flank, fit_flank

# Where a repetition's sharp start and end are: shares of its height; measurement.md, section 4.
START_SHARE = 0.25
END_SHARE = 0.15
HOLD_SHARE_OF_PEAK = 0.85
# Flanks that leave less than this between them met without a hold: flanks of drawn turning points leave up to
# .04 s. Holds of .1 to .3 s are told as they are: with .3 here, before, holds of all exercises were told
# shorter and their ways longer (docs/repetitions.md) [M].
MIN_HOLD_S = 0.1
UPPER_SHARE = 0.5
STEEP_SHARE = 0.05
# The highest part of a repetition stands for its peak by this percentile, so that one noisy value does not.
PEAK_PERCENTILE = 75.0


@dataclass(frozen=True, slots=True)
class RepPhases:
    """One finished repetition; times in seconds, ``peak_deg`` and ``rest_deg`` in the signal's degrees.

    ``start_s`` and ``end_s`` are those of the whole movement, which phases are measured by;
    ``passes_start_s`` and ``passes_end_s`` are when it passed `START_SHARE` of its height on the way out and
    `END_SHARE` on the way back, which are sharper. ``begun_before``: the recording began in the middle of it;
    what is seen of it before the way back counts as its hold. ``cut_off``: it was not seen until it came to
    rest.
    """

    t_s: float
    start_s: float
    hold_start_s: float
    peak_s: float
    hold_end_s: float
    end_s: float
    rest_deg: float
    peak_deg: float
    passes_start_s: float
    passes_end_s: float
    begun_before: bool = False
    cut_off: bool = False

    @property
    def amplitude_deg(self) -> float:
        """How far the movement went."""
        return self.peak_deg - self.rest_deg

    @property
    def duration_s(self) -> float:
        """From start to end."""
        return self.end_s - self.start_s


def phases_of(
    t_s: Floats,
    values: Floats,
    *,
    now_s: float,
    rest_deg: float,
    peak_deg: float,
    begun_before: bool = False,
) -> RepPhases:
    """Return the phases of a repetition.

    Parameters
    ----------
    t_s, values : ndarray, shape (T,)
        The signal, oriented so that a repetition raises it: from a moment of rest before to one after it.
    now_s : float
        When it was complete.
    rest_deg, peak_deg : float
        Where its size is measured from, and its highest value.
    begun_before : bool
        Whether the course begins in the middle of it.
    """
    top = _top(t_s, values, rest_deg, peak_deg)
    if begun_before:
        middle, passes_start_s = top.start, float(t_s[0])
        out = Flank(passes_start_s, passes_start_s)
    else:
        middle = _turn(t_s, values, top)
        out, passes_start_s = _way(t_s[: middle + 1], values[: middle + 1], START_SHARE)
    # The way back is the way out seen from the other end.
    mirrored, passes_end_s = _way(-t_s[middle:][::-1], values[middle:][::-1], END_SHARE)
    back, passes_end_s = _reversed(mirrored), -passes_end_s
    hold_start_s, hold_end_s = out.end_s, back.end_s
    if hold_end_s - hold_start_s < MIN_HOLD_S and not begun_before:
        # No hold: both flanks err by a share of their length, so the slower one errs by more.
        slower = out.length_s / (out.length_s + back.length_s)
        hold_start_s = hold_end_s = hold_start_s + slower * (hold_end_s - hold_start_s)
    return RepPhases(
        t_s=now_s,
        start_s=out.start_s,
        hold_start_s=hold_start_s,
        peak_s=(hold_start_s + hold_end_s) / 2,
        hold_end_s=hold_end_s,
        end_s=back.start_s,
        rest_deg=rest_deg,
        peak_deg=float(np.percentile(values[top], PEAK_PERCENTILE)),
        passes_start_s=passes_start_s,
        passes_end_s=passes_end_s,
        begun_before=begun_before,
    )


def _reversed(flank: Flank) -> Flank:
    """Return a flank as it is seen against the direction of time."""
    return Flank(-flank.start_s, -flank.end_s)


def _way(t_s: Floats, values: Floats, share: float) -> tuple[Flank, float]:
    """Return the flank of a rise, and when it passed a share of its height.

    Where the fitted step begins after that, the movement is none of its shape, as one that is let fall at its
    end: there it begins steeply, and is seen to.
    """
    flank = fit_flank(t_s, values)
    passes_s = _passes_s(t_s, values, flank, share)
    if passes_s < flank.start_s:
        flank = Flank(_passes_s(t_s, values, flank, STEEP_SHARE), flank.end_s)
    return flank, passes_s


def _passes_s(t_s: Floats, values: Floats, flank: Flank, share: float) -> float:
    """Return when a rise last passed a share of its height before half-way, between two samples.

    Steep as it is there, the course itself tells better than the flank, whose shape is only assumed.
    """
    before, after = values[t_s <= flank.start_s], values[t_s >= flank.end_s]
    low = float(np.median(before if before.size else values[:1]))
    high = float(np.median(after if after.size else values[-1:]))
    covered = (values - low) / max(high - low, 1e-9)
    half_way = np.flatnonzero(covered <= UPPER_SHARE)
    below = np.flatnonzero(covered[: half_way[-1] + 1] <= share) if half_way.size else half_way
    if not below.size or below[-1] + 1 >= len(t_s):
        return flank.start_s
    i = int(below[-1])
    part = (share - covered[i]) / max(covered[i + 1] - covered[i], 1e-9)
    return float(t_s[i] + np.clip(part, 0, 1) * (t_s[i + 1] - t_s[i]))


def _turn(t_s: Floats, values: Floats, top: slice) -> int:
    """Return where the way out and the way back meet: the top is divided as the flanks beside it are long."""
    first, last = top.start, top.stop - 1
    half = float(np.percentile(values[top], PEAK_PERCENTILE) + min(values[0], values[-1])) / 2
    below = np.flatnonzero(values <= half)
    before, after = below[below < first], below[below > last]
    rise_s = t_s[first] - t_s[before[-1] if before.size else 0]
    fall_s = t_s[after[0] if after.size else -1] - t_s[last]
    slower = rise_s / max(rise_s + fall_s, 1e-9)
    return int(np.searchsorted(t_s, t_s[first] + slower * (t_s[last] - t_s[first])))


def _top(t_s: Floats, values: Floats, rest_deg: float, peak_deg: float) -> slice:
    """Return the stretch near the peak: from the first to the last value that is, of the longest upper half.

    The peak is the upper half's usual height, since the highest value is the noisiest.
    """
    share = (values - rest_deg) / max(peak_deg - rest_deg, 1e-9)
    upper = share >= UPPER_SHARE
    edges = np.flatnonzero(np.diff(np.concatenate([[0], upper.astype(np.int8), [0]])))
    runs = [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    if not runs:
        highest = int(values.argmax())
        return slice(highest, highest + 1)
    longest = max(runs, key=lambda run: t_s[run.stop - 1] - t_s[run.start])
    usual = float(np.percentile(share[longest], PEAK_PERCENTILE))
    near = np.flatnonzero(share[longest] >= HOLD_SHARE_OF_PEAK * usual)
    return slice(longest.start + int(near[0]), longest.start + int(near[-1]) + 1)
