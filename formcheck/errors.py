"""The errors that formcheck raises on purpose, each with a sentence for a person.

Anything else that escapes is a defect. Every message says in one line what is wrong and what to do.
"""


class FormcheckError(Exception):
    """Base of the errors whose message may be shown to a user as it is."""

    exit_status = 1


class UsageError(FormcheckError):
    """The request itself is wrong: an unknown exercise, an impossible option."""

    exit_status = 2


class NobodySeenError(UsageError):
    """No exercise was named, and hardly anybody is to be seen whose movement could tell it."""


class UnreadableInputError(FormcheckError):
    """The input cannot be read, or holds too little to analyse."""

    exit_status = 3


class OutputError(FormcheckError):
    """The result cannot be written where it was asked for."""

    exit_status = 3


class NoModelError(FormcheckError):
    """No pose model could be had; the message lists every place that was tried."""

    exit_status = 4
