"""Every row of the signal table against angles that are known, in both facings."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formcheck.body.geometry import flexion_deg, wrap_deg
from formcheck.body.landmarks import MIRROR, N_LANDMARKS, Landmark, of_side
from formcheck.body.measure import Calibration, measure, refer_to_neutral
from formcheck.body.pose import Floats, Pose, PoseTrack
from formcheck.body.scale import BodyScale
from formcheck.body.signal_table import SIGNALS, base_name, column_names
from formcheck.body.signals import Signals
from formcheck.body.view import BodyView, LeftRight
from tests.synthetic import Camera, Motion, film, posed, standing

WIDE = {"distance_m": 60.0, "focal": 14.0, "width_px": 1800, "height_px": 1800}
FAR = Camera(**WIDE)  # hardly any perspective: angles in the picture are the true ones

SIDE_ON = [
    # angles of the body, signal, its value
    ({}, "trunk_thigh", 0.0),
    ({"hip_flexion": 90.0}, "trunk_thigh", 90.0),
    ({"hip_flexion": -25.0}, "trunk_thigh", -25.0),
    ({"knee_flexion": 70.0}, "knee_flexion", 70.0),
    ({"knee_flexion": -8.0}, "knee_flexion", -8.0),
    ({}, "leg_bend", 8.0),  # the heel lies behind the ankle
    ({"knee_flexion": 40.0}, "leg_bend", 41.0),  # and nearer to the shank's line where the foot stays level
    ({"pelvis_posterior_tilt": -40.0}, "trunk_lean", 40.0),
    ({"pelvis_posterior_tilt": 15.0}, "trunk_lean", -15.0),
    ({"pelvis_posterior_tilt": -30.0, "hip_flexion": 80.0}, "thigh_elevation", 50.0),
    ({"hip_flexion": -20.0}, "thigh_elevation", -20.0),
    ({"hip_flexion": 90.0, "pelvis_posterior_tilt": 5.0}, "leg_elevation", 95.0),
    ({"hip_flexion": 90.0, "pelvis_posterior_tilt": 5.0}, "leg_rise", 95.0),
    ({"foot_pitch": 25.0}, "heel_rise", 25.0),
    ({"shoulder_flexion": 100.0}, "shoulder_flexion", 100.0),
    ({"shoulder_flexion": -30.0}, "shoulder_flexion", -30.0),
    ({"hip_flexion": 60.0}, "thigh_inclination", 60.0),
    ({"pelvis_posterior_tilt": -50.0}, "trunk_inclination", 50.0),
    ({"heading": 20.0}, "chest_turn", 20.0),
    ({"heading": -20.0}, "chest_turn", 20.0),
]
FRONT_ON = [
    ({"trunk_bend_right": 20.0}, "trunk_lateral_tilt", 12.4),  # .62 of a bend reaches the hip-shoulder line
    ({"trunk_bend_right": -20.0}, "trunk_lateral_tilt", -12.4),
    ({"pelvis_drop_left": 10.0}, "pelvis_obliquity_right", 10.0),
    ({"pelvis_drop_left": 10.0}, "pelvis_obliquity_left", -10.0),
]


def bilateral(angles: dict[str, float]) -> dict[str, float]:
    sided = ("hip_flexion", "knee_flexion", "foot_pitch", "shoulder_flexion")
    flat = {f"{n}_{s}": v for n, v in angles.items() if n in sided for s in ("left", "right")}
    spread = {f"{n}_abduction_{s}": 0.0 for n in ("hip", "shoulder") for s in ("left", "right")}
    return spread | flat | {n: v for n, v in angles.items() if n not in sided}


def signals_of(motion: Motion, camera: Camera, facing: LeftRight, side: LeftRight = "right") -> Signals:
    track = film(motion, camera, fps=5)
    scale = BodyScale.of(film(standing(1.0, sway_deg=0.0), camera, fps=5))
    yaw = 90.0 if facing is None else 0.0
    return measure(track, Calibration(BodyView(facing, facing, yaw), scale, side))


@pytest.mark.parametrize(("angles", "name", "expected"), SIDE_ON)
@pytest.mark.parametrize("facing", ["right", "left"])
def test_side_on_signals_are_the_angles_of_the_body_whichever_way_it_faces(
    angles: dict[str, float], name: str, expected: float, facing: LeftRight
) -> None:
    camera = FAR if facing == "right" else Camera(yaw_deg=180.0, **WIDE)
    measured = signals_of(posed(1.0, **bilateral(angles)), camera, facing)
    np.testing.assert_allclose(measured.deg[name], expected, atol=2.5)


@pytest.mark.parametrize(("angles", "name", "expected"), FRONT_ON)
@pytest.mark.parametrize("yaw_deg", [90.0, -90.0])
def test_frontal_signals_are_the_persons_own_right_and_left_from_the_front_and_from_behind(
    angles: dict[str, float], name: str, expected: float, yaw_deg: float
) -> None:
    camera = Camera(yaw_deg=yaw_deg, **WIDE)
    measured = signals_of(posed(1.0, **bilateral(angles)), camera, None)
    np.testing.assert_allclose(measured.deg[name], expected, atol=1.5)


def test_every_row_of_the_table_with_a_sensor_has_a_known_answer_here() -> None:
    tested = {base_name(name) for _, name, _ in SIDE_ON + FRONT_ON}
    assert tested == {kind.name for kind in SIGNALS.values() if kind.measure is not None}


def test_lumbar_and_hip_flexion_are_withheld_and_say_why() -> None:
    measured = signals_of(posed(1.0), FAR, "right")
    for name in ("lumbar_flexion", "hip_flexion", "hip_flexion_left"):
        assert np.isnan(measured.deg[name]).all()
        assert set(measured.reason[name]) == {"no_lumbar_sensor"}


@pytest.mark.parametrize("facing", ["right", "left"])
@pytest.mark.parametrize("lying_deg", [0.0, 90.0, -90.0], ids=["upright", "on the back", "on the front"])
def test_hip_angle_sweeps_without_a_jump_standing_and_lying(facing: LeftRight, lying_deg: float) -> None:
    """From 30 degrees of extension to 160 of flexion; naive formulas fold at 180 or jump by 360."""
    sweep = np.linspace(-30.0, 160.0, 191)
    camera = FAR if facing == "right" else Camera(yaw_deg=180.0, **WIDE)
    motion = posed(1.9, **bilateral({}) | {"pelvis_posterior_tilt": lying_deg})
    still = motion.angles
    swept = type(motion)(
        "sweep",
        1.9,
        lambda t: (
            still(t)
            | {f"hip_flexion_{s}": np.interp(t, [0.0, 1.9], sweep[[0, -1]]) for s in ("left", "right")}
        ),
    )
    track = film(swept, camera, fps=100)
    scale = BodyScale.of(film(standing(1.0), camera, fps=5))
    measured = measure(track, Calibration(BodyView(facing, facing, 0.0), scale, "right"))
    expected = np.interp(track.t_s, [0.0, 1.9], sweep[[0, -1]])
    np.testing.assert_allclose(measured.deg["trunk_thigh"], expected, atol=2.5)
    assert np.abs(np.diff(measured.deg["trunk_thigh"])).max() < 3.0


def test_deep_knee_flexion_with_noise_does_not_wrap() -> None:
    for angle in (150.0, 179.0, 181.0, 200.0):
        turn = np.radians(angle)
        thigh = np.array([[0.0, 1.0]])
        shank = np.array([[-np.sin(turn), np.cos(turn)]])
        assert flexion_deg(thigh, shank, -1)[0] == pytest.approx(angle, abs=1e-6)


def test_measured_from_neutral_the_start_posture_is_zero_and_what_has_no_neutral_is_withheld() -> None:
    measured = signals_of(posed(1.0, **bilateral({"foot_pitch": 12.0})), FAR, "right")
    at = {"heel_rise": float(measured.deg["heel_rise"][0]), "leg_elevation": float("nan")}
    referred = refer_to_neutral(measured, at)
    np.testing.assert_allclose(referred.deg["heel_rise"], 0.0, atol=1e-9)
    assert set(referred.reason["leg_elevation"]) == {"no_neutral"}
    assert np.isnan(referred.sd_deg["leg_elevation"]).all()


# -- properties ----------------------------------------------------------------------------------

points = st.integers(0, 2**32 - 1).map(
    lambda seed: np.random.default_rng(seed).uniform(100, 900, (1, N_LANDMARKS, 2))
)


def measured_at(points_px: Floats, facing: LeftRight) -> dict[str, float]:
    scale = BodyScale(
        trunk_px=300.0, upright_trunk_px=300.0, upright_thigh_px={"left": 250.0, "right": 250.0}
    )
    return {
        (kind.name, side): kind.measure(points_px, 1 if facing == "right" else -1, scale)[0, column]
        for kind in SIGNALS.values()
        if kind.measure is not None
        for side, column in (("left", 0), ("right", -1))
    }


def mirrored_px(points_px: Floats) -> Floats:
    return points_px[:, MIRROR] * [-1.0, 1.0] + [1000.0, 0.0]


@given(points)
@settings(max_examples=60, deadline=None)
def test_a_mirrored_picture_gives_the_same_signals_of_the_other_side(points_px: Floats) -> None:
    """Whatever the posture: angles must not depend on which way somebody faces."""
    one, other = measured_at(points_px, "right"), measured_at(mirrored_px(points_px), "left")
    partner = {"left": "right", "right": "left"}
    for kind in SIGNALS.values():
        if kind.measure is None:
            continue
        # Leaning to the own right becomes leaning to the own left; nothing else changes its sign.
        sign = -1.0 if kind.name == "trunk_lateral_tilt" else 1.0
        for side in ("left", "right"):
            difference = other[kind.name, partner[side]] - sign * one[kind.name, side]
            assert wrap_deg(np.array(difference)) == pytest.approx(0.0, abs=1e-6)


@given(points, st.floats(0.2, 5.0), st.floats(-500, 500), st.floats(-500, 500))
@settings(max_examples=60, deadline=None)
def test_signals_do_not_depend_on_place_and_size_in_the_picture(
    points_px: Floats, factor: float, dx: float, dy: float
) -> None:
    track = PoseTrack.from_poses([Pose.from_landmarks(0.0, points_px[0])])
    moved = PoseTrack.from_poses([Pose.from_landmarks(0.0, points_px[0] * factor + [dx, dy])])
    for kind in SIGNALS.values():
        if kind.measure is None:
            continue
        a = kind.measure(track.landmarks_px, 1, BodyScale.of(track))
        b = kind.measure(moved.landmarks_px, 1, BodyScale.of(moved))
        np.testing.assert_allclose(wrap_deg(a - b), 0.0, atol=1e-5)


def test_mirroring_a_track_twice_gives_it_back() -> None:
    track = film(standing(1.0), Camera(), fps=10)
    np.testing.assert_allclose(track.mirrored().mirrored().landmarks_px, track.landmarks_px)


def test_a_mirrored_track_is_what_a_mirrored_camera_films() -> None:
    """`PoseTrack.mirrored` against the independent flip of the synthetic camera."""
    motion = posed(1.0, hip_flexion_left=40.0, knee_flexion_left=50.0)
    one = film(motion, Camera(), fps=10).mirrored()
    other = film(motion, Camera(mirrored=True), fps=10)
    np.testing.assert_allclose(one.landmarks_px, other.landmarks_px)
    np.testing.assert_allclose(one.landmarks_m, other.landmarks_m)


# -- gates ---------------------------------------------------------------------------------------


def judged(track: PoseTrack, *, facing: LeftRight = "right", yaw: float = 0.0) -> Signals:
    scale = BodyScale.of(track)
    return measure(track, Calibration(BodyView(facing, facing, yaw), scale, "right"))


def test_a_hidden_joint_withholds_only_what_needs_it() -> None:
    track = film(standing(1.0), Camera(), fps=10)
    track.visibility[:, of_side("ankle", "right")] = 0.1
    signals = judged(track)
    assert set(signals.reason["knee_flexion"]) == {"hidden"}
    assert set(signals.reason["thigh_elevation"]) == {""}
    assert np.isfinite(signals.deg["thigh_elevation"]).all()


def test_cropping_names_the_picture_and_not_the_joint() -> None:
    signals = judged(film(standing(1.0), Camera(shift=(0.0, 0.2)), fps=10))
    assert set(signals.reason["knee_flexion"]) == {"cropped"}
    assert set(signals.reason["trunk_lean"]) == {""}


def test_side_signals_are_withheld_from_the_front_and_frontal_ones_from_the_side() -> None:
    front = judged(film(standing(1.0), Camera(yaw_deg=90.0), fps=10), facing=None, yaw=90.0)
    assert set(front.reason["trunk_lean"]) == {"view_not_side"}
    assert set(front.reason["trunk_lateral_tilt"]) == {""}
    side = judged(film(standing(1.0), Camera(), fps=10))
    assert set(side.reason["trunk_lateral_tilt"]) == {"view_not_front"}
    assert set(side.reason["trunk_lean"]) == {""}


def test_somebody_tiny_or_absent_is_not_measured_and_the_reasons_differ() -> None:
    far = judged(film(standing(1.0), Camera(distance_m=60.0), fps=10))
    assert set(far.reason["trunk_lean"]) == {"too_small"}
    track = film(standing(1.0), Camera(), fps=10)
    track.landmarks_px[3] = np.nan
    signals = judged(track)
    assert signals.reason["trunk_lean"][3] == "nobody"
    assert signals.reason["trunk_lean"][2] == ""


def test_withheld_values_have_no_deviation_and_judged_ones_have() -> None:
    track = film(standing(1.0), Camera(), fps=10)
    track.landmarks_px[3] = np.nan
    signals = judged(track)
    for name in column_names():
        withheld = signals.reason[name] != ""
        assert (np.isnan(signals.deg[name]) == withheld).all()
        assert (np.isnan(signals.sd_deg[name]) == withheld).all()


@given(seed=st.integers(0, 2**32 - 1))
def test_each_instant_is_measured_as_if_alone_and_hides_what_needs_a_hidden_joint(seed: int) -> None:
    chance = np.random.default_rng(seed)
    track = film(standing(0.5), Camera(), fps=10)
    track.visibility[chance.random(track.visibility.shape) < 0.1] = 0.1
    track.landmarks_px[chance.random(len(track)) < 0.2] = np.nan
    scale = BodyScale.of(film(standing(0.5), Camera(), fps=10))
    calibration = Calibration(BodyView("right", "right", 0.0), scale, "right")
    whole = measure(track, calibration)
    for i in range(len(track)):
        alone = measure(track[i : i + 1], calibration)
        for name in column_names():
            assert alone.reason[name][0] == whole.reason[name][i]
            np.testing.assert_array_equal(alone.deg[name][0], whole.deg[name][i])
        knee = [of_side(part, "left") for part in ("hip", "knee", "ankle")]
        seen = bool((track.visibility[i, knee] > 0.5).all())
        hidden = whole.reason["knee_flexion_left"][i] == "hidden"
        assert hidden == (not seen and bool(track.found[i]))


def test_landmark_partners_are_an_involution_and_keep_the_nose() -> None:
    assert (MIRROR[MIRROR] == np.arange(N_LANDMARKS)).all()
    assert MIRROR[Landmark.NOSE] == Landmark.NOSE
    assert MIRROR[Landmark.LEFT_KNEE] == Landmark.RIGHT_KNEE
