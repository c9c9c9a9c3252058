"""What was found: the headline, the video, the repetitions."""

import streamlit as st

from formcheck.report import sentences
from formcheck.report.words import VERDICT_MARK, VERDICT_WORD, clock
from formcheck.ui.review.current import start_again
from formcheck.ui.review.review import Review
from formcheck.ui.text import plain


def show(review: Review) -> None:
    """Show the judged set."""
    if review.analysis is None:
        return
    report = review.analysis.judged.report
    st.title(plain(sentences.headline(report)))
    st.metric("Repetitions", report.set.reps)
    if review.video is not None:
        st.video(str(review.video))
    st.table(
        [
            {
                "Repetition": repetition.index,
                "At": clock(repetition.peak_s),
                "Verdict": f"{VERDICT_MARK[repetition.verdict]} {VERDICT_WORD[repetition.verdict]}",
                "Why": " ".join(repetition.reasons),
            }
            for repetition in report.reps
        ]
    )
    st.button("Another recording", on_click=start_again)
