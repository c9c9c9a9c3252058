"""The files of one analysis, made beside the page: those without pictures first, then the video."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from formcheck.report import overlay
from formcheck.report.analysis import Analysis, is_track, write_report
from formcheck.ui.job import Job, Tell
from formcheck.ui.workspace import Workspace

OVERLAY = "overlay.mp4"


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is being made, and where; ``film`` is None where there are no pictures to draw on."""

    folder: Path
    files: Job[Path]
    film: Job[Path] | None

    @classmethod
    def begin(cls, analysis: Analysis, recording: Path, workspace: Workspace) -> "Drawing":
        """Start to make the files of an analysis."""
        folder = workspace.new_folder("report")

        def write(tell: Tell) -> Path:
            tell("Writing the report", 0.0, 0.0)
            write_report(analysis, folder / "files", progress=tell)
            return folder / "files"

        def draw(tell: Tell) -> Path:
            return _draw(analysis, recording, folder / OVERLAY, tell)

        files = workspace.start(write, "write-report")
        return cls(folder, files, None if is_track(recording) else workspace.start(draw, "draw-film"))

    @property
    def done(self) -> bool:
        """Whether nothing is being made any more."""
        return self.files.done and (self.film is None or self.film.done)

    @property
    def film_path(self) -> Path | None:
        """The video, once it is whole."""
        path = self.folder / OVERLAY
        return path if path.is_file() else None

    def file(self, name: str) -> Path | None:
        """Return one of the files, once all of them are written."""
        path = self.folder / "files" / name
        return path if path.is_file() else None

    def cancel(self) -> None:
        """Stop making them."""
        self.files.cancel()
        if self.film is not None:
            self.film.cancel()

    def delete(self) -> None:
        """Stop, and delete what was made."""
        self.cancel()
        shutil.rmtree(self.folder, ignore_errors=True)


def _draw(analysis: Analysis, recording: Path, path: Path, tell: Tell) -> Path:
    """Draw the video under another name and give it its own when it is whole."""
    judged = analysis.judged
    duration_s = judged.report.origin.duration_s
    partial = path.with_suffix(".partial.mp4")
    overlay.write_overlay_of(
        recording,
        judged.track,
        judged.signals,
        judged.report,
        partial,
        focus=analysis.focus,
        progress=lambda done_s: tell("Drawing the video", done_s, duration_s),
    )
    return partial.replace(path)
