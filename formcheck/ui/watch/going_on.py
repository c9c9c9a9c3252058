"""The sets that may be watched now: they run in this process, and only here is anything known of them."""

from dataclasses import dataclass
from weakref import WeakValueDictionary

from formcheck.errors import FormcheckError
from formcheck.live.watch import Party, Watch
from formcheck.store.access import Actor, NotThereError
from formcheck.store.people import Person
from formcheck.store.watching import Consent, Moment
from formcheck.ui.kept import kept
from formcheck.ui.live.coach import Coach


@dataclass(eq=False)
class Shown:
    """A watch with the live session that it belongs to."""

    watch: Watch
    live: Coach

    @property
    def consent(self) -> Consent:
        """Who lets whom."""
        return Consent(self.watch.patient.account_id, self.watch.clinician.account_id)

    @property
    def exercise(self) -> str:
        """What is done."""
        return self.live.choice.loaded.exercise.name if self.live.choice is not None else ""

    @property
    def moment(self) -> Moment | None:
        """Where the set is, if it is kept."""
        return self.live.moment


# A page holds its live session and so what is shown of it: a closed page leaves nothing here.
_shown: "WeakValueDictionary[str, Coach]" = WeakValueDictionary()


def let_watch(live: Coach, actor: Actor, clinician: Person) -> None:
    """Let a clinician of one's own watch the set that comes next.

    Raises
    ------
    NotThereError
        When they are none of the actor's clinicians.
    """
    people = kept().people
    if live.worker is None or clinician.id not in {each.id for each in people.clinicians(actor)}:
        raise NotThereError
    me = people.me(actor)
    live.watch = Watch(live.worker, Party(me.id, me.name), Party(clinician.id, clinician.name))
    _shown[live.watch.id] = live


def watched(actor: Actor, watch_id: str) -> Shown:
    """Return what somebody may watch.

    Raises
    ------
    NotThereError
        When there is no such set, it is over, or it is not for them.
    """
    live = _shown.get(watch_id)
    if live is None or live.watch is None or live.watch.id != watch_id or not live.watch.open:
        raise NotThereError
    shown = Shown(live.watch, live)
    kept().watching.check(actor, shown.consent)
    return shown


def watchable(actor: Actor) -> list[Shown]:
    """Return the sets that somebody may watch now, by the patient's name."""
    found = []
    for watch_id in list(_shown):
        try:
            found.append(watched(actor, watch_id))
        except FormcheckError:
            continue
    return sorted(found, key=lambda each: each.watch.patient.name.casefold())
