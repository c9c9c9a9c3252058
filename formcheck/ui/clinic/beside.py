"""Two sets of a patient side by side: films, angles, and each repetition beside its like."""

from collections.abc import Sequence
from html import escape
from itertools import zip_longest

import streamlit as st

from formcheck.coach.set_report import Repetition
from formcheck.errors import UsageError
from formcheck.plan.from_report import set_done
from formcheck.report import sentences
from formcheck.report.words import DASH, degrees, seconds, shown_verdict, signal_label
from formcheck.store.access import Actor
from formcheck.ui.clinic.set_review import BESIDE
from formcheck.ui.kept import kept
from formcheck.ui.player import linked_player
from formcheck.ui.player.rows import moment, verdict_badge
from formcheck.ui.sets import words
from formcheck.ui.sets.one_set import film, problems
from formcheck.ui.sets.stored import StoredSet, read_set
from formcheck.ui.text import plain

SIDES = ("left", "right")
ANOTHER = "These sets are of different patients: choose two of the same."


def show(actor: Actor, first_id: str, second_id: str) -> None:
    """Show two sets, the earlier one on the left.

    Raises
    ------
    NotThereError
        When either is not shared with the actor.
    UsageError
        When they are not of one patient.
    """
    two = sorted(
        (read_set(kept(), actor, set_id) for set_id in (first_id, second_id)),
        key=lambda stored: stored.row.performed_at,
    )
    if two[0].row.patient_id != two[1].row.patient_id:
        raise UsageError(ANOTHER)
    st.button(
        "Back to the set", on_click=_back, icon=":material/arrow_back:", type="tertiary", key="beside-back"
    )
    patient = kept().people.patient(actor, two[0].row.patient_id)
    st.title(plain(f"{patient.name}: side by side"), anchor=False)
    for side, column, stored in zip(SIDES, st.columns(2, gap="medium"), two, strict=True):
        with column:
            _one(actor, side, stored)
    st.html(_numbers(two))
    st.html(_repetitions(two))
    st.html(f'<p class="fc-fine">{escape(sentences.UNCERTAINTY)} {escape(sentences.NOT_A_DEVICE)}</p>')


def _back() -> None:
    st.query_params.pop(BESIDE, None)


def _one(actor: Actor, side: str, stored: StoredSet) -> None:
    row = stored.row
    st.subheader(
        plain(f"{words.title(row)}, {words.when(row.performed_at, st.context.timezone)}"), anchor=False
    )
    problems(actor, stored, own=False)
    film(actor, stored, own=False, key=f"film-{side}")
    if stored.analysis is not None and stored.focus is not None:
        player, video = f"player-{side}", f"film-{side}"
        linked_player(stored.analysis, stored.focus, key=player, video_key=video, rows=False)


def _numbers(two: Sequence[StoredSet]) -> str:
    """Return the sets in numbers."""
    columns = [_measured(stored) for stored in two]
    names = list(dict.fromkeys(name for column in columns for name in column))
    rows = "".join(
        f"<tr><th scope='row'>{escape(name)}</th>"
        + "".join(f"<td>{escape(column.get(name, DASH))}</td>" for column in columns)
        + "</tr>"
        for name in names
    )
    heads = "".join(f"<th scope='col'>{escape(word)}</th>" for word in ("", "Earlier", "Later"))
    return f'<table class="fc-beside"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def _measured(stored: StoredSet) -> dict[str, str]:
    if stored.analysis is None or stored.focus is None:
        return {}
    report, loaded = stored.analysis.judged.report, stored.analysis.loaded
    done = set_done(report, stored.row.performed_at, exercise=loaded.exercise, set_id=stored.row.id)
    tempo = report.set.tempo_s
    return {
        "Repetitions": str(report.set.reps),
        "No fault seen": f"{report.set.ok} of {report.set.reps}",
        "Lower back judged": f"{_backs_judged(report.reps)} of {report.set.reps}",
        "With a red fault": str(done.red),
        "Not judged": str(report.set.cannot_judge),
        f"{signal_label(stored.focus.signal).capitalize()}, median": degrees(done.range_deg),
        f"{stored.focus.concentric_word.capitalize()}": seconds(tempo.concentric),
        f"{stored.focus.eccentric_word.capitalize()}": seconds(tempo.eccentric),
    }


def _backs_judged(reps: Sequence[Repetition]) -> int:
    return sum(rep.lumbar_flexion_deg.judged for rep in reps)


def _repetitions(two: Sequence[StoredSet]) -> str:
    """Return each repetition beside its like, with a key that shows both at once."""
    pairs = zip_longest(*(stored.analysis.judged.report.reps if stored.analysis else () for stored in two))
    rows = "".join(_pair(i, pair) for i, pair in enumerate(pairs, start=1))
    return f'<ol class="fc-pairs" aria-label="Repetitions side by side">{rows}</ol>'


def _pair(number: int, pair: tuple[Repetition | None, ...]) -> str:
    there = [(side, rep) for side, rep in zip(SIDES, pair, strict=True) if rep is not None]
    starts = " ".join(f"{rep.move_start_s:.3f}" for _, rep in there)
    ends = " ".join(f"{rep.move_end_s:.3f}" for _, rep in there)
    players = " ".join(f"player-{side}" for side, _ in there)
    cells = "".join(_cell(rep, f"player-{side}") for side, rep in zip(SIDES, pair, strict=True))
    return (
        f'<li><button type="button" class="fc-show" data-start="{starts}" data-end="{ends}"'
        f' data-player="{players}" aria-label="Show repetition {number} in both">'
        f'<span class="fc-index">{number}</span><span class="fc-time">▶ both</span></button>{cells}</li>'
    )


def _cell(rep: Repetition | None, player: str) -> str:
    if rep is None:
        return f'<div class="fc-what">{DASH}</div>'
    badge = verdict_badge(shown_verdict(rep))
    reasons = "".join(f"<li>{escape(reason)}</li>" for reason in sentences.reasons_of(rep))
    at = moment(rep.move_start_s, rep.move_end_s, player)
    key = f'<button type="button" class="fc-moment" {at}>▶ this one</button>'
    return f'<div class="fc-what">{badge} {key}{f"<ul>{reasons}</ul>" if reasons else ""}</div>'
