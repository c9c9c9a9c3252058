"""*Agreement*: how far formcheck's verdicts agree with clinicians', and clinicians' with each other's."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from formcheck.clinic.agreement import ENOUGH, Agreement, Pair, by_exercise, by_fault, verdict_agreement
from formcheck.clinic.compared import beside_formcheck, between, judges
from formcheck.exercises.load import library
from formcheck.report.words import MINUS, fault_label
from formcheck.store.access import Actor
from formcheck.store.reviews import Mark
from formcheck.ui.accounts.asking import page_actor
from formcheck.ui.accounts.notice import not_logged_in
from formcheck.ui.kept import kept
from formcheck.ui.text import plain

EVERYBODY = "All clinicians"
HOW_TO_READ = (
    "Kappa is the agreement beyond chance: 0 is what chance alone would give, 1 is perfect. The brackets are "
    "its 95 % interval; from five patients on it allows for repetitions of one person being alike. Only "
    "repetitions that both judged count. Whoever gave a verdict saw formcheck's first, which draws verdicts "
    "towards it: take these numbers for an upper end."
)
FEW = f"Below {ENOUGH} repetitions agreement counts as unknown."


def page() -> None:
    """Show *Agreement*."""
    actor = page_actor()
    if actor.role != "clinician":
        not_logged_in()
        return
    show(actor)


def show(actor: Actor) -> None:
    """Show how far verdicts agree on the sets that a clinician sees."""
    st.title("Agreement", anchor=False)
    marks = kept().reviews.all_marks(actor)
    if not marks:
        st.info(
            "Nothing to compare yet: it begins with your first verdict on a repetition, in the queue.",
            icon=":material/info:",
        )
        return
    st.caption(f"{HOW_TO_READ} {FEW}")
    _formcheck(marks)
    _clinicians(marks)


def _formcheck(marks: Sequence[Mark]) -> None:
    st.subheader("formcheck and the clinicians", anchor=False)
    known = judges(marks)
    whose = st.selectbox(
        "Whose verdicts", ["", *known], format_func=lambda key: known.get(key, EVERYBODY), key="agreement-who"
    )
    _show(beside_formcheck(marks, whose or ""), "formcheck", known.get(whose or "", "clinicians"))


def _clinicians(marks: Sequence[Mark]) -> None:
    known = judges(marks)
    if len(known) < 2:
        return
    st.subheader("Two clinicians", anchor=False)
    with st.container(horizontal=True, key="agreement-two"):
        first = st.selectbox("One", list(known), format_func=known.__getitem__, key="agreement-first")
        others = [key for key in known if key != first]
        second = st.selectbox("The other", others, format_func=known.__getitem__, key="agreement-second")
    pairs = between(marks, first, second)
    if not pairs:
        st.info("No repetition has a verdict of both.", icon=":material/info:")
        return
    _show(pairs, known[first], known[second])


def _show(pairs: Sequence[Pair], first: str, second: str) -> None:
    whole = verdict_agreement(pairs)
    if whole is None:
        st.info("No repetition was judged by both.", icon=":material/info:")
        return
    st.markdown(plain(in_words(whole)))
    names = {key: loaded.exercise.name for key, loaded in library().items()}
    heads = (
        "Exercise",
        "Repetitions",
        "Patients",
        "The same",
        "Kappa",
        f"Fault only: {first}",
        f"Fault only: {second}",
    )
    st.html(_table(heads, [(names.get(row.exercise_id, row.exercise_id), row) for row in by_exercise(pairs)]))
    faults = by_fault(pairs)
    if faults:
        named = [
            (f"{names.get(row.exercise_id, row.exercise_id)}: {fault_label(row.fault_id)}", row)
            for row in faults
        ]
        st.html(_table(("Fault", *heads[1:]), named))


def in_words(whole: Agreement) -> str:
    """Return the agreement over everything as a sentence."""
    said = f"The same verdict on {_percent(whole.kappa.share)} of {whole.kappa.n} repetitions"
    people = f" of {whole.patients} patient{'' if whole.patients == 1 else 's'}"
    withheld = f" {whole.withheld} more could not be judged by one of them." if whole.withheld else ""
    return f"{said}{people}; kappa {kappa_text(whole)}.{withheld}"


def kappa_text(row: Agreement) -> str:
    """Return kappa with its interval; why there is none where there is none."""
    if not row.known:
        return f"not known yet ({row.kappa.n} of {ENOUGH})"
    if row.kappa.value is None or row.low is None or row.high is None:
        return "not defined: one verdict only"
    return f"{_number(row.kappa.value)} ({_number(row.low)} to {_number(row.high)})"


def _table(heads: Sequence[str], rows: Sequence[tuple[str, Agreement]]) -> str:
    top = "".join(f"<th scope='col'>{escape(head)}</th>" for head in heads)
    body = "".join(_row(name, row, heads) for name, row in rows)
    return (
        '<div class="fc-scroll" tabindex="0" role="region" aria-label="Agreement">'
        f'<table class="fc-agreement"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _row(name: str, row: Agreement, heads: Sequence[str]) -> str:
    found = row.kappa
    share = f"{_percent(found.share)} ({_percent(found.share_low)} to {_percent(found.share_high)})"
    cells = (
        str(found.n),
        str(row.patients),
        share,
        kappa_text(row),
        str(row.only_first),
        str(row.only_second),
    )
    filled = "".join(
        f'<td data-head="{escape(head)}">{escape(cell)}</td>'
        for head, cell in zip(heads[1:], cells, strict=True)
    )
    return f"<tr><th scope='row'>{escape(name)}</th>{filled}</tr>"


def _percent(share: float) -> str:
    return f"{round(100 * share)} %"


def _number(value: float) -> str:
    return f"{value:.2f}".replace("-", MINUS)
