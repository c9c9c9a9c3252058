"""What the terminal shows once the server can be reached: where it is, or how a phone gets in."""

import os

import typer

WELCOME = "FORMCHECK_WELCOME"
"""The variable by which the command line hands it over; it may hold tokens, as no argument should."""


def say_welcome() -> None:
    """Show it, and take it out of the environment, which other programs inherit."""
    if words := os.environ.pop(WELCOME, ""):
        typer.echo(words)
