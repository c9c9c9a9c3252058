"""The command line: ``formcheck app | analyze | export | exercises | models | store``."""

import os
import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from formcheck.errors import FormcheckError

_COMMANDS = {
    "app": "formcheck.cli.app:app",
    "analyze": "formcheck.cli.analyze:analyze",
    "export": "formcheck.cli.export:export",
    "exercises": "formcheck.cli.exercises:exercises_app",
    "models": "formcheck.cli.models:models_app",
    "store": "formcheck.cli.store:store_app",
}


class _Late(TyperGroup):
    """Imports a command only once it is asked for: all of them together take seconds."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - newer typers bring a click of their own
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        found = getattr(import_module(module), name)
        if not isinstance(found, typer.Typer):
            function, found = found, typer.Typer(add_completion=False)
            found.command(cmd_name)(function)
        command = typer.main.get_command(found)
        command.name = cmd_name
        return command


cli = typer.Typer(
    name="formcheck", cls=_Late, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False
)


@cli.callback()
def _about() -> None:
    """Check the form of exercises from an ordinary camera. Everything stays on this machine."""


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
