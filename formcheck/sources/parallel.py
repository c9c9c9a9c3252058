"""Poses from several stretches of one recording at once, joined into one track.

One estimator keeps about one core busy. The recording is cut into consecutive stretches; each is decoded and
looked at for itself, beginning with a little of what came before, so that MediaPipe's tracking has settled.
What is judged is the joined track, once and in order.

Where it is cut depends on the recording alone. A look that begins elsewhere differs for good by the model's
noise (`formcheck.sources.seam`), so cuts that followed the number of workers made a recording read otherwise
on another machine: the rough bend of the shared squat clip 22 degrees or 28 [M].
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
# Recordings from so many seconds on are cut into so many stretches: one, two and four workers then have
# equal shares. Each cut costs 1.2 s of looking twice, 18 % of 20 s and 6 % of a minute [D]. Beside the plain
# loop a minute cut three times takes 3 % more processor time than one that is cut once [M].
STRETCHES = ((0.0, 1), (10.0, 2), (20.0, 4), (120.0, 8))


def extract_parallel(
    video_path: Path,
    settings: Settings,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> PoseTrack:
    """Find the person in every frame of a video file, in several stretches at once.

    The poses are the same with any number of workers.

    Parameters
    ----------
    video_path : Path
        The recording.
    settings : Settings
        How to look.
    workers : int, optional
        How many stretches are looked at at once, at most; by default one for each core.
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
        cuts = cuts_of(source.duration_s, settings)
        tasks = [partial(_part, video_path, settings, cut) for cut in cuts]
        parts = in_stretches(tasks, cuts, workers=workers or cores(), progress=progress)
        for i in range(1, len(parts)):
            parts[i - 1], parts[i] = over_seam(parts[i - 1], parts[i])
        return join_parts(source, settings, parts)


def cuts_of(duration_s: float, settings: Settings) -> list[Stretch]:
    """Return the stretches into which a recording of this length is cut, whoever looks at it."""
    n = max(most for from_s, most in STRETCHES if duration_s >= from_s)
    return stretches(duration_s, n, before_s=_warm_up_s(settings), after_s=SEAM_S)


def _part(video_path: Path, settings: Settings, cut: Stretch, told: Told) -> Part:
    warm_up_s = _warm_up_s(settings)
    # Its own source: each one decodes for itself.
    with VideoSource(video_path, max_side_px=settings.max_side_px) as source:
        return extract_interval(source, settings, cut[0], cut[1] + SEAM_S, warm_up_s=warm_up_s, progress=told)


def _warm_up_s(settings: Settings) -> float:
    return WARM_UP_SMOOTHED_S if settings.smoothed else WARM_UP_S
