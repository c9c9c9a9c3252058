"""The words of this page: when, how many, how much is shared."""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from formcheck.store.access import Level
from formcheck.store.records import SetRow

LEVELS: dict[Level, str] = {
    Level.NOTHING: "Nothing",
    Level.NUMBERS: "Numbers",
    Level.REPLAY: "Stick figure",
    Level.BLURRED: "Video, face covered",
    Level.VIDEO: "Video",
}
MEANING: dict[Level, str] = {
    Level.NOTHING: "Nobody but you sees that this set exists.",
    Level.NUMBERS: "Your clinician sees counts, angles and verdicts: the report, and no picture.",
    Level.REPLAY: "The report, and your movement as a stick figure in an empty room.",
    Level.BLURRED: "The report, the stick figure, and the video with your face covered by large blocks. "
    "Clothes, room and build may still tell who you are.",
    Level.VIDEO: "Everything, with the video as it was filmed.",
}
WITHDRAWN = "What shows more than you share was deleted. What somebody has already seen or saved cannot be."


def when(at: datetime, zone_name: str | None = None) -> str:
    """Return a day and time of day as a person of the reader's zone says it."""
    try:
        local = at.astimezone(ZoneInfo(zone_name)) if zone_name else at.astimezone()
    except (ZoneInfoNotFoundError, ValueError):
        local = at.astimezone()
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"


def title(row: SetRow) -> str:
    """Return what a set is called in a list."""
    return row.exercise_name or row.name


def outcome(row: SetRow) -> list[tuple[str, str]]:
    """Return a set's verdicts as (mark, words), those that need an eye first."""
    if row.state == "recording":
        return [("cannot_judge", "still going on")]
    if row.state == "waiting":
        return [("cannot_judge", "being looked at")]
    if row.state == "failed":
        return [("cannot_judge", "could not be judged")]
    counted = [("fault", row.fault, "with a fault"), ("borderline", row.borderline, "borderline")]
    counted += [("cannot_judge", row.cannot_judge, "not judged")]
    # in how many of them the back was judged is not among the numbers of a row
    counted += [("ok", row.ok, "no fault in what was judged")]
    return [(mark, f"{n} {words}") for mark, n, words in counted if n]


def count(row: SetRow) -> str:
    """Return the number of repetitions in words; empty while nobody knows."""
    if row.state != "done":
        return ""
    return f"{row.reps} repetition{'' if row.reps == 1 else 's'}"
