"""Poses from several stretches of one recording at once, joined into one track.

One estimator keeps about one core busy. The recording is cut into as many consecutive stretches as there
are workers; each worker decodes and looks for itself, and is shown a little of what came before, so that
MediaPipe's tracking has settled when its stretch begins. What is judged is the joined track, once and in
order.
"""

from functools import partial
from pathlib import Path

from formcheck.body.pose import PoseTrack
from formcheck.sources.crew import Told
from formcheck.sources.extract import Part, Progress, Settings, extract_interval, join_parts
from formcheck.sources.seam import SEAM_S, over_seam
from formcheck.sources.stretches import Stretch, cores, in_stretches, stretches
from formcheck.sources.video import VideoSource

# What has to settle is the filter, and only where MediaPipe's own is on. Measured on the shared squat clip:
# 0.2 to 2 s make no difference without the filter (see `formcheck.sources.seam` for what remains).
WARM_UP_S = 0.2
WARM_UP_SMOOTHED_S = 1.5


def extract_parallel(
    video_path: Path,
    settings: Settings,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> PoseTrack:
    """Find the person in every frame of a video file, in several stretches at once.

    Parameters
    ----------
    video_path : Path
        The recording.
    settings : Settings
        How to look.
    workers : int, optional
        How many stretches at once; by default one for each core.
    progress : callable, optional
        Called with the seconds done in all stretches together. What it raises stops all workers and is
        raised here.

    Raises
    ------
    UnreadableInputError, NoModelError
        As `formcheck.sources.extract.extract` does.
    FormcheckError
        When a worker process died.
    """
    with VideoSource(video_path, max_side_px=settings.max_side_px) as source:
        cuts = stretches(source.duration_s, workers or cores(), before_s=_warm_up_s(settings), after_s=SEAM_S)
        tasks = [partial(_part, video_path, settings, cut) for cut in cuts]
        parts = in_stretches(tasks, cuts, progress=progress)
        for i in range(1, len(parts)):
            parts[i - 1], parts[i] = over_seam(parts[i - 1], parts[i])
        return join_parts(source, settings, parts)


def _part(video_path: Path, settings: Settings, cut: Stretch, told: Told) -> Part:
    warm_up_s = _warm_up_s(settings)
    # Its own source: each one decodes for itself.
    with VideoSource(video_path, max_side_px=settings.max_side_px) as source:
        return extract_interval(source, settings, cut[0], cut[1] + SEAM_S, warm_up_s=warm_up_s, progress=told)


def _warm_up_s(settings: Settings) -> float:
    return WARM_UP_SMOOTHED_S if settings.smoothed else WARM_UP_S
