"""A patient's prescription: what is asked of them, what is proposed next, and every version of it."""

from collections.abc import Mapping
from html import escape

import streamlit as st

from formcheck.clinic.asked import asked_since, content
from formcheck.clinic.changes import asked, changes, limits
from formcheck.clinic.prescription import Prescribed, Prescription, as_prescribed, prescription_json
from formcheck.clinic.proposal import Proposal, propose
from formcheck.errors import UsageError
from formcheck.exercises.load import LoadedExercise, library
from formcheck.exercises.schema import Exercise
from formcheck.plan.entries import Entry
from formcheck.store.access import Actor
from formcheck.store.logbook import Prescription as Version
from formcheck.ui.clinic import fields
from formcheck.ui.guarded import kindly
from formcheck.ui.kept import kept
from formcheck.ui.plan import clock
from formcheck.ui.plan.plan_log import StoredLog
from formcheck.ui.sets.words import when
from formcheck.ui.text import plain

IDS, BASE, WHY, ADD, TOLD = "rx-ids", "rx-base", "rx-why", "rx-add", "rx-told"
ELSEWHERE = "Somebody else has changed this prescription meanwhile. Below is theirs."
WHY_MISSING = "Say in a sentence why: it is what the patient reads."


def show(actor: Actor, patient_id: str) -> None:
    """Show the prescription of a patient whom a clinician follows, and let it be changed."""
    versions = kept().logbook.prescriptions(actor, patient_id)
    known = library()
    _begin(patient_id, versions, known)
    told = st.session_state.pop(TOLD, "")
    if told:
        st.success(plain(told), icon=":material/check:")
    if not st.session_state[IDS]:
        st.info("Nothing is prescribed yet. Add an exercise.", icon=":material/info:")
    log = StoredLog(kept(), actor, patient_id, clock.zone()).entries()
    draft, wrong = _draft(versions, known, log)
    _add(known)
    exercises = {name: loaded.exercise for name, loaded in known.items()}
    _keep(actor, patient_id, (versions, exercises), draft, wrong=wrong)
    _earlier(actor, versions, exercises)


def _begin(patient_id: str, versions: list[Version], known: dict[str, LoadedExercise]) -> None:
    """Begin from the version that holds, at first and whenever somebody else has added one."""
    base = (patient_id, versions[0].number if versions else 0)
    before = st.session_state.get(BASE)
    if before == base and all(fields.there(known[each].exercise) for each in st.session_state[IDS]):
        return
    if before is not None and before != base and before[0] == patient_id and TOLD not in st.session_state:
        st.warning(ELSEWHERE, icon=":material/info:")
    fields.forget()
    items = content(versions[0] if versions else None).exercises
    st.session_state[BASE] = base
    st.session_state[IDS] = [item.exercise_id for item in items if item.exercise_id in known]
    for item in items:
        if item.exercise_id in known:
            fields.fill(item, known[item.exercise_id].exercise)


def _draft(
    versions: list[Version], known: dict[str, LoadedExercise], log: tuple[Entry, ...]
) -> tuple[Prescription, bool]:
    """Show each exercise's fields; return what they say, and whether something of it cannot be."""
    items, wrong = [], False
    for exercise_id in list(st.session_state[IDS]):
        loaded = known[exercise_id]
        opened = st.session_state.get("rx-open") == exercise_id
        with st.expander(loaded.exercise.name, expanded=opened or len(st.session_state[IDS]) == 1):
            since = asked_since(versions, exercise_id)
            current = content(versions[0]).of(exercise_id) if since is not None else None
            if since is not None and current is not None:
                _proposal(propose(loaded, current, log, since, clock.now()), loaded)
            try:
                item = fields.show(loaded.exercise)
                as_prescribed(loaded, item)
                items.append(item)
            except UsageError as error:
                st.error(plain(str(error)), icon=":material/info:")
                wrong = True
            st.button("Take it out", on_click=_remove, args=(exercise_id,), key=f"rx-out-{exercise_id}")
    return Prescription(exercises=tuple(items)), wrong


def _proposal(proposal: Proposal, loaded: LoadedExercise) -> None:
    reasons = "".join(f"<li>{escape(reason.text)}</li>" for reason in proposal.reasons)
    st.html(
        f'<div class="fc-proposal"><p><strong>Proposed:</strong> {escape(proposal.words)}</p>'
        f'<ul class="fc-why">{reasons}</ul></div>'
    )
    if proposal.item is not None:
        st.button(
            "Take the proposal over",
            on_click=fields.fill,
            args=(proposal.item, loaded.exercise),
            key=f"rx-take-{loaded.exercise.id}",
        )


def _add(known: dict[str, LoadedExercise]) -> None:
    left = [exercise_id for exercise_id in known if exercise_id not in st.session_state[IDS]]
    if not left:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Another exercise", left, format_func=lambda key: known[key].exercise.name, key=ADD
        )
        st.button("Add", on_click=_put_in, args=(known[chosen],), key="rx-put-in")


def _put_in(loaded: LoadedExercise) -> None:
    exercise = loaded.exercise
    targets = exercise.targets
    fields.fill(
        Prescribed(exercise_id=exercise.id, sets=targets.sets, repetitions=targets.repetitions), exercise
    )
    st.session_state[IDS] = [*st.session_state[IDS], exercise.id]
    st.session_state["rx-open"] = exercise.id


def _remove(exercise_id: str) -> None:
    st.session_state[IDS] = [each for each in st.session_state[IDS] if each != exercise_id]


def _keep(
    actor: Actor,
    patient_id: str,
    known: tuple[list[Version], Mapping[str, Exercise]],
    draft: Prescription,
    *,
    wrong: bool,
) -> None:
    """Show what the patient will read, and let the draft become the next version."""
    versions, exercises = known
    old = content(versions[0]) if versions else None
    changed = changes(old, draft, exercises)
    st.subheader("What the patient will read", anchor=False)
    if changed:
        st.html(f'<ul class="fc-changes">{"".join(f"<li>{escape(each)}</li>" for each in changed)}</ul>')
    elif draft != (old or Prescription()):
        st.markdown("The schedule, the words or the order change.")
    else:
        st.markdown("Nothing changes yet.")
    st.text_input("Why", key=WHY, max_chars=1000, placeholder="In a sentence, for the patient")

    def prescribe() -> None:
        why = str(st.session_state.get(WHY) or "").strip()
        if not why:
            raise UsageError(WHY_MISSING)
        number = kept().logbook.prescribe(actor, patient_id, prescription_json(draft), why=why)
        st.session_state[TOLD] = f"Version {number} holds from the patient's next set on."
        st.session_state[WHY] = ""

    same = draft == (old or Prescription())
    st.button(
        "Prescribe this", type="primary", disabled=wrong or same, on_click=kindly(prescribe), key="rx-keep"
    )


def _earlier(actor: Actor, versions: list[Version], exercises: Mapping[str, Exercise]) -> None:
    """Show the versions, each with what it changed."""
    if not versions:
        return
    with st.expander(f"Versions ({len(versions)})"):
        for version, before in zip(versions, [*versions[1:], None], strict=True):
            who = "you" if version.author_id == actor.account_id else "another clinician"
            head = f"Version {version.number}, {when(version.at, st.context.timezone)}, {who}: {version.why}"
            said = changes(content(before) if before else None, content(version), exercises)
            items = "".join(f"<li>{escape(each)}</li>" for each in said)
            st.html(f'<p class="fc-version">{escape(head)}</p><ul class="fc-changes">{items}</ul>')


def summary(prescription: Prescription) -> str:
    """Return what is prescribed as a list."""
    known = library()
    items = []
    for item in prescription.exercises:
        if item.exercise_id not in known:
            continue
        exercise = known[item.exercise_id].exercise
        said = {**asked(item, exercise), **limits(item, exercise)}
        rows = "".join(
            f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in said.items()
        )
        items.append(f"<li><strong>{escape(exercise.name)}</strong><dl>{rows}</dl></li>")
    return f'<ul class="fc-prescribed">{"".join(items)}</ul>'
