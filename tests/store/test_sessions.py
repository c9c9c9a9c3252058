"""Logging in: passwords, lockout, sessions, tickets, invitations."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select, update

from formcheck.errors import UsageError
from formcheck.store.access import NOBODY, Actor
from formcheck.store.columns import now
from formcheck.store.invitations import InvitationError, Newcomer
from formcheck.store.sessions import TRIES, LoginError
from formcheck.store.store import Store
from formcheck.store.tables_people import Account, Invitation, LoginSession, Ticket
from tests.store.world import World

PASSWORD = "three small words"  # noqa: S105 - of nobody


def member(store: Store, login: str = "Ann@Example.org ") -> str:
    """Join as a clinician with a password; return the session's token."""
    code = store.invitations.invite_clinician("x")
    return store.invitations.join(code, Newcomer(name="Ann", login=login, password=PASSWORD))


def test_a_login_is_found_however_it_is_typed(store: Store) -> None:
    joined = store.sessions.actor(member(store))
    token = store.sessions.log_in(" ANN@example.ORG", PASSWORD)
    assert store.sessions.actor(token) == joined
    store.sessions.log_out(token)
    assert store.sessions.actor(token) == NOBODY


@pytest.mark.parametrize(
    ("login", "password"), [("ann@example.org", "wrong words"), ("nobody", PASSWORD), ("", "")]
)
def test_the_answer_does_not_tell_what_was_wrong(store: Store, login: str, password: str) -> None:
    member(store)
    with pytest.raises(LoginError, match="Login or password are not right"):
        store.sessions.log_in(login, password)


def test_guessing_locks_and_time_unlocks(store: Store) -> None:
    member(store)
    for _ in range(TRIES):
        with pytest.raises(LoginError):
            store.sessions.log_in("ann@example.org", "a wrong password")
    with pytest.raises(LoginError):
        store.sessions.log_in("ann@example.org", PASSWORD)
    with store.database.write() as session:
        session.execute(update(Account).values(locked_until=now()))
    assert store.sessions.actor(store.sessions.log_in("ann@example.org", PASSWORD)) != NOBODY


def test_nobody_learns_whether_there_is_such_an_account(store: Store) -> None:
    """Not from any of the answers before and after it is locked, to the right password or a wrong one."""
    member(store)
    answers: dict[str, list[str]] = {"ann@example.org": [], "nobody@example.org": []}
    for login, heard in answers.items():
        for password in [*["a wrong password"] * (TRIES + 1), PASSWORD]:
            with pytest.raises(LoginError) as caught:
                store.sessions.log_in(login, password)
            heard.append(str(caught.value))
    assert answers["ann@example.org"] == answers["nobody@example.org"]


def test_knocking_on_a_locked_door_locks_it_no_longer(store: Store) -> None:
    member(store)
    with store.database.write() as session:
        until = now() + timedelta(minutes=1)
        session.execute(update(Account).values(locked_until=until))
    for _ in range(TRIES):
        with pytest.raises(LoginError):
            store.sessions.log_in("ann@example.org", "a wrong password")
    with store.database.read() as session:
        assert session.scalars(select(Account.locked_until)).all() == [until]


def test_sessions_end_by_themselves(store: Store) -> None:
    token = member(store)
    with store.database.write() as session:
        session.execute(update(LoginSession).values(expires_at=now() - timedelta(seconds=1)))
    assert store.sessions.actor(token) == NOBODY


def test_no_secret_lies_in_the_database(store: Store) -> None:
    token = member(store)
    code = store.invitations.invite_clinician("x")
    kept = b"".join(path.read_bytes() for path in store.settings.data_dir.glob("formcheck.sqlite3*"))
    for secret in (token, code, code.replace("-", ""), PASSWORD):
        assert secret.encode() not in kept


def test_a_ticket_is_good_once_and_soon(world: World) -> None:
    sessions = world.store.sessions
    ticket = sessions.ticket(world.patient)
    assert sessions.actor(sessions.redeem(ticket)) == world.patient
    late = sessions.ticket(world.patient)
    with world.store.database.write() as session:
        session.execute(update(Ticket).values(expires_at=now() - timedelta(seconds=1)))
    for code in (ticket, late, "guessed", ""):
        with pytest.raises(LoginError, match="expired"):
            sessions.redeem(code)


def test_a_code_works_once_however_it_is_typed(store: Store) -> None:
    code = store.invitations.invite_clinician("x")
    typed = f" {code.lower().replace('-', ' ')} "
    store.invitations.join(typed, Newcomer(name="Ann", openid_subject="a"))
    with pytest.raises(InvitationError):
        store.invitations.join(code, Newcomer(name="Bo", openid_subject="b"))


def test_a_code_expires(store: Store) -> None:
    code = store.invitations.invite_clinician("x")
    with store.database.write() as session:
        session.execute(update(Invitation).values(expires_at=now() - timedelta(seconds=1)))
    for use in (
        lambda: store.invitations.welcome(code),
        lambda: store.invitations.join(code, Newcomer(name="Ann", openid_subject="a")),
    ):
        with pytest.raises(InvitationError):
            use()


@pytest.mark.parametrize(
    ("newcomer", "why"),
    [
        (Newcomer(name=" ", login="bo", password=PASSWORD), "name"),
        (Newcomer(name="Bo", login=" ", password=PASSWORD), "login"),
        (Newcomer(name="Bo", login="bo", password=PASSWORD[:5]), "10 to 200"),
        (Newcomer(name="Bo", login="ANN@example.org", password=PASSWORD), "taken"),
    ],
)
def test_a_code_survives_what_will_not_do(store: Store, newcomer: Newcomer, why: str) -> None:
    """Who mistypes must not lose the invitation."""
    member(store)
    code = store.invitations.invite_clinician("x")
    with pytest.raises(UsageError, match=why):
        store.invitations.join(code, newcomer)
    assert store.invitations.welcome(code).role == "clinician"


def test_a_patient_accepts_a_second_clinician(world: World) -> None:
    store = world.store
    store.invitations.accept(world.patient, store.invitations.invite_patient(world.foreign, "x"))
    assert [each.name for each in store.people.patients(world.foreign)] == ["The patient"]
    assert len(store.people.clinicians(world.patient)) == 2
    with pytest.raises(InvitationError):
        store.invitations.accept(world.patient, store.invitations.invite_clinician("x"))


def test_the_first_requests_of_a_home_make_one_person(store: Store) -> None:
    together = Barrier(8)

    def ask(_: int) -> Actor:
        together.wait(10)
        return store.people.at_home()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1
