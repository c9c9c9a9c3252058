"""Pictures of a live set: the mirrored one with the body drawn over it, and evidence as far as allowed."""

from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np

from formcheck.body.landmarks import Landmark
from formcheck.body.pose import Pose
from formcheck.body.view import LeftRight
from formcheck.report.drawing import scaled_pose
from formcheck.report.frame_state import Back
from formcheck.report.skeleton import draw_body
from formcheck.sources.frames import Frame, Image

Showing = Literal["skeleton", "blurred", "picture"]
"""What an evidence frame shows of a person: nothing but lines, all but the face, or everything."""

SHOWN_PX = 640
"""The longer side of the mirrored picture: what the page asks of the camera, and as wide as it shows it."""
_BLANK = 26  # grey of the ground that a skeleton alone is drawn on
_HEAD = (Landmark.NOSE, Landmark.LEFT_EAR, Landmark.RIGHT_EAR)
# A head is about half a trunk high; the blurred disc reaches beyond hair and chin. Our choice.
_HEAD_SHARE = 0.45
_JPEG_QUALITY = 85


@dataclass(frozen=True, slots=True)
class Evidence:
    """One kept moment: ``t_s`` of the set, the fault, and a JPEG."""

    t_s: float
    fault_id: str
    jpeg: bytes


def mirrored(
    frame: Frame, pose: Pose | None, back: Back, near: LeftRight | None, facing: LeftRight | None
) -> Image:
    """Return the picture as a mirror shows it, at most `SHOWN_PX` long, with the body drawn over it.

    Parameters
    ----------
    frame : Frame
        As the camera saw it; not changed.
    pose : Pose or None
        In pixels of the original.
    back : Back
        How the lower back is judged now.
    near, facing : {"left", "right"} or None
        The side next to the camera, and the facing as the camera saw it.
    """
    shown: Image = cv2.flip(_as_small(frame.small_rgb), 1)  # type: ignore[assignment]
    if pose is not None and pose.found:
        draw_body(shown, _in_mirror(frame, pose, shown), back, near, facing)
    return shown


def evidence(
    frame: Frame, pose: Pose, showing: Showing, back: Back, near: LeftRight | None, facing: LeftRight | None
) -> bytes:
    """Return a JPEG of a moment, showing no more of the person than they allow."""
    image, body = frame.image_rgb, _in_picture(frame, pose, frame.image_rgb)
    shown = np.full_like(image, _BLANK) if showing == "skeleton" else image.copy()
    if showing == "blurred" and not _blur_face(shown, body):
        shown[:] = _BLANK  # a face that cannot be found cannot be hidden
    draw_body(shown, body, back, near, facing)
    _, encoded = cv2.imencode(
        ".jpg", cv2.cvtColor(shown, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
    )
    return encoded.tobytes()


def _as_small(image: Image) -> Image:
    """Return a picture that is shown in half a page: what is larger only has to be sent and painted."""
    height, width = image.shape[:2]
    share = SHOWN_PX / max(height, width)
    if share >= 1.0:
        return image
    size = round(width * share), round(height * share)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _in_picture(frame: Frame, pose: Pose, picture: Image) -> Pose:
    height, width = picture.shape[:2]
    return scaled_pose(pose, width / frame.width_px, height / frame.height_px)


def _in_mirror(frame: Frame, pose: Pose, picture: Image) -> Pose:
    """Return the same in a picture that is a mirror's.

    x alone turns round: which edge is the back's is still told by the camera's facing.
    """
    height, width = picture.shape[:2]
    factors, first = (-width / frame.width_px, height / frame.height_px), (width, 0.0)
    return replace(
        pose, landmarks_px=pose.landmarks_px * factors + first, edges_px=pose.edges_px * factors + first
    )


def _blur_face(image: Image, pose: Pose) -> bool:
    """Blur a disc over the head, in place; return whether there was one to be found."""
    head = pose.landmarks_px[[*_HEAD]]
    shoulders = pose.landmarks_px[[Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]].mean(axis=0)
    hips = pose.landmarks_px[[Landmark.LEFT_HIP, Landmark.RIGHT_HIP]].mean(axis=0)
    if not np.isfinite(head).all() or not np.isfinite([shoulders, hips]).all():
        return False
    radius = max(8, round(_HEAD_SHARE * float(np.linalg.norm(shoulders - hips))))
    middle = (round(float(head[:, 0].mean())), round(float(head[:, 1].mean())))
    disc = np.zeros(image.shape[:2], dtype=np.uint8)
    cv2.circle(disc, middle, radius, 255, cv2.FILLED)
    blurred = cv2.GaussianBlur(image, (0, 0), radius / 2)
    image[disc > 0] = blurred[disc > 0]
    return True
