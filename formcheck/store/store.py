"""``Store``: everything that is kept, behind one door."""

import shutil
from dataclasses import dataclass

from formcheck.store.access import Actor
from formcheck.store.audit import Audit
from formcheck.store.database import Database
from formcheck.store.erase import erase_account
from formcheck.store.folders import private_folder
from formcheck.store.invitations import Invitations
from formcheck.store.live import LiveSets
from formcheck.store.logbook import Logbook
from formcheck.store.media import Media
from formcheck.store.migrate import make_ready
from formcheck.store.people import People
from formcheck.store.remarks import Remarks
from formcheck.store.reviews import Reviews
from formcheck.store.sessions import Sessions
from formcheck.store.sets import Sets
from formcheck.store.settings import Settings
from formcheck.store.takeout import Takeout
from formcheck.store.uploads import Uploads
from formcheck.store.waiting import WaitingList
from formcheck.store.watching import Watching
from formcheck.store.work import Work


@dataclass(frozen=True, slots=True)
class Store:
    """The parts of the store, all on one database; see the package's docstring for what each is for."""

    settings: Settings
    database: Database
    media: Media
    people: People
    sessions: Sessions
    invitations: Invitations
    sets: Sets
    live: LiveSets
    uploads: Uploads
    work: Work
    logbook: Logbook
    reviews: Reviews
    remarks: Remarks
    waiting: WaitingList
    watching: Watching
    audit: Audit
    takeout: Takeout

    @classmethod
    def open(cls, settings: Settings) -> "Store":
        """Open what is kept, making it at the first time.

        Raises
        ------
        UsageError
            When the database is not of this formcheck's version and may not be renewed here.
        OutputError
            When database or folders cannot be had.
        """
        private_folder(settings.data_dir)
        database = Database(settings.database_url)
        make_ready(database, renew=settings.mode == "home")
        media = Media(database, settings.media_url)
        sets, people = Sets(database, media), People(database)
        logbook, audit = Logbook(database), Audit(database)
        reviews, remarks = Reviews(database), Remarks(database)
        return cls(
            settings=settings,
            database=database,
            media=media,
            people=people,
            sessions=Sessions(database),
            invitations=Invitations(database),
            sets=sets,
            live=LiveSets(database, sets),
            uploads=Uploads(database, media, settings.data_dir / "uploads"),
            work=Work(database),
            logbook=logbook,
            reviews=reviews,
            remarks=remarks,
            waiting=WaitingList(database),
            watching=Watching(database),
            audit=audit,
            takeout=Takeout(people, sets, logbook, reviews, remarks, audit),
        )

    def erase(self, actor: Actor) -> None:
        """Delete the actor's own account, completely."""
        erase_account(self.database, self.media, self.uploads.sweep, actor)
        shutil.rmtree(self.settings.data_dir / "live" / actor.account_id, ignore_errors=True)

    def tidy(self) -> None:
        """Clear away what crashes and the passing of time leave behind; harmless at any moment."""
        self.live.rescue()
        self.uploads.sweep()
        self.media.sweep()
        self.sessions.sweep()
        self.invitations.sweep()

    def close(self) -> None:
        """Give back all connections."""
        self.database.close()
