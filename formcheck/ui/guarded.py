"""No traceback ever reaches a user: errors become a kind sentence, details stay in the server's log."""

import functools
import logging
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.ui.text import plain

OUR_FAULT = (
    "Something went wrong in formcheck itself, not with you or your recording. "
    "Reload this page to start again. If it happens twice, please tell whoever set formcheck up for you; "
    "the details are in the server's log."
)

TROUBLE = "trouble"

_LOG = logging.getLogger(__name__)


def guarded(page: Callable[[], None]) -> Callable[[], None]:
    """Return a page that says its errors kindly."""

    @functools.wraps(page)
    def shown() -> None:
        trouble = st.session_state.pop(TROUBLE, "")
        if trouble:
            st.error(plain(trouble), icon=":material/info:")
        try:
            page()
        except Exception as error:  # noqa: BLE001 - the outermost place of a page
            if not isinstance(error, FormcheckError):
                _LOG.exception("page %s failed", page.__name__)
            st.error(plain(kind_words(error)), icon=":material/info:")

    return shown


def kindly(act: Callable[..., None]) -> Callable[..., None]:
    """Return a widget's callback whose errors the page says kindly: callbacks run before the page does."""

    @functools.wraps(act)
    def acted(*arguments: object) -> None:
        try:
            act(*arguments)
        except Exception as error:  # noqa: BLE001 - the outermost place of a callback
            if not isinstance(error, FormcheckError):
                _LOG.exception("%s failed", act.__name__)
            st.session_state[TROUBLE] = kind_words(error)

    return acted


def kind_words(error: BaseException, folder: Path | None = None) -> str:
    """Return what to tell a person about an error.

    Parameters
    ----------
    error : BaseException
        What was raised.
    folder : Path, optional
        Left out of the message: where a session keeps its files is no business of a person.
    """
    if not isinstance(error, FormcheckError):
        return OUR_FAULT
    message = str(error)
    return message if folder is None else message.replace(f"{folder}/", "").replace(f"{folder}\\", "")
