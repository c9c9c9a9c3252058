"""The counter alone: curves with known repetitions, fed as they come."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formcheck.body.pose import Floats
from formcheck.coach.judge import judge
from formcheck.coach.rep_phases import RepPhases
from formcheck.coach.reps import (
    RepAbandoned,
    RepCounted,
    RepCounter,
    RepEvent,
    RepRule,
    RepStarted,
)
from formcheck.exercises.load import load
from tests.synthetic import Camera, Motion, Pace, RepTruth, eased, film, smooth_step

PACE = Pace()
RULE = RepRule(target_deg=80.0, min_deg=30.0)
PARTS = np.linspace(0, 1, 1001)
OPENCAP = (
    Path(__file__).resolve().parents[2].parent
    / "shared"
    / "data"
    / "opencap_squat"
    / "squats1_videoAndMocap.mot"
)


def opencap() -> tuple[Floats, dict[str, Floats]]:
    """Time and the columns of the OpenSim motion file; skips, saying so, where it is absent."""
    if not OPENCAP.exists():
        pytest.skip("needs opencap_squat of ../shared/data")
    lines = OPENCAP.read_text().splitlines()
    head = lines.index("endheader")
    names = lines[head + 1].split()
    rows = np.array([[float(x) for x in line.split()] for line in lines[head + 2 :] if line.strip()])
    columns = dict(zip(names, rows.T, strict=True))
    return columns["time"], columns


def feed(t: float, values: Sequence[float], rule: RepRule = RULE, rest: float = 0.0) -> list[RepEvent]:
    counter = RepCounter(rule, rest)
    events = [event for pair in zip(t, values, strict=True) for event in counter.feed(*map(float, pair))]
    return events + counter.finish()


def finished(events: list[RepEvent]) -> list[RepPhases]:
    return [event for event in events if isinstance(event, RepPhases)]


def curve(
    n: int = 3, pace: Pace = PACE, fps: float = 30.0, size: float = 80.0
) -> tuple[Floats, Floats, tuple[RepTruth, ...]]:
    keys, reps = pace.keys(n)
    t = np.arange(0, keys[-1][0], 1 / fps)
    return t, size * eased(t, keys), reps


# -- recordings that begin in the middle ------------------------------------------------------------


def test_a_repetition_that_the_recording_begins_in_the_middle_of_counts() -> None:
    """As a lift from the floor: what is not seen of it has no length and is no other repetition's either."""
    t, values, reps = curve(3)
    seen = t >= reps[0].hold_start_s
    events = feed(t[seen], values[seen])
    first, *others = finished(events)
    assert len(others) == 2
    assert first.begun_before
    assert first.hold_start_s == first.start_s
    assert first.end_s == pytest.approx(reps[0].end_s, abs=0.1)
    assert not any(each.begun_before for each in others)
    assert others == finished(feed(t, values))[1:]


def test_the_last_part_of_a_way_back_is_no_repetition() -> None:
    t, values, reps = curve(3)
    half_way_s = (reps[0].hold_end_s + reps[0].end_s) / 2
    events = feed(t[t >= half_way_s], values[t >= half_way_s])
    assert len(finished(events)) == 2
    assert not any(isinstance(event, RepAbandoned) for event in events)


def test_a_first_value_far_off_is_no_repetition() -> None:
    t, values, _ = curve(3)
    values = np.concatenate([[95.0], values[1:]])
    events = feed(t, values)
    assert len(finished(events)) == 3
    assert not any(event.begun_before for event in finished(events))


# -- OpenCap -------------------------------------------------------------------------------------


@pytest.mark.parametrize("hz", [15, 30, 60, 100])
@pytest.mark.parametrize("name", ["hip_flexion_r", "hip_flexion_l", "knee_angle_r"])
def test_five_opencap_squats_at_any_rate(hz: float, name: str) -> None:
    t, columns = opencap()
    grid = np.arange(t[0], t[-1], 1 / hz)
    assert len(finished(feed(grid, np.interp(grid, t, columns[name])))) == 5


@pytest.mark.parametrize("seed", range(5))
def test_five_opencap_squats_with_a_fifth_of_the_samples_dropped(seed: int) -> None:
    t, columns = opencap()
    keep = np.random.default_rng(seed).random(len(t)) > 0.2
    assert len(finished(feed(t[keep], columns["hip_flexion_r"][keep]))) == 5


def test_opencap_times_do_not_depend_on_the_rate() -> None:
    t, columns = opencap()
    whole = finished(feed(t, columns["hip_flexion_r"]))
    grid = np.arange(t[0], t[-1], 1 / 15)
    coarse = finished(feed(grid, np.interp(grid, t, columns["hip_flexion_r"])))
    for a, b in zip(whole, coarse, strict=True):
        assert b.start_s == pytest.approx(a.start_s, abs=0.1)
        assert b.peak_s == pytest.approx(a.peak_s, abs=0.1)
        assert b.end_s == pytest.approx(a.end_s, abs=0.1)


@pytest.mark.parametrize("chunk", [1, 7, 64, 801])
def test_five_opencap_squats_in_chunks_of_any_size(chunk: int) -> None:
    """The counter keeps all it needs between calls: how the stream is cut cannot matter."""
    t, columns = opencap()
    counter, events = RepCounter(RULE, 0.0), []
    for first in range(0, len(t), chunk):
        for pair in zip(
            t[first : first + chunk], columns["hip_flexion_r"][first : first + chunk], strict=True
        ):
            events += counter.feed(*pair)
    assert finished(events + counter.finish()) == finished(feed(t, columns["hip_flexion_r"]))


@pytest.mark.parametrize("yaw_deg", [0.0, 180.0])
def test_five_opencap_squats_projected_in_both_facings(yaw_deg: float) -> None:
    """The measured joint angles move the stick person, whose film is judged like any other."""
    t, columns = opencap()

    def angles(now: Floats) -> dict[str, Floats]:
        at = {name: np.interp(now, t, values) for name, values in columns.items()}
        result = {"pelvis_posterior_tilt": at["pelvis_tilt"], "lumbar_flexion": -at["lumbar_extension"]}
        for side, letter in (("left", "l"), ("right", "r")):
            result[f"hip_flexion_{side}"] = at[f"hip_flexion_{letter}"]
            result[f"knee_flexion_{side}"] = at[f"knee_angle_{letter}"]
        return result

    motion = Motion("opencap", float(t[-1]), angles)
    for fps in (15.0, 60.0):
        report = judge(film(motion, Camera(yaw_deg=yaw_deg, height_m=0.8), fps=fps), load("squat")).report
        assert report.set.reps == 5, report.set.notes


# -- streams -------------------------------------------------------------------------------------


@given(
    n=st.integers(1, 4),
    out=st.floats(0.5, 3.0),
    hold=st.floats(0.0, 2.0),
    back=st.floats(0.5, 3.0),
    rest=st.floats(0.3, 2.0),
    size=st.floats(45.0, 120.0),
    fps=st.floats(15.0, 60.0),
)
@settings(max_examples=80, deadline=None)
def test_any_clean_set_is_counted_exactly_with_phases_in_order(
    n: int, out: float, hold: float, back: float, rest: float, size: float, fps: float
) -> None:
    t, values, reps = curve(n, Pace(out, hold, back, rest), fps, size)
    got = finished(feed(t, values))
    assert len(got) == n
    quarter, nearly_down = (float(np.interp(share, smooth_step(PARTS), PARTS)) for share in (0.25, 0.85))
    for phases, truth in zip(got, reps, strict=True):
        order = [phases.start_s, phases.hold_start_s, phases.peak_s, phases.hold_end_s, phases.end_s]
        assert order == sorted(order)
        assert phases.start_s <= phases.passes_start_s <= phases.peak_s <= phases.passes_end_s <= phases.end_s
        assert abs(phases.passes_start_s - truth.start_s - quarter * out) <= 0.1
        assert abs(phases.passes_end_s - truth.hold_end_s - nearly_down * back) <= 0.1
        assert abs(phases.start_s - truth.start_s) <= 0.1 + 0.1 * out
        assert abs(phases.end_s - truth.end_s) <= 0.1 + 0.1 * back
        assert truth.peak_error_s(phases.peak_s) <= 0.1


@given(
    sizes=st.lists(st.floats(16.0, 90.0), min_size=1, max_size=4),
    out=st.floats(0.5, 3.0),
    hold=st.floats(0.0, 5.0),
    back=st.floats(0.5, 6.0),
    fps=st.floats(12.0, 60.0),
)
@settings(max_examples=80, deadline=None)
def test_small_repetitions_among_large_ones_count_from_the_smallest_that_counts(
    sizes: list[float], out: float, hold: float, back: float, fps: float
) -> None:
    keys, t_s = [(0.0, 0.0), (2.0, 0.0)], 2.0
    for size in [80.0, *sizes]:
        for length_s, value in ((out, size), (hold, size), (back, 0.0), (1.0, 0.0)):
            t_s += length_s
            keys.append((t_s, value))
    t = np.arange(0, t_s, 1 / fps)
    assert len(finished(feed(t, eased(t, keys), RepRule(target_deg=80.0, min_deg=12.0)))) == 1 + len(sizes)


@pytest.mark.parametrize("depth", [0.1, 0.25, 0.4])
@pytest.mark.parametrize("fps", [12.0, 60.0])
def test_bouncing_at_the_bottom_is_no_repetition_of_its_own(depth: float, fps: float) -> None:
    keys, t_s = [(0.0, 0.0), (2.0, 0.0)], 2.0
    ways = ((1.5, 1.0), (0.3, 1 - depth), (0.3, 1.0), (0.3, 1 - depth), (0.3, 1.0), (1.5, 0.0), (1.0, 0.0))
    for length_s, share in 3 * ways:
        t_s += length_s
        keys.append((t_s, 80.0 * share))
    t = np.arange(0, t_s, 1 / fps)
    assert len(finished(feed(t, eased(t, keys)))) == 3


def test_missing_values_are_survived_and_a_long_gap_breaks_off() -> None:
    t, values, _ = curve(2)
    some = values.copy()
    some[::4] = np.nan
    assert len(finished(feed(t, some))) == 2
    gone = values.copy()
    gone[(t > 4.0) & (t < 5.6)] = np.nan
    events = feed(t, gone)
    assert len(finished(events)) == 1
    assert [event.reason for event in events if isinstance(event, RepAbandoned)] == ["gap"]


@pytest.mark.parametrize(
    ("size", "pace", "reason"),
    [
        (24.0, Pace(), "too small"),
        (80.0, Pace(0.15, 0.0, 0.15), "too short"),
        (80.0, Pace(2.0, 25.0, 2.0), "too long"),
    ],
)
def test_what_is_too_small_short_or_long_is_abandoned_and_the_reason_named(
    size: float, pace: Pace, reason: str
) -> None:
    t, values, _ = curve(1, pace, size=size)
    events = feed(t, values)
    assert not finished(events)
    assert reason in [event.reason for event in events if isinstance(event, RepAbandoned)]


def test_just_large_enough_counts() -> None:
    t, values, _ = curve(1, size=32.0)
    assert len(finished(feed(t, values))) == 1


def test_a_set_that_ends_at_the_top_of_the_return_still_counts_its_last() -> None:
    t, values, reps = curve(2)
    cut = t <= reps[-1].end_s - 0.2
    assert len(finished(feed(t[cut], values[cut]))) == 2


def test_a_set_that_ends_at_the_bottom_does_not() -> None:
    t, values, reps = curve(2)
    cut = t <= reps[-1].hold_start_s
    events = feed(t[cut], values[cut])
    assert len(finished(events)) == 1
    assert isinstance(events[-1], RepAbandoned)


def test_the_resting_level_may_drift_between_repetitions() -> None:
    """Tired people come up a little less each time."""
    keys = [
        (0, 0),
        (2, 0),
        (4, 80),
        (5.5, 8),
        (6.5, 8),
        (8.5, 82),
        (10, 14),
        (11, 14),
        (13, 80),
        (14.5, 20),
        (17, 20),
    ]
    t = np.arange(0, 17, 1 / 30)
    got = finished(feed(t, eased(t, keys)))
    assert len(got) == 3
    assert [phases.end_s for phases in got] == pytest.approx([5.5, 10.0, 14.5], abs=0.25)
    assert [phases.start_s for phases in got] == pytest.approx([2.0, 6.5, 11.0], abs=0.25)


def test_every_start_is_followed_by_exactly_one_outcome() -> None:
    t, values, _ = curve(3, Pace(1.0, 0.5, 1.0, 0.4))
    noisy = values + np.random.default_rng(0).normal(0, 2.0, len(t))
    open_since = None
    for event in feed(t, noisy):
        if isinstance(event, RepStarted):
            assert open_since is None
            open_since = event.start_s
        elif isinstance(event, RepAbandoned | RepPhases):
            assert open_since is not None
            open_since = None
    assert open_since is None


def test_small_repetitions_do_not_make_noise_count() -> None:
    """The person's own range replaces the target; it must not sink to the size of sway."""
    t, values, _ = curve(3, size=34.0)
    rest = np.arange(t[-1] + 1 / 30, t[-1] + 15, 1 / 30)
    sway = 12.0 * np.abs(np.sin(2 * np.pi * 0.4 * rest))
    got = finished(feed(np.concatenate([t, rest]), np.concatenate([values, sway])))
    assert len(got) == 3


def test_counted_comes_before_phases_and_the_counter_stops_moving() -> None:
    t, values, _ = curve(1)
    kinds = [type(event) for event in feed(t, values)]
    assert kinds == [RepStarted, RepCounted, RepPhases]


@pytest.mark.parametrize(("size", "counted"), [(26.0, 0), (40.0, 1)])
def test_at_the_end_of_a_stream_a_movement_must_be_as_large_as_anywhere(size: float, counted: int) -> None:
    """It has come back to a third of its height and not yet rested there."""
    t = np.arange(0, 3.0, 1 / 30)
    values = size * np.interp(t, [0, 1.0, 1.8, 2.2, 2.97], [0, 0, 1, 1, 0.35])
    assert len(finished(feed(t, values))) == counted
