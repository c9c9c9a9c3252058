"""``formcheck exercises``: what there is, what is in it, and whether a file of one's own is right."""

from pathlib import Path
from typing import Annotated

import typer

from formcheck.errors import OutputError, UsageError
from formcheck.exercises.load import library, load, load_file, own_exercise, own_folder
from formcheck.exercises.scaffold import scaffold
from formcheck.store.whole_file import whole_file

exercises_app = typer.Typer(
    help="The exercises: list them, show one, check a file of your own.",
    no_args_is_help=True,
    add_completion=False,
)


@exercises_app.command("list")
def list_() -> None:
    """List the exercises that come with formcheck, and those of your own that were added."""
    for exercise_id, loaded in library().items():
        typer.echo(f"{exercise_id}: {loaded.exercise.name}. {loaded.exercise.summary}")


@exercises_app.command()
def show(exercise_id: Annotated[str, typer.Argument(metavar="ID", help="Exercise id or TOML file.")]) -> None:
    """Show what an exercise asks for and what it is judged by."""
    exercise = load(exercise_id).exercise
    typer.echo(f"{exercise.name} ({exercise.id}, version {exercise.version})")
    typer.echo(f"  {exercise.purpose}")
    typer.echo(f"  Camera: {exercise.camera.text}")
    typer.echo(f"  Start: {exercise.start_posture.text}")
    typer.echo(
        f"  Counted by: {', '.join(exercise.repetition.signals)}, "
        f"at least {exercise.repetition.min_deg:g} degrees"
    )
    typer.echo(f"  A verdict requires: {', '.join(exercise.requires)}")
    for fault in exercise.faults:
        bounds = ", ".join(f"{severity} {bound:g}" for severity, bound in fault.bounds)
        typer.echo(f"  - {fault.id}: {bounds} [{fault.evidence}: {fault.source}] {fault.cue}")
    typer.echo(f"  {exercise.when_not}")


@exercises_app.command()
def check(file: Annotated[Path, typer.Argument(metavar="FILE", help="A TOML file of your own.")]) -> None:
    """Check an exercise file; every mistake is named with its line and field."""
    exercise = load_file(file).exercise
    typer.echo(f"{file}: right. {exercise.name}, {len(exercise.faults)} faults.")


@exercises_app.command()
def new(
    exercise_id: Annotated[str, typer.Argument(metavar="ID", help="Such as my-squat.")],
    like: Annotated[str, typer.Option(help="The exercise to begin from.")] = "squat",
    out: Annotated[Path | None, typer.Option(help="Where to write it; ID.toml by default.")] = None,
) -> None:
    """Write an exercise file of your own that works as it stands, to be changed."""
    path = out or Path(f"{exercise_id}.toml")
    if path.exists():
        raise UsageError(f"{path} is there already: choose another id, or --out.")
    text = scaffold(exercise_id, like)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror}).") from None
    typer.echo(f"{path}: change it, then: formcheck exercises check {path}")


@exercises_app.command()
def add(file: Annotated[Path, typer.Argument(metavar="FILE", help="A TOML file of your own.")]) -> None:
    """Add a file of your own to the app, which then offers it wherever an exercise is chosen."""
    exercise = own_exercise(file).exercise
    kept = own_folder() / f"{exercise.id}.toml"
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(kept) as part:
            part.write_bytes(file.read_bytes())
    except OSError as error:
        raise OutputError(f"{kept}: cannot be written ({error.strerror}).") from None
    typer.echo(f"{exercise.name} can be chosen in the app now. To take it away, delete {kept}")
