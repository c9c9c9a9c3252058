"""Rows about the questions that come first, and who may open again what they lock."""

from formcheck.plan.screen import QUESTIONS
from tests.plan.builders import asked, cleared, felt
from tests.plan.rows import BASE, NEXT, OK, day, is_in

SCREENS = [
    *(
        day(
            {"emergency": "screen-emergency", "see_someone": "screen-see-someone", "note": "screen-note"}[
                q.tier
            ],
            f"yes to {q.id}",
            (asked(q.id), BASE),
            1,
            is_in("go" if q.tier == "note" else q.tier),
        )
        for q in QUESTIONS
    ),
    day("screen-first", "nothing answered", (BASE,), 1, is_in("screen"), "home"),
    day("screen-first", "answered 28 days ago", (asked(), felt("before", day=29)), 29, is_in("screen")),
    day("one-at-a-time", "27 days ago is soon enough", OK, 27, is_in("before")),
    day(
        "screen-emergency",
        "a clinician's clearance opens no emergency",
        (asked("saddle-numbness"), cleared("saddle-numbness", day=2), asked(day=3), NEXT),
        3,
        is_in("emergency"),
    ),
    day(
        "screen-see-someone",
        "a later no opens nothing",
        (asked("trauma"), asked(day=3), NEXT),
        3,
        is_in("see_someone"),
    ),
    day(
        "order-default",
        "a clinician clears in a clinic",
        (asked("trauma"), cleared("trauma", day=2), NEXT),
        3,
        is_in("go"),
    ),
    day(
        "clearance-clinic",
        "the person cannot clear in a clinic",
        (asked("trauma"), cleared("trauma", day=2, by="person", consulted=2), NEXT),
        3,
        is_in("see_someone"),
    ),
    day(
        "home-steps",
        "the person clears at home after a consultation",
        (asked("trauma"), cleared("trauma", day=2, by="person", consulted=2), NEXT),
        3,
        is_in("go"),
        "home",
    ),
    day(
        "clearance-home",
        "not without a day of consultation",
        (asked("trauma"), cleared("trauma", day=2, by="person"), NEXT),
        3,
        is_in("see_someone"),
        "home",
    ),
    day(
        "clearance-home",
        "not by a consultation before the answer",
        (asked("trauma", day=2), cleared("trauma", day=3, by="person", consulted=1), NEXT),
        3,
        is_in("see_someone"),
        "home",
    ),
    day(
        "clearance-home",
        "not by a consultation that is yet to come",
        (asked("trauma"), cleared("trauma", day=2, by="person", consulted=9), NEXT),
        3,
        is_in("see_someone"),
        "home",
    ),
    day(
        "clearance-clinic",
        "not without a note",
        (asked("trauma"), cleared("trauma", day=2, note=" "), NEXT),
        3,
        is_in("see_someone"),
    ),
    day(
        "clearance-clinic",
        "one of two flags is not enough",
        (asked("trauma", "infection"), cleared("trauma", day=2), NEXT),
        3,
        is_in("see_someone"),
    ),
    day(
        "screen-see-someone",
        "the same answer again locks again",
        (asked("trauma"), cleared("trauma", day=2), asked("trauma", day=3, hour=8.9), NEXT),
        3,
        is_in("see_someone"),
    ),
    day(
        "screen-see-someone",
        "a clearance of tomorrow does not count today",
        (asked("trauma"), cleared("trauma", day=4), NEXT),
        3,
        is_in("see_someone"),
    ),
    day(
        "screen-note",
        "support and the smaller movement at home",
        (asked("balance"), BASE),
        1,
        lambda plan: plan.offers[0].step == -1,
        "home",
    ),
]
