"""The few pages that come before Streamlit's: one form each, in plain HTML."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse

from formcheck.report.palette import DARK, LIGHT, css_variables
from formcheck.ui.small_body import small_body

HERE = Path(__file__).parent
FINE = "formcheck gives feedback on movement. It is not a medical device."
MAX_FORM_BYTES = 10_000
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form."""

    name: str
    label: str
    kind: str = "text"
    autocomplete: str = "off"
    hint: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A way to elsewhere."""

    href: str
    words: str


@dataclass(frozen=True, slots=True)
class Form:
    """One page with at most one form."""

    title: str
    words: str
    action: str = ""
    button: str = ""
    fields: Sequence[Field] = ()
    links: Sequence[Link] = ()


def answer(form: Form, *, said: str = "", status: int = 200) -> HTMLResponse:
    """Return the page; ``said`` is what went wrong, in a sentence."""
    html = _template().render(
        title=form.title,
        words=form.words,
        action=form.action,
        button=form.button,
        fields=form.fields,
        links=form.links,
        said=said,
        fine=FINE,
        light=css_variables(LIGHT),
        dark=css_variables(DARK),
        icon=_icon(),
    )
    return HTMLResponse(html, status, headers=HEADERS)


async def read_form(request: Request) -> Mapping[str, str]:
    """Return what somebody typed; no more of it than a form can hold is read."""
    body = await small_body(request, MAX_FORM_BYTES)
    fields = parse_qs((body or b"").decode("utf-8", errors="replace"), keep_blank_values=True)
    return {name: values[0].replace("\0", "") for name, values in fields.items()}  # PostgreSQL keeps no NUL


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string((HERE / "form.html.j2").read_text(encoding="utf-8"))


@cache
def _icon() -> str:
    picture = (HERE.parent / "static" / "icon.svg").read_bytes()
    return f"data:image/svg+xml;base64,{base64.b64encode(picture).decode('ascii')}"
