"""The command line: ``formcheck app | analyze | export | exercises | models | store``."""

import os
import sys

import typer

from formcheck.cli.analyze import analyze
from formcheck.cli.app import app as run_app
from formcheck.cli.exercises import exercises_app
from formcheck.cli.export import export
from formcheck.cli.models import models_app
from formcheck.cli.store import store_app
from formcheck.errors import FormcheckError

cli = typer.Typer(
    name="formcheck",
    help="Checks the form of exercises from an ordinary camera. Everything stays on this machine.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
cli.command("app")(run_app)
cli.command("analyze")(analyze)
cli.command("export")(export)
cli.add_typer(exercises_app, name="exercises")
cli.add_typer(models_app, name="models")
cli.add_typer(store_app, name="store")

DEBUG_VARIABLE = "FORMCHECK_DEBUG"
INTERRUPTED = 130


def main() -> None:
    """Run the command line; a person sees sentences, never a traceback (unless FORMCHECK_DEBUG is set)."""
    try:
        cli()
    except FormcheckError as error:
        typer.echo(str(error), err=True)
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        typer.echo("Stopped. Nothing half-written was left behind.", err=True)
        sys.exit(INTERRUPTED)
    except Exception as error:  # the outermost place: whatever escapes is our defect, said kindly
        if os.environ.get(DEBUG_VARIABLE):
            raise
        kind = type(error).__name__
        typer.echo(
            f"formcheck met a defect of its own ({kind}: {error}). Set {DEBUG_VARIABLE}=1 for details.",
            err=True,
        )
        sys.exit(1)
