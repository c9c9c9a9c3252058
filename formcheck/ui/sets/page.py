"""The page: the history, or one set of it where the address names one."""

import streamlit as st

from formcheck.store.access import NOBODY
from formcheck.ui.accounts.asking import page_actor
from formcheck.ui.accounts.notice import not_logged_in
from formcheck.ui.sets import history, one_set

SET = "set"


def page() -> None:
    """Show *My sets*."""
    actor = page_actor()
    if actor == NOBODY:
        not_logged_in()
        return
    wanted = st.query_params.get(SET, "")
    if wanted:
        one_set.show(actor, wanted)
    else:
        history.show(actor)
