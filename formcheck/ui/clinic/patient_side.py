"""What a patient reads of their clinician: the prescription of the day, what changed and why, and words."""

from collections.abc import Mapping
from html import escape

import streamlit as st

from formcheck.clinic.asked import content
from formcheck.clinic.changes import asked, changes, limits, schedule
from formcheck.clinic.due import Due, due_on
from formcheck.exercises.load import LoadedExercise, library
from formcheck.exercises.schema import Exercise
from formcheck.plan.entries import Entry
from formcheck.store.access import Actor
from formcheck.store.logbook import Prescription as Version
from formcheck.store.remarks import Said
from formcheck.ui.kept import kept
from formcheck.ui.plan import clock
from formcheck.ui.sets.words import when

VERDICT_WORDS = 3
NEW_DAYS = 14
LOOK_S = 5.0


def library_of(actor: Actor, patient_id: str) -> dict[str, LoadedExercise]:
    """Return the exercises that a patient's plan is made of: the prescribed ones, else all."""
    known = library()
    versions = kept().logbook.prescriptions(actor, patient_id)
    prescribed = content(versions[0] if versions else None)
    if not prescribed.exercises:
        return known
    due = due_on(prescribed, known, (), clock.now().date())
    return {each.exercise.id: LoadedExercise(each.exercise, known[each.exercise.id].sha256) for each in due}


def show(actor: Actor, patient_id: str, log: tuple[Entry, ...], *, open_today: bool) -> None:
    """Show what is prescribed and what was said; nothing where there is neither.

    Parameters
    ----------
    actor : Actor
        Who looks.
    patient_id : str
        Whose it is.
    log : tuple of Entry
        The patient's.
    open_today : bool
        Whether anything may be exercised today at all.
    """
    known = library()
    versions = news(actor, patient_id, known)
    if versions:
        due = due_on(content(versions[0]), known, log, clock.now().date())
        lines = "".join(_line(each, open_today=open_today) for each in due)
        st.html(f'<ul class="fc-due">{lines}</ul>')


def news(actor: Actor, patient_id: str, known: Mapping[str, LoadedExercise] | None = None) -> list[Version]:
    """Show what changed and why, and what was said, as soon as it is; return the prescription's versions."""
    versions = kept().logbook.prescriptions(actor, patient_id)
    words = newest_words(actor, patient_id)
    _watch(actor, patient_id, versions[0].number if versions else 0, words[0].id if words else "")
    if versions or words:
        st.subheader("From your clinician", anchor=False)
    if versions:
        exercises = {name: loaded.exercise for name, loaded in (known or library()).items()}
        st.html(_changed(versions[0], versions[1] if len(versions) > 1 else None, exercises))
    if words:
        st.html(words_html(words, st.context.timezone))
    return versions


def newest_words(actor: Actor, patient_id: str) -> list[Said]:
    """Return the last words of clinicians about a patient's sets, newest first; not what was said live."""
    said = kept().remarks.of_patient(actor, patient_id)
    return [each for each in said if not each.by_patient and not each.live][:VERDICT_WORDS]


def words_html(words: list[Said], zone_name: str | None) -> str:
    """Return words with who said them and a way to the set."""
    items = "".join(
        f'<li class="fc-remark"><p class="fc-by"><strong>{escape(each.author or "Your clinician")}</strong>'
        f"<span>{escape(when(each.at, zone_name))}</span></p>"
        f'<p class="fc-words">{escape(each.words)}</p>'
        f'<p class="fc-acts-on"><a href="/sets?set={escape(each.set_id)}" target="_self">To the set</a></p>'
        "</li>"
        for each in words
    )
    return f'<ol class="fc-said-list" aria-label="What your clinician said">{items}</ol>'


def _changed(newest: Version, before: Version | None, exercises: Mapping[str, Exercise]) -> str:
    """Return why the prescription was changed, and for a while what of it."""
    changed = changes(content(before) if before else None, content(newest), exercises)
    new = (clock.now() - newest.at).days < NEW_DAYS
    head = f"{when(newest.at, st.context.timezone)}: {newest.why}"
    items = "".join(f"<li>{escape(each)}</li>" for each in changed) if new else ""
    listed = f'<ul class="fc-changes">{items}</ul>' if items else ""
    return f'<div class="fc-from-clinician"><p><strong>{escape(head)}</strong></p>{listed}</div>'


def _dose(due: Due) -> str:
    sets = "One set" if due.item.sets == 1 else f"{due.item.sets} sets"
    return f"{sets} of {due.item.repetitions}, {schedule(due.item)}"


def _line(due: Due, *, open_today: bool) -> str:
    said: Mapping[str, str] = {**asked(due.item, due.exercise), **limits(due.item, due.exercise)}
    rows = "".join(f"<div><dt>{escape(n)}</dt><dd>{escape(value)}</dd></div>" for n, value in said.items())
    state = "not today" if not (due.today and open_today) else "today"
    if due.sets_done:
        state = "done for today" if due.done else f"{due.sets_done} of {due.item.sets} sets done"
    return (
        f'<li><p><strong>{escape(due.exercise.name)}</strong> <span class="fc-state">{state}</span></p>'
        f"<p>{escape(_dose(due))}</p><details><summary>How</summary><dl>{rows}</dl></details></li>"
    )


@st.fragment(run_every=LOOK_S)
def _watch(actor: Actor, patient_id: str, number: int, words: str) -> None:
    """Show the page anew once the clinician has changed or said something."""
    versions = kept().logbook.prescriptions(actor, patient_id)
    said = newest_words(actor, patient_id)
    if (versions[0].number if versions else 0, said[0].id if said else "") != (number, words):
        st.rerun()
