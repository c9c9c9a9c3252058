"""Rows about the days of clinic mode."""

from formcheck.plan.entries import Stopped
from tests.plan.builders import E1, E2, E3, E4, at, cleared, did, felt, session
from tests.plan.rows import BASE, NEXT, OK, day, ids, is_in, waits

GOOD_E2 = (*session(E2, day=1), *session(E2, day=3))
RED_E3 = session(E3, day=1, after=(3, 3), later=(3, 3))
RED_E1 = session(E1, day=1, during=(1, 5), after=(1, 5), later=(1, 5))
DISTAL = tuple(felt("before", 2 if d <= 7 else 4, 3, day=d) for d in (1, 3, 5, 9, 11, 13))
SAME = tuple(felt("before", 2, 4, day=d) for d in range(1, 25, 2))


CLINIC = [
    day("one-at-a-time", "first how it is, then anything else", OK, 1, is_in("before")),
    day(
        "order-default",
        "march, stretch, seated lift, lowering",
        (*OK, BASE),
        1,
        lambda plan: ids(plan) == [E2, E1, E3, E4],
    ),
    day(
        "order-default",
        "low march and small stretch to begin with",
        (*OK, BASE),
        1,
        lambda plan: [offer.step for offer in plan.offers] == [-1, -1, 0, 0],
    ),
    day(
        "dose",
        "a test is one set of five to ten",
        (*OK, BASE),
        1,
        lambda plan: all(offer.sets == 1 and 5 <= offer.repetitions <= 10 for offer in plan.offers),
    ),
    day(
        "dose",
        "two sets of eight once it is known",
        (*OK, *session(E2, day=1), NEXT),
        3,
        lambda plan: next((o.sets, o.repetitions) for o in plan.offers if o.exercise_id == E2) == (2, 8),
    ),
    day(
        "order-default",
        "after a movement its answer is asked for before the next",
        (*OK, BASE, did(E2)),
        1,
        lambda plan: (
            plan.next_offer is None
            and plan.ask is not None
            and (plan.ask.moment, plan.ask.exercise_id) == ("after", E2)
        ),
    ),
    day(
        "order-default",
        "unchanged: on to the next movement",
        (*OK, BASE, did(E2), felt("after", 1, 2, exercise=E2)),
        1,
        lambda plan: plan.next_offer is not None and plan.next_offer.exercise_id == E1,
    ),
    day(
        "order-default",
        "changed: asked again after five minutes",
        (*OK, BASE, did(E2), felt("after", 1, 5, exercise=E2)),
        1,
        lambda plan: plan.state == "go" and plan.ask is not None and plan.ask.moment == "after_5_min",
    ),
    day(
        "stop-red",
        "red ends the day",
        (*OK, *session(E2, day=1, later=(1, 5), morning=None)),
        1,
        is_in("stop"),
    ),
    day(
        "stop-red",
        "new tingling ends it at once",
        (*OK, BASE, did(E2), felt("after", 1, 2, exercise=E2, neuro=True)),
        1,
        is_in("stop"),
    ),
    day(
        "stop-hurts",
        "stopped because it hurt",
        (*OK, BASE, Stopped(at(1, 9.1), "pain", "raised_hand", E2)),
        1,
        is_in("stop"),
    ),
    day(
        "order-default",
        "stopped for another reason",
        (*OK, BASE, Stopped(at(1, 9.1), "other", "key", E2)),
        1,
        is_in("go"),
    ),
    day("stop-baseline", "eight before it begins", (*OK, felt("before", 1, 8)), 1, is_in("stop")),
    day(
        "order-flexion-red",
        "stretch and march first, seated lift waits",
        (*OK, *RED_E3, NEXT),
        3,
        lambda plan: ids(plan)[:2] == [E1, E2],
    ),
    day(
        "red-rest",
        "48 hours of rest",
        (*OK, *RED_E3, felt("before", 1, 2, day=3, hour=8)),
        3,
        waits(E3),
        hour=9.0,
    ),
    day(
        "red-retry",
        "after 48 hours once more, smaller",
        (*OK, *session(E1, day=1, later=(1, 5)), felt("before", 1, 2, day=4)),
        4,
        lambda plan: (
            next((o.sets, o.repetitions, o.step) for o in plan.offers if o.exercise_id == E1) == (1, 4, -1)
        ),
    ),
    day(
        "order-extension-red",
        "march and seated lift first, lowering waits",
        (*OK, *RED_E1, NEXT),
        3,
        lambda plan: ids(plan)[:2] == [E2, E3] and waits(E4)(plan),
        hour=9.0,
    ),
    day(
        "order-extension-red",
        "the lowering's red holds the stretch back",
        (*OK, *session(E4, day=1, later=(1, 5)), NEXT),
        3,
        lambda plan: waits(E1)(plan),
    ),
    day(
        "order-default",
        "a green retry gives the direction back",
        (*OK, *session(E1, day=1, later=(1, 5)), *session(E1, day=4), felt("before", 1, 2, day=6)),
        6,
        lambda plan: set(ids(plan)) == {E1, E2, E3, E4},
    ),
    day(
        "red-removed",
        "a second red takes it out and tells the clinician",
        (
            *OK,
            *session(E1, day=1, later=(1, 5)),
            *session(E1, day=4, later=(1, 5)),
            felt("before", 1, 2, day=8),
        ),
        8,
        lambda plan: (
            waits(E1)(plan)
            and ("clinician", "red-removed") in [(n.to, n.reason.rule_id) for n in plan.notices]
        ),
    ),
    day(
        "order-default",
        "a clinician gives it back",
        (
            *OK,
            *session(E1, day=1, later=(1, 5)),
            *session(E1, day=4, later=(1, 5)),
            cleared(f"removed:{E1}", day=7),
            felt("before", 1, 2, day=8),
        ),
        8,
        lambda plan: E1 in ids(plan),
    ),
    day(
        "red-retry",
        "two greens in between: the old red is forgotten",
        (
            *OK,
            *session(E2, day=1, later=(1, 5)),
            *session(E2, day=4),
            *session(E2, day=6),
            *session(E2, day=8, later=(1, 5)),
            felt("before", 1, 2, day=11),
        ),
        11,
        lambda plan: E2 in ids(plan),
    ),
    day(
        "amber-halves",
        "half the repetitions",
        (*OK, *session(E2, day=1, during=(1, 4)), NEXT),
        3,
        lambda plan: next(o.repetitions for o in plan.offers if o.exercise_id == E2) == 4,
    ),
    day("withhold-seated-lift", "pain in the thigh", (*OK, felt("before", 4, 2)), 1, waits(E3)),
    day(
        "order-default",
        "pain in the buttock does not withhold it",
        (*OK, felt("before", 3, 2)),
        1,
        lambda plan: E3 in ids(plan),
    ),
    day("withhold-seated-lift", "tingling", (*OK, felt("before", 1, 2, neuro=True)), 1, waits(E3)),
    day(
        "withhold-seated-lift",
        "it stays withheld when the pain is gone",
        (*OK, felt("before", 4, 2), felt("before", 1, 2, day=3)),
        3,
        waits(E3),
    ),
    day(
        "order-default",
        "a clinician allows it",
        (*OK, felt("before", 4, 2), cleared(E3, day=2), felt("before", 4, 2, day=3)),
        3,
        lambda plan: E3 in ids(plan),
    ),
    day(
        "withhold-seated-lift",
        "further out than when it was allowed",
        (*OK, felt("before", 4, 2), cleared(E3, day=2), felt("before", 5, 2, day=3)),
        3,
        waits(E3),
    ),
    day(
        "withhold-seated-lift",
        "the person does not allow it in a clinic",
        (
            *OK,
            felt("before", 4, 2),
            cleared(E3, day=2, by="person", consulted=2),
            felt("before", 1, 2, day=3),
        ),
        3,
        waits(E3),
    ),
    day(
        "rank-benefit",
        "what helped most over two sessions comes first",
        (
            *OK,
            *session(E2, day=1, base=(3, 4)),
            *session(
                E4,
                day=1,
                base=(3, 4),
                after=(2, 3),
                later=(2, 3),
                with_baseline=False,
                morning=None,
                hour=9.5,
            ),
            *session(E2, day=3, base=(3, 4)),
            *session(
                E4,
                day=3,
                base=(3, 4),
                after=(2, 3),
                later=(2, 3),
                with_baseline=False,
                morning=None,
                hour=9.5,
            ),
            felt("before", 3, 4, day=5),
        ),
        5,
        lambda plan: ids(plan)[:2] == [E4, E2],
    ),
    day(
        "order-default",
        "one session ranks nothing",
        (*OK, *session(E4, day=1, base=(3, 4), after=(2, 3), later=(2, 3)), felt("before", 3, 4, day=3)),
        3,
        lambda plan: ids(plan) == [E2, E1, E3, E4],
    ),
    day(
        "refer-soon",
        "two weeks the same",
        (*OK, *(e for e in SAME if e.at < at(17)), felt("before", 2, 4, day=17)),
        17,
        lambda plan: plan.state == "go",
    ),
    day("refer-no-change", "three weeks the same", (*OK, *SAME), 23, lambda plan: plan.state == "go"),
    day(
        "order-default",
        "two points better is no reason to refer",
        (*OK, *(felt("before", 2, 6 if d < 8 else 4, day=d) for d in range(1, 24, 2))),
        23,
        lambda plan: "refer-no-change" not in plan.rule_ids,
    ),
    day(
        "order-default",
        "somebody has looked: the weeks begin anew",
        (*OK, *SAME, cleared("no-change", day=22)),
        23,
        lambda plan: "refer-no-change" not in plan.rule_ids,
    ),
    day("refer-distal", "a week further out locks", (*OK, *DISTAL), 13, is_in("see_someone")),
    day("refer-distal", "it stays locked without new entries", (*OK, *DISTAL), 25, is_in("see_someone")),
    day(
        "order-default",
        "a clinician opens it",
        (*OK, *DISTAL, cleared("distal-trend", day=14), felt("before", 4, 3, day=15)),
        15,
        is_in("go"),
    ),
    day(
        "rest-day",
        "yesterday",
        (*OK, *session(E2, day=1, morning=None), felt("before", 1, 2, day=2)),
        2,
        is_in("rest"),
    ),
    day(
        "rest-day",
        "three days within a week",
        (*OK, *session(E2, day=1), *session(E2, day=3), *session(E2, day=5), felt("before", 1, 2, day=7)),
        7,
        is_in("rest"),
    ),
    day(
        "rank-benefit",
        "the eighth day is open again",
        (*OK, *session(E2, day=1), *session(E2, day=3), *session(E2, day=5), felt("before", 1, 2, day=8)),
        8,
        is_in("go"),
    ),
    day(
        "morning-red",
        "a bad morning rests the day, not one movement",
        (
            *OK,
            *session(E2, day=1),
            *session(E1, day=1, with_baseline=False, hour=9.5, morning=None)[:-1],
            felt("next_morning", 1, 5, day=2, hour=7.9),
            felt("before", 1, 2, day=3),
        ),
        3,
        is_in("rest"),
        hour=7.0,
    ),
    day(
        "light-red-neuro",
        "the clinician is told of new tingling",
        (*OK, *session(E2, day=1, neuro=True), felt("before", 1, 2, day=5)),
        5,
        lambda plan: "clinician" in [n.to for n in plan.notices],
    ),
]
