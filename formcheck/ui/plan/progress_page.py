"""*Progress*: weeks side by side with what measuring cannot tell apart, and everything to take along."""

from collections.abc import Callable, Iterator
from functools import partial
from html import escape
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.plan.entries import SymptomReport
from formcheck.plan.progress import Trend, trends
from formcheck.plan.record import entry_json
from formcheck.report import export
from formcheck.report.figure_parts import NARROW_PX
from formcheck.report.progress_figures import trend_figure
from formcheck.report.progress_pdf import (
    HOW_TO_READ,
    MARK,
    WORD,
    exercise_names,
    headline,
    title_of,
    write_progress_pdf,
)
from formcheck.report.sentences import NOT_A_DEVICE
from formcheck.store.access import NOBODY
from formcheck.ui.accounts.asking import page_actor
from formcheck.ui.accounts.notice import not_logged_in
from formcheck.ui.drawn import drawn
from formcheck.ui.kept import kept
from formcheck.ui.plan import clock
from formcheck.ui.plan.page import PATIENT
from formcheck.ui.plan.plan_log import StoredLog
from formcheck.ui.workspace import workspace

NOTHING_YET = (
    "Nothing to compare yet. It begins with your first set, exercised under *Live* or kept with "
    "*Save to My sets* under *Review*, or with your first note under *Plan*."
)
LOOK = {"better": "ok", "worse": "fault", "changed": "borderline"}


def _kept(log: StoredLog) -> Iterator[export.KeptSet]:
    """Yield the sets one by one; what is not shared in full stays out."""
    for row in log.kept_sets():
        try:
            yield log.kept(row)
        except FormcheckError:
            continue


def _pdf(log: StoredLog, path: Path) -> None:
    write_progress_pdf(log.with_ranges(), path)


def _csv(log: StoredLog, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        export.write_csv(_kept(log), file)


def _json(log: StoredLog, path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        export.write_json(_kept(log), file, map(entry_json, log.entries()))


def _fhir(log: StoredLog, path: Path) -> None:
    felt = (entry for entry in log.entries() if isinstance(entry, SymptomReport))
    with path.open("w", encoding="utf-8") as file:
        export.write_fhir(_kept(log), file, felt)


class _Offer(NamedTuple):
    name: str
    label: str
    mime: str
    write: Callable[[StoredLog, Path], None]


OFFERS = (
    _Offer("progress.pdf", "Progress (PDF)", "application/pdf", _pdf),
    _Offer("sets.csv", "Repetitions (CSV)", "text/csv", _csv),
    _Offer("sets.json", "Everything (JSON)", "application/json", _json),
    _Offer("sets.fhir.json", "For a health record (FHIR)", "application/fhir+json", _fhir),
)


def page() -> None:
    """Show *Progress*; a clinician sees that of the patient whom the address names."""
    actor = page_actor()
    if actor == NOBODY:
        not_logged_in()
        return
    patient_id = st.query_params.get(PATIENT, "") if actor.role == "clinician" else actor.account_id
    st.title("Progress", anchor=False)
    if not patient_id:
        st.info("Choose a patient first.", icon=":material/info:")
        return
    log = StoredLog(kept(), actor, patient_id, clock.zone())
    entries = log.with_ranges()
    names = exercise_names(entries)
    found = trends(entries, names)
    if not found:
        st.info(NOTHING_YET, icon=":material/info:")
        return
    st.markdown(f"**{headline(found)}**")
    st.caption(HOW_TO_READ)
    parts = []
    for i, trend in enumerate(found):
        figure = trend_figure(trend, title=title_of(trend, names), width_px=NARROW_PX, name=f"trend-{i}")
        look, word = LOOK.get(trend.change, "cannot_judge"), WORD[trend.change]
        parts.append(
            f'<figure class="fc-trend">{figure}<figcaption><span class="fc-badge fc-{look}">'
            f'<span class="fc-mark" aria-hidden="true">{MARK[trend.change]}</span>{word}</span> '
            f"{escape(trend.words)}<small>{escape(_counts_from(trend))}</small></figcaption></figure>"
        )
    drawn(f'<div class="fc-trends">{"".join(parts)}</div>', key="plan-trends")
    _take_along(log)
    st.html(f'<p class="fc-fine">{escape(NOT_A_DEVICE)}</p>')


def _counts_from(trend: Trend) -> str:
    """Return from where on a difference is called a change, and who says so."""
    known = trend.measure.source
    return known if trend.measure.id == "adherence" else f"What counts as a change: {known}"


def _take_along(log: StoredLog) -> None:
    """Offer the files; each is made when it is asked for, set by set, in the session's own folder."""
    st.subheader("Take it with you", anchor=False)
    st.caption("Nothing leaves this computer unless you send it.")
    with st.container(key="downloads"):
        for offer in OFFERS:
            st.download_button(
                offer.label,
                data=partial(_made, log, offer),
                file_name=offer.name,
                mime=offer.mime,
                key=f"plan-get-{offer.name}",
                on_click="ignore",
                icon=":material/download:",
                width="stretch",
            )


def _made(log: StoredLog, offer: _Offer) -> bytes:
    path = workspace().folder / offer.name
    offer.write(log, path)
    return path.read_bytes()
