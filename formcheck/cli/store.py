"""``formcheck store``: what is kept, for whoever runs formcheck."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from formcheck.errors import UsageError
from formcheck.store import migrate
from formcheck.store.access import Actor
from formcheck.store.database import Database
from formcheck.store.settings import Settings
from formcheck.store.store import Store

store_app = typer.Typer(
    help="What is kept. FORMCHECK_DATA_DIR, _DATABASE_URL, _MEDIA_URL and _MODE say where.",
    no_args_is_help=True,
    add_completion=False,
)
Login = Annotated[str, typer.Option(help="Whose, in a clinic: their login.")]


@store_app.command()
def where() -> None:
    """Say where things are kept, and in which version."""
    settings = Settings.from_environment()
    database = Database(settings.database_url)
    typer.echo(f"mode      {settings.mode}")
    typer.echo(f"data      {settings.data_dir}")
    typer.echo(f"database  {database.engine.url.render_as_string(hide_password=True)}")
    typer.echo(f"media     {settings.media_url}")
    typer.echo(
        f"version   {migrate.version(database) or 'none yet'} (this formcheck needs {migrate.newest()})"
    )


@store_app.command()
def upgrade() -> None:
    """Bring the database to the version that this formcheck needs. Back it up first."""
    database = Database(Settings.from_environment().database_url)
    migrate.make_ready(database, renew=True)
    typer.echo(f"The database has version {migrate.version(database)}.")


@store_app.command()
def downgrade(
    to: Annotated[str, typer.Argument(help="A version such as 0001; 'base' deletes everything.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take the database back to an older version. What only newer versions know is lost."""
    if not yes:
        typer.confirm("What only newer versions know is lost. Go on?", abort=True)
    database = Database(Settings.from_environment().database_url)
    migrate.downgrade(database, to)
    typer.echo(f"The database has version {migrate.version(database) or 'none'}.")


@store_app.command("invite-clinician")
def invite_clinician(
    name: Annotated[str, typer.Argument(help="For whom, as a reminder.")] = "",
) -> None:
    """Make a code with which a clinician joins; clinicians invite their patients themselves."""
    with _opened() as store:
        if store.settings.mode != "clinic":
            raise UsageError("There are no accounts at home. Set FORMCHECK_MODE=clinic first.")
        typer.echo(store.invitations.invite_clinician(name))


@store_app.command()
def export(
    path: Annotated[Path, typer.Argument(help="The ZIP file to write.")],
    login: Login = "",
) -> None:
    """Write everything of one person into a ZIP file."""
    with _opened() as store:
        store.takeout.write(_whose(store, login), path)
        typer.echo(f"Written to {path}")


@store_app.command("import")
def import_(
    path: Annotated[Path, typer.Argument(help="A ZIP file of `formcheck store export`.")],
    login: Login = "",
) -> None:
    """Keep the sets and the log of an export as one person's own."""
    with _opened() as store, TemporaryDirectory(prefix="formcheck-import-") as scratch:
        count = store.takeout.read(_whose(store, login), path, Path(scratch))
        typer.echo(f"{count} sets were kept.")


@store_app.command()
def delete(
    login: Login = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete one person with everything that is kept of them."""
    with _opened() as store:
        actor = _whose(store, login)
        if not yes:
            typer.confirm(f"Everything of {login or 'this home'} is deleted for good. Go on?", abort=True)
        store.erase(actor)
        typer.echo("Deleted.")


@contextmanager
def _opened() -> Iterator[Store]:
    store = Store.open(Settings.from_environment())
    try:
        yield store
    finally:
        store.close()


def _whose(store: Store, login: str) -> Actor:
    """Return whom a command is about; whoever can run it can read the database anyway."""
    if store.settings.mode == "home":
        return store.people.at_home()
    found = store.people.by_login(login)
    if found is None:
        raise UsageError("Nobody has this login. Name one with --login.")
    return found
