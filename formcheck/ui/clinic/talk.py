"""What is said about a set, as HTML, and the whole of what its page shows that others may change."""

from collections.abc import Sequence
from html import escape
from typing import Any

from formcheck.report.words import clock
from formcheck.store.access import Actor
from formcheck.store.remarks import Said
from formcheck.store.reviews import Mark
from formcheck.store.store import Store
from formcheck.ui.clinic.judging import said_of
from formcheck.ui.player.rows import moment
from formcheck.ui.sets.words import when

MOMENT_S = 3.0
"""How much is shown of the moment that words are pinned to."""
GONE = "Somebody"


def state_of(
    store: Store, actor: Actor, set_id: str, *, player: str, zone_name: str | None = None
) -> dict[str, Any]:
    """Return what clinicians and the patient said of a set, for the page to show.

    Parameters
    ----------
    store : Store
        Where it is kept.
    actor : Actor
        Who looks.
    set_id : str
        Which set.
    player : str
        The player that shows the moments.
    zone_name : str, optional
        The reader's time zone.

    Raises
    ------
    NotThereError
        When the set is not the actor's to see.
    """
    marks = store.reviews.marks(actor, set_id)
    said = store.remarks.of_set(actor, set_id)
    phrases = store.remarks.phrases(actor) if actor.role == "clinician" else []
    return {
        "talk": talk_html(said, actor, player, zone_name),
        "marks": [_mark(mark, actor) for mark in marks],
        "phrases": [{"id": phrase.id, "words": phrase.words} for phrase in phrases],
    }


def talk_html(said: Sequence[Said], actor: Actor, player: str, zone_name: str | None = None) -> str:
    """Return what was said as a list, each answer below what it answers."""
    answers: dict[str | None, list[Said]] = {}
    for each in said:
        answers.setdefault(each.answer_to, []).append(each)

    def listed(of: str | None) -> str:
        items = "".join(
            f'<li class="fc-remark">{_remark(each, actor, player, zone_name)}{listed(each.id)}</li>'
            for each in answers.get(of, ())
        )
        return f"<ol>{items}</ol>" if items else ""

    return listed(None) or '<p class="fc-none">Nothing has been said about this set yet.</p>'


def _remark(said: Said, actor: Actor, player: str, zone_name: str | None) -> str:
    own = bool(actor.account_id) and said.author_id == actor.account_id
    pinned = ""
    if said.moment_s is not None:
        at = moment(said.moment_s, said.moment_s + MOMENT_S, player)
        pinned = f'<button type="button" class="fc-moment" {at}>▶ {clock(said.moment_s)}</button>'
    name = "You" if own else said.author or GONE
    when_said = when(said.at, zone_name) + (", said during the set" if said.live else "")
    keys = f'<button type="button" class="fc-quiet" data-answer="{escape(said.id)}">Answer</button>'
    if own:
        keys += (
            f'<button type="button" class="fc-quiet" data-take-back="{escape(said.id)}">Take back</button>'
        )
    words = "<br>".join(escape(line) for line in said.words.splitlines())
    return (
        f'<p class="fc-by"><strong>{escape(name)}</strong> <span>{escape(when_said)}</span>'
        f'{pinned}</p><p class="fc-words">{words}</p><p class="fc-acts-on">{keys}</p>'
    )


def _mark(mark: Mark, actor: Actor) -> dict[str, Any]:
    mine = bool(actor.account_id) and mark.author_id == actor.account_id
    return {
        "rep": mark.rep,
        "mine": mine,
        "verdict": "agree" if mark.confirms else mark.verdict,
        "faults": list(mark.faults),
        "said": said_of(mark, mine=mine),
    }
