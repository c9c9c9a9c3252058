"""Secrets: passwords are hashed with argon2, codes and tokens are random and kept as hashes only."""

import hashlib
import secrets
import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from formcheck.errors import UsageError

MIN_CHARACTERS, MAX_CHARACTERS = 10, 200
"""Length is what counts (NIST SP 800-63B asks for 8 at least and no rules of composition); 10 is ours."""
# letters and digits that cannot be taken for one another when read aloud or written down
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_CHARACTERS = 12
_AT_ONCE = threading.BoundedSemaphore(2)  # each hash takes 64 MiB: more at once would fill small machines


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()  # the library's defaults are RFC 9106's low-memory profile


def hash_password(password: str) -> str:
    """Return what to keep of a password.

    Raises
    ------
    UsageError
        When it is too short or too long.
    """
    if not MIN_CHARACTERS <= len(password) <= MAX_CHARACTERS:
        raise UsageError(
            f"A password needs {MIN_CHARACTERS} to {MAX_CHARACTERS} characters: "
            "a few unrelated words are easy to remember."
        )
    with _AT_ONCE:
        return _hasher().hash(password)


def password_fits(kept: str | None, password: str) -> bool:
    """Return whether a password is right; takes as long where there is none."""
    with _AT_ONCE:
        try:
            return _hasher().verify(kept or _nobody(), password[:MAX_CHARACTERS]) and kept is not None
        except (Argon2Error, InvalidHashError):
            return False


@cache
def _nobody() -> str:
    return _hasher().hash(secrets.token_hex())


def new_token() -> str:
    """Return a token of 256 bits for a cookie."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """Return a code of 59 bits that a person can type, in groups of four."""
    code = "".join(secrets.choice(_LETTERS) for _ in range(CODE_CHARACTERS))
    return "-".join(code[i : i + 4] for i in range(0, CODE_CHARACTERS, 4))


def fold_code(typed: str) -> str:
    """Return a code as it was made, however somebody typed it."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())[: 2 * CODE_CHARACTERS]


def digest(secret: str) -> str:
    """Return what to keep of a random code or token; they need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
