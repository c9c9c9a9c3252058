"""Home mode: the four steps in their order, opened by form and comfort. Nothing is ordered by symptoms."""

from formcheck.plan.context import Context, NotToday, Offer
from formcheck.plan.level import EASIER, GOOD_SESSIONS, MIN_JUDGED_SHARE, uncomfortable
from formcheck.plan.rules import Reason, because

COMFORTABLE_SESSIONS = 4
"""Our choice: twice as many as good ones, because nothing is known of their form."""


def offers(here: Context) -> tuple[tuple[Offer, ...], tuple[NotToday, ...]]:
    """Return the steps that are open, in their order, and those that wait.

    A step that is withheld or taken out is passed over, so that it does not keep the next one closed.
    """
    offered: list[Offer] = []
    waiting: list[NotToday] = []
    start = EASIER if here.noted else 0
    opened: Reason | None = None
    is_open = True
    for name, exercise in here.exercises.items():
        if not is_open:
            reason = because("home-closed-step", step=exercise.step)
            waiting.append(NotToday(name, exercise.name, (reason,)))
            continue
        withheld = here.withheld(name)
        if withheld is not None:
            waiting.append(NotToday(name, exercise.name, (withheld,)))
            continue
        first = [because("home-steps", exercise=exercise.name, step=exercise.step)]
        first += [opened] if opened is not None and not here.past(name) else []
        offered.append(here.offer(name, start, first=first))
        opened = _opens_next(here, name, start)
        is_open = opened is not None
    return tuple(offered), tuple(waiting)


def _opens_next(here: Context, name: str, start: int) -> Reason | None:
    """Return why the step after this one is open; None where it is not."""
    step = (here.exercises[name].step or 0) + 1
    if here.level(name, start).good_ever >= GOOD_SESSIONS:
        return because("home-next-step", step=step)
    unseen = [
        session
        for session in here.past(name)
        if session.reps
        and session.judged < MIN_JUDGED_SHARE * session.reps
        and not uncomfortable(session, here.log)
    ]
    if len(unseen) >= COMFORTABLE_SESSIONS:
        return because("home-comfort", step=step)
    return None
