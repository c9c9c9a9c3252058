"""``motion.mot`` and ``motion.trc`` for OpenSim.

The motion file holds coordinates with OpenSim's names and signs (Rajagopal2016) where OpenSim has the
angle, and below them formcheck's own angles under their own names, which OpenSim ignores. OpenSim cannot
work with missing values: a column that was judged in less than half of the frames is left out, in the
others gaps are bridged by straight lines and ends are held, and the header says for how many frames. The
honest gaps are in ``signals.csv``.

The marker file holds the landmarks in millimetres in the frame X forward, Y up, Z to the right, with the
origin between the hips. Forward is the direction in the picture that the person faces. A marker that was
not seen is blank, as the format wants it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np

from formcheck.body.landmarks import Landmark
from formcheck.body.pose import Floats, PoseTrack
from formcheck.body.signals import Signals

MIN_JUDGED_SHARE = 0.5
_ROWS_AT_ONCE = 1024  # text takes ten times the room of its numbers: never all of a long recording
_PLUS: Callable[[Floats], Floats] = np.positive
_MINUS: Callable[[Floats], Floats] = np.negative

COORDINATES: tuple[tuple[str, str, Callable[[Floats], Floats]], ...] = (
    ("pelvis_tilt", "pelvis_posterior_tilt", _PLUS),
    ("hip_flexion_r", "hip_flexion_right", _PLUS),
    ("hip_flexion_l", "hip_flexion_left", _PLUS),
    ("knee_angle_r", "knee_flexion_right", _PLUS),
    ("knee_angle_l", "knee_flexion_left", _PLUS),
    ("lumbar_extension", "lumbar_flexion", _MINUS),
    ("arm_flex_r", "shoulder_flexion_right", _PLUS),
    ("arm_flex_l", "shoulder_flexion_left", _PLUS),
)
"""OpenSim coordinate, the signal that it is, and the change of sign."""

OWN_ANGLES = (
    "trunk_thigh_right",
    "trunk_thigh_left",
    "trunk_lean",
    "thigh_elevation_right",
    "thigh_elevation_left",
)


def write_mot(signals: Signals, path: Path) -> None:
    """Write the angles as an OpenSim motion file, in degrees.

    Parameters
    ----------
    signals : Signals
        What was measured.
    path : Path
        Where to; replaced if it is there.
    """
    columns, remarks = _columns(signals)
    header = [
        path.stem,
        "version=1",
        f"nRows={len(signals)}",
        f"nColumns={1 + len(columns)}",
        "inDegrees=yes",
        "",
        "Written by formcheck. Angles in degrees, signs of Rajagopal2016.osim; lumbar_extension is measured",
        "from the person's own start posture. Columns from trunk_thigh on are formcheck's own angles.",
        *remarks,
        "",
        "endheader",
        "\t".join(["time", *columns]),
    ]
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write("\n".join(header) + "\n")
        for first in range(0, len(signals), _ROWS_AT_ONCE):
            part = slice(first, first + _ROWS_AT_ONCE)
            table = np.column_stack([signals.t_s[part], *(values[part] for values in columns.values())])
            np.savetxt(file, table, fmt="%.6f", delimiter="\t")


def write_trc(track: PoseTrack, path: Path, *, facing: Literal["left", "right"] | None = None) -> None:
    """Write the landmarks as an OpenSim marker file, in millimetres.

    Parameters
    ----------
    track : PoseTrack
        The poses.
    path : Path
        Where to; replaced if it is there.
    facing : {"left", "right"}, optional
        Where the person faces in the picture, which becomes +X; the picture's right where unknown.
    """
    names = [landmark.name.lower() for landmark in Landmark]
    n = len(track)
    rate_hz = (n - 1) / float(track.t_s[-1] - track.t_s[0]) if n > 1 else 0.0
    header = [
        f"PathFileType\t4\t(X/Y/Z)\t{path.name}",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
        f"{rate_hz:.4f}\t{rate_hz:.4f}\t{n}\t{len(names)}\tmm\t{rate_hz:.4f}\t1\t{n}",
        "\t".join(["Frame#", "Time", *(column for name in names for column in (name, "", ""))]),
        "\t".join(["", "", *(f"{axis}{i}" for i in range(1, len(names) + 1) for axis in "XYZ")]),
        "",
    ]
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write("\n".join(header) + "\n")
        for first in range(0, n, _ROWS_AT_ONCE):
            part = slice(first, first + _ROWS_AT_ONCE)
            points_mm = 1000.0 * to_opensim(track.landmarks_m[part], facing)
            file.write(_trc_rows(first + 1, track.t_s[part], points_mm.reshape(len(points_mm), -1)))


def _trc_rows(number: int, t_s: Floats, points_mm: Floats) -> str:
    """Return lines of a marker file, the first of which has a given number; what is missing is blank."""
    row = "\t".join(["%d", "%.6f", *["%.3f"] * points_mm.shape[1]]) + "\n"
    lines = [row % (number + i, t, *p) for i, (t, p) in enumerate(zip(t_s, points_mm.tolist(), strict=True))]
    return "".join(lines).replace("nan", "")


def to_opensim(landmarks_m: Floats, facing: Literal["left", "right"] | None) -> Floats:
    """Turn MediaPipe's axes (x picture right, y down, z away) into X forward, Y up, Z right.

    Both are rotations, never mirrorings: somebody who faces the picture's right has their right side
    towards the camera.
    """
    forward = -1.0 if facing == "left" else 1.0
    turned: Floats = landmarks_m * np.array([forward, -1.0, -forward])
    return turned


def _columns(signals: Signals) -> tuple[dict[str, Floats], list[str]]:
    """Return the columns without gaps, and a remark for each that was bridged or left out."""
    wanted = [*COORDINATES, *((name, name, _PLUS) for name in OWN_ANGLES)]
    columns: dict[str, Floats] = {}
    remarks = []
    for column, signal, sign in wanted:
        values = signals.deg.get(signal)
        if values is None or not len(values):
            continue
        known = np.isfinite(values)
        if known.mean() < MIN_JUDGED_SHARE:
            remarks.append(f"{column}: left out, judged in {known.sum()} of {len(values)} frames")
            continue
        columns[column] = sign(np.interp(signals.t_s, signals.t_s[known], values[known]))
        if not known.all():
            remarks.append(f"{column}: bridged in {(~known).sum()} of {len(values)} frames")
    return columns, remarks
