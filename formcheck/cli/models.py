"""``formcheck models``: which pose models there are, bringing them here, checking them."""

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

from formcheck.errors import NoModelError
from formcheck.sources import model_files

models_app = typer.Typer(
    help="The pose models: list them, bring them here, check them.",
    no_args_is_help=True,
    add_completion=False,
)


@models_app.command("list")
def list_() -> None:
    """List the pose models and where each is on this machine."""
    for status in model_files.list_models():
        entry = status.entry
        where = f"{status.file.path} ({status.file.origin})" if status.file else "not on this machine"
        default = " (default)" if status.name == model_files.DEFAULT_MODEL else ""
        typer.echo(f"{status.name}{default}: {entry.size_bytes / 1e6:.1f} MB, {entry.licence}, {where}")
        for damaged in status.damaged:
            typer.echo(f"  not used: {damaged.path} ({damaged.problem})")


@models_app.command()
def pull(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="lite, full, heavy; full if none is named."),
    ] = None,
) -> None:
    """Bring models to this machine, unless they are here and right already."""
    failures: list[str] = []
    for name in names or [model_files.DEFAULT_MODEL]:
        try:
            with _progress() as progress:
                model = model_files.resolve(name, progress=_Reporter(progress))
        except NoModelError as error:  # one that cannot be had does not stop the others
            failures.append(str(error))
        else:
            typer.echo(f"{model.name}: {model.path} ({model.origin}, sha256 {model.sha256})")
    if failures:
        raise NoModelError(" ".join(failures))


@models_app.command()
def verify() -> None:
    """Check the model files on this machine against the checksums of the manifest."""
    found = model_files.verify()
    for name, each in found:
        typer.echo(
            f"{name}: {each.path}: {f'wrong, {each.problem}' if each.problem else f'right, {each.origin}'}"
        )
    if not found:
        raise NoModelError("No pose model is on this machine. Run: formcheck models pull")
    if wrong := [str(each.path) for _, each in found if each.problem]:
        raise NoModelError(
            f"Not to be used: {', '.join(wrong)}. Remove what is wrong, then: formcheck models pull"
        )


def _progress() -> Progress:
    """Return a progress display on stderr that leaves nothing behind, and is silent without a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


class _Reporter:
    """Shows each thing that is fetched as a row of its own."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, what: str, done_bytes: int, total_bytes: int) -> None:
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what, total=total_bytes)
        self._progress.update(self._tasks[what], completed=done_bytes)
