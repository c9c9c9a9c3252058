"""What was found: the headline, the video with its plot and repetitions, what was not judged, the rest."""

from html import escape

import streamlit as st

from formcheck.coach.set_report import SetReport
from formcheck.report import sentences
from formcheck.report.analysis import Analysis
from formcheck.report.words import Focus, focus_of, seconds
from formcheck.ui.guarded import kindly
from formcheck.ui.player import linked_player
from formcheck.ui.review import corrections, downloads, film
from formcheck.ui.review.current import start_again
from formcheck.ui.review.review import Review
from formcheck.ui.sets import save
from formcheck.ui.text import plain


def show(review: Review) -> None:
    """Show the judged set."""
    analysis = review.analysis
    if analysis is None:
        return
    report = analysis.judged.report
    focus = focus_of(report, exercise=analysis.loaded.exercise, signal=analysis.judged.signal)
    with st.container(key="hero"):
        hero(report, focus, _facts(review, analysis))
        st.button("Another recording", on_click=kindly(start_again), icon=":material/arrow_back:")
        save.offer(review)
    left, right = st.columns([5, 7], gap="large")
    with left:
        film.show(review)
    with right:
        linked_player(analysis, focus)
    not_judged(report)
    corrections.show(review, analysis)
    downloads.show(review)
    st.html(f'<p class="fc-fine">{escape(sentences.UNCERTAINTY)} {escape(sentences.NOT_A_DEVICE)}</p>')


def hero(report: SetReport, focus: Focus, facts: str = "", *, number: int | None = None) -> None:
    """Say the count so that it can be read across a room, the set in sentences, and what to do next time.

    Parameters
    ----------
    report, focus
        The judged set.
    facts : str
        Of the recording, in small print.
    number : int, optional
        Which set of several it is; its heading is then one below the page's.
    """
    first, _, rest = sentences.headline(report, focus=focus).partition(". ")
    heading = f"<h1>{escape(first.rstrip('.'))}.</h1>"
    if number is not None:
        heading = f"<h2>Set {number}: {escape(first.rstrip('.'))}.</h2>"
    noun = "repetition" if report.set.reps == 1 else "repetitions"
    below = [("", rest), ("fc-next", sentences.next_time(report)), ("fc-facts", facts)]
    said = "".join(f'<p class="{look}">{escape(text)}</p>' for look, text in below if text)
    st.html(
        f'<div class="fc-hero"><p class="fc-count"><strong>{report.set.reps}</strong>'
        f"<span>{noun}</span></p><div>{heading}{said}</div></div>"
    )


def _facts(review: Review, analysis: Analysis) -> str:
    report = analysis.judged.report
    found_out = " (found out from the movement)" if analysis.guessed else ""
    facts = [review.name, f"judged as {report.exercise.name}{found_out}"]
    if report.view.facing:
        facts.append(f"facing {report.view.facing}")
    facts.append(seconds(report.origin.duration_s))
    return " · ".join(facts)


def not_judged(report: SetReport) -> None:
    """Show what could not be judged, why, and what to change; then what else there is to know."""
    rows = sentences.not_judged(report)
    if rows:
        st.subheader("What could not be judged, and how to mend it", anchor=False)
        items = "".join(
            f'<div><dt>{escape(what)}</dt><dd>{escape(why)}</dd><dd class="fc-fix">{escape(fix)}</dd></div>'
            for what, why, fix in rows
        )
        st.html(f'<dl class="fc-withheld">{items}</dl>')
    notes = sentences.notes(report)
    if notes:
        st.subheader("What else there is to know", anchor=False)
        st.markdown("\n".join(f"- {plain(note)}" for note in notes))
