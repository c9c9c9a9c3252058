"""Logging in, joining and logging out. The session's token travels in a cookie that no script can read."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from formcheck.errors import FormcheckError
from formcheck.store.access import NOBODY
from formcheck.store.invitations import Newcomer
from formcheck.store.secret import MIN_CHARACTERS
from formcheck.store.sessions import LASTS
from formcheck.ui.accounts.asking import COOKIE, from_our_pages, in_thread, request_actor
from formcheck.ui.accounts.form import Field, Form, Link, answer, read_form
from formcheck.ui.accounts.gate import LOGIN
from formcheck.ui.kept import kept

JOIN, LOGOUT, ENTER = "/formcheck/join", "/formcheck/logout", "/formcheck/enter"
STRANGE = "This form was sent from another site. Please open the page anew."
LOGIN_FORM = Form(
    title="Log in",
    words="Your sets and your clinician's words are behind this page.",
    action=LOGIN,
    button="Log in",
    fields=(
        Field("login", "Login", autocomplete="username", hint="the e-mail address or word that you chose"),
        Field("password", "Password", kind="password", autocomplete="current-password"),
    ),
    links=(Link(JOIN, "I was invited and have a code"),),
)
CODE_FORM = Form(
    title="Join",
    words="Type the code that you were given. Capitals and hyphens do not matter.",
    action=JOIN,
    button="Continue",
    fields=(Field("code", "Code", hint="twelve letters and digits"),),
    links=(Link(LOGIN, "I have an account: log in"),),
)
JOIN_FIELDS = (
    Field("name", "Your name", autocomplete="name", hint="as the other side shall see it"),
    Field(
        "login", "Login", autocomplete="username", hint="an e-mail address or any word; nothing is sent to it"
    ),
    Field(
        "password",
        "Password",
        kind="password",
        autocomplete="new-password",
        hint=f"at least {MIN_CHARACTERS} characters; a few unrelated words are easy to remember",
    ),
)


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [
        Route(LOGIN, log_in, methods=["GET", "POST"]),
        Route(JOIN, join, methods=["GET", "POST"]),
        Route(LOGOUT, log_out, methods=["POST"]),
        Route(ENTER, enter, methods=["GET"]),
    ]


async def log_in(request: Request) -> Response:
    """Show the form, or log in."""
    if (elsewhere := await _elsewhere(request)) is not None:
        return elsewhere
    if request.method == "GET":
        return answer(LOGIN_FORM)
    if not from_our_pages(request):
        return answer(LOGIN_FORM, said=STRANGE, status=403)
    typed = await read_form(request)
    try:
        token = await in_thread(kept().sessions.log_in, typed.get("login", ""), typed.get("password", ""))
    except FormcheckError as error:
        login, password = LOGIN_FORM.fields
        again = replace(LOGIN_FORM, fields=(replace(login, value=typed.get("login", "")), password))
        return answer(again, said=str(error), status=403)
    return _inside(request, token)


async def join(request: Request) -> Response:
    """Ask for the code, then for a name, a login and a password; then go in."""
    if (elsewhere := await _elsewhere(request)) is not None:
        return elsewhere
    if request.method == "GET":
        code = request.query_params.get("code", "")
        return answer(CODE_FORM) if not code else await _welcomed({"code": code})
    if not from_our_pages(request):
        return answer(CODE_FORM, said=STRANGE, status=403)
    typed = await read_form(request)
    if "password" not in typed:
        return await _welcomed(typed)
    newcomer = Newcomer(typed.get("name", ""), typed.get("login", ""), typed["password"])
    try:
        token = await in_thread(kept().invitations.join, typed.get("code", ""), newcomer)
    except FormcheckError as error:
        return await _welcomed(typed, said=str(error))
    return _inside(request, token)


async def log_out(request: Request) -> Response:
    """End the session."""
    if not from_our_pages(request):
        return PlainTextResponse(STRANGE, 403)
    token = request.cookies.get(COOKIE)
    if token and kept().settings.mode == "clinic":
        await in_thread(kept().sessions.log_out, token)
    response = RedirectResponse(LOGIN, 303)
    response.delete_cookie(COOKIE, path="/")
    return response


async def enter(request: Request) -> Response:
    """Turn a page's ticket into the cookie: the last step of logging in at the clinic's own service."""
    if not from_our_pages(request):
        return answer(LOGIN_FORM, said=STRANGE, status=403)  # a ticket may be somebody else's
    try:
        token = await in_thread(kept().sessions.redeem, request.query_params.get("ticket", ""))
    except FormcheckError as error:
        return answer(LOGIN_FORM, said=str(error), status=403)
    return _inside(request, token)


async def _elsewhere(request: Request) -> Response | None:
    """Send on who need not log in: at home nobody, and elsewhere who is logged in."""
    store = await in_thread(kept)
    if store.settings.mode == "home" or await request_actor(request) != NOBODY:
        return RedirectResponse("/", 303)
    return None


async def _welcomed(typed: Mapping[str, str], said: str = "") -> Response:
    """Show the second step of joining, with whose patient somebody becomes."""
    try:
        welcome = await in_thread(kept().invitations.welcome, typed.get("code", ""))
    except FormcheckError as error:
        code = replace(CODE_FORM.fields[0], value=typed.get("code", ""))
        return answer(replace(CODE_FORM, fields=(code,)), said=str(error), status=403)
    words = "You join as a clinician."
    if welcome.role == "patient":
        words = (
            f"{welcome.inviter} invites you. By joining you accept {welcome.inviter} as your clinician, who "
            "then sees your name, your log and the sets that you choose to share. You can end that any time."
        )
    fields = [replace(field, value=typed.get(field.name, "")) for field in JOIN_FIELDS[:2]]
    code = Field("code", "Code", value=typed.get("code", ""))
    form = replace(CODE_FORM, words=words, button="Join", fields=(*fields, JOIN_FIELDS[2], code))
    return answer(form, said=said, status=403 if said else 200)


def _inside(request: Request, token: str) -> Response:
    response = RedirectResponse("/", 303)
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(LASTS.total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response


def join_address(code: str) -> str:
    """Return the address under which a code need not be typed."""
    return f"{JOIN}?code={quote(code)}"
