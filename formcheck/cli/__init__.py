"""The command line: ``formcheck app | analyze | export | exercises | models | store``."""

import os
import sys
from importlib import import_module
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from formcheck.errors import FormcheckError, UsageError

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
        status = cli(standalone_mode=False)
    except FormcheckError as error:
        _end(str(error), error.exit_status)
    except typer.Abort:
        _end("Stopped. Nothing was changed.", 1)
    except Exception as error:  # the outermost place: whatever escapes is our defect, said kindly
        if (wrong := _wrong_usage(error)) is not None:
            _end(wrong, UsageError.exit_status)
        if os.environ.get(DEBUG_VARIABLE):
            raise
        kind = type(error).__name__
        _end(f"formcheck met a defect of its own ({kind}: {error}). Set {DEBUG_VARIABLE}=1 for details.", 1)
    if status == INTERRUPTED:  # Typer has taken the KeyboardInterrupt
        _end("Stopped. Nothing half-written was left behind.", INTERRUPTED)
    sys.exit(status if isinstance(status, int) else 0)


def _wrong_usage(error: Exception) -> str | None:
    """Return Typer's own word on a wrong option or argument in a line; None for any other error.

    Its errors are known by what they can do: older Typers raise those of click, newer ones have their own.
    """
    message, context = getattr(error, "format_message", None), getattr(error, "ctx", None)
    if message is None:
        return None
    said = str(message()).strip().replace(": Value error, ", ": ")
    if not said:  # no command was named: the help is there already
        return ""
    said = said if said.endswith((".", "?")) else f"{said}."
    return f"{said} Help: {context.command_path} --help" if context is not None else said


def _end(words: str, status: int) -> NoReturn:
    if words:
        typer.echo(words, err=True)
    sys.exit(status)
