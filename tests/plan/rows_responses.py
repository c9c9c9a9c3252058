"""Rows about how one movement was answered to: the light, the class, the zones."""

from formcheck.plan.light import Judgement, light
from formcheck.plan.symptoms import Response, class_reason, classify, distal_nprs, worst_nprs, zone
from tests.plan.builders import felt
from tests.plan.rows import Row

Pair = tuple[int, int]


def answer(
    before: Pair,
    during: Pair | None = None,
    after: Pair | None = None,
    upright: Pair | None = None,
    five: Pair | None = None,
    morning: Pair | None = None,
    *,
    neuro: str = "",
    function: Pair = (5, 5),
    groin: Pair = (0, 0),
) -> Response:
    """Pairs are (zone, 0 to 10); ``neuro`` lists from which moment on there is tingling."""

    def note(moment: str, pair: Pair | None) -> object:
        if pair is None:
            return None
        first = moment == "before"
        return felt(
            moment,  # type: ignore[arg-type]
            *pair,
            neuro=moment in neuro.split(),
            function=function[0 if first else 1],
            groin=groin[0 if first else 1],
        )

    moments = ("before", "during", "after", "upright", "after_5_min", "next_morning")
    pairs = (before, during, after, upright, five, morning)
    return Response(*[note(moment, pair) for moment, pair in zip(moments, pairs, strict=True)])  # type: ignore[arg-type]


def lit(rule: str, what: str, want: str | None, response: Response) -> Row:
    judged: Judgement = light(response)
    return Row(rule, what, lambda: tuple(r.rule_id for r in judged.reasons), lambda: judged.light == want)


def called(rule: str, what: str, want: str | None, response: Response) -> Row:
    kind = classify(response)
    return Row(rule, what, lambda: (class_reason(kind).rule_id,) if kind else (rule,), lambda: kind == want)


LIGHTS = [
    lit("light-green", "nothing changes", "green", answer((1, 3), (1, 3), (1, 3), five=(1, 3))),
    lit("light-green", "one point more while moving", "green", answer((1, 3), (1, 4), (1, 3), five=(1, 3))),
    lit("light-green", "it helps", "green", answer((3, 5), (3, 4), (1, 3), five=(1, 2), morning=(1, 2))),
    lit("light-green", "no pain at all", "green", answer((0, 0), (0, 0), (0, 0))),
    lit("light-green", "closer to the spine, no worse", "green", answer((5, 4), (3, 4), (1, 4), five=(1, 4))),
    lit("light-amber-two", "two points more, gone at once", "amber", answer((1, 3), (1, 5), (1, 3))),
    lit("light-amber-two", "two more, gone by 5 min", "amber", answer((1, 3), (1, 4), (1, 5), five=(1, 3))),
    lit("light-amber-two", "no pain, then two", "amber", answer((0, 0), (1, 2), (0, 0), five=(0, 0))),
    lit("light-amber-back", "four more, back in 5 min", "amber", answer((1, 2), (1, 6), (1, 3), five=(1, 2))),
    lit("light-amber-back", "spread, back in 5 min", "amber", answer((1, 3), (4, 3), (1, 3), five=(1, 3))),
    lit("light-amber-lingers", "one more left", "amber", answer((1, 3), (1, 4), (1, 4), five=(1, 4))),
    lit(
        "light-amber-lingers",
        "one more in the morning",
        "amber",
        answer((1, 3), (1, 3), (1, 3), morning=(1, 4)),
    ),
    lit("light-red-worse", "two more after 5 min", "red", answer((1, 3), (1, 5), (1, 5), five=(1, 5))),
    lit(
        "light-red-worse", "two more the next morning", "red", answer((1, 3), (1, 3), (1, 3), morning=(1, 5))
    ),
    lit("light-red-worse", "three more, nobody looked again", "red", answer((1, 2), (1, 5))),
    lit(
        "light-red-worse",
        "groin two more after 5 min",
        "red",
        answer((0, 0), (0, 0), five=(0, 0), groin=(2, 4)),
    ),
    lit("light-red-distal", "buttock becomes thigh", "red", answer((3, 3), (3, 3), (4, 3), five=(4, 3))),
    lit("light-red-distal", "calf the next morning", "red", answer((3, 3), (3, 3), (3, 3), morning=(5, 2))),
    lit(
        "light-red-distal", "more distal though less pain", "red", answer((2, 6), (2, 6), (4, 2), five=(4, 2))
    ),
    lit("light-red-neuro", "tingling while moving", "red", answer((1, 2), (1, 2), (1, 2), neuro="during")),
    lit("light-red-neuro", "tingling later", "red", answer((1, 2), (1, 2), five=(1, 2), neuro="after_5_min")),
    lit(
        "light-green",
        "tingling that was there before",
        "green",
        answer((1, 2), (1, 2), (1, 2), neuro="before during after"),
    ),
    lit(
        "light-red-eight", "eight while moving, then back", "red", answer((1, 6), (1, 8), (1, 6), five=(1, 6))
    ),
    lit("light-red-eight", "eight to begin with", "red", answer((1, 8))),
    lit("light-unknown", "nothing noted", None, answer((1, 3))),
    lit("light-unknown", "only how it was while moving", None, answer((1, 3), (1, 3))),
]

CLASSES = [
    called(
        "class-abolished",
        "calf pain gone, stays gone",
        "abolished",
        answer((5, 4), after=(1, 3), upright=(1, 3), five=(1, 3)),
    ),
    called("class-abolished", "gone altogether", "abolished", answer((4, 3), after=(0, 0), five=(0, 0))),
    called(
        "class-centralised",
        "same place, two less",
        "centralised",
        answer((4, 6), after=(4, 4), upright=(4, 4), five=(4, 4)),
    ),
    called("class-no-effect", "same place, one less", "no_effect", answer((4, 6), after=(4, 5), five=(4, 5))),
    called(
        "class-unstable",
        "back within a minute",
        "unstable",
        answer((5, 4), after=(2, 3), upright=(5, 4), five=(5, 4)),
    ),
    called(
        "class-no-effect",
        "back within five minutes",
        "no_effect",
        answer((5, 4), after=(2, 3), upright=(2, 3), five=(5, 4)),
    ),
    called("class-better", "gone, but nobody looked after 5 min", "better", answer((5, 4), after=(1, 3))),
    called(
        "class-peripheralised",
        "reaches the foot",
        "peripheralised",
        answer((5, 4), after=(6, 2), five=(6, 2)),
    ),
    called(
        "class-peripheralised",
        "new tingling",
        "peripheralised",
        answer((3, 4), after=(3, 2), five=(3, 2), neuro="after"),
    ),
    called(
        "class-peripheralised",
        "further out next morning",
        "peripheralised",
        answer((2, 3), after=(2, 3), five=(2, 3), morning=(4, 3)),
    ),
    called(
        "class-better",
        "back pain only, three less: helped, not centralised",
        "better",
        answer((2, 6), after=(2, 3), five=(2, 3)),
    ),
    called(
        "class-better",
        "back pain only, gone: helped, not abolished",
        "better",
        answer((1, 3), after=(0, 0), five=(0, 0)),
    ),
    called(
        "class-better",
        "does three more of what matters",
        "better",
        answer((2, 3), after=(2, 3), five=(2, 3), function=(4, 7)),
    ),
    called(
        "class-no-effect",
        "two more of what matters is chance",
        "no_effect",
        answer((2, 3), after=(2, 3), five=(2, 3), function=(4, 6)),
    ),
    called(
        "class-better",
        "groin alone, three less",
        "better",
        answer((0, 0), after=(0, 0), five=(0, 0), groin=(5, 2)),
    ),
    called(
        "class-no-effect",
        "groin comes: local, not further out",
        "no_effect",
        answer((1, 2), after=(1, 2), five=(1, 2), groin=(0, 4)),
    ),
    called("class-no-effect", "nothing noted afterwards", None, answer((4, 5), during=(4, 5))),
]

MIXED = felt("before", 5, 2, groin=7)
ZONES = [
    Row(
        "zone-most-distal",
        "calf outdoes buttock",
        lambda: ("zone-most-distal",),
        lambda: zone(MIXED) == 5 and distal_nprs(MIXED) == 2,
    ),
    Row(
        "zone-groin-apart",
        "groin is on no rung, but counts as pain",
        lambda: ("zone-groin-apart",),
        lambda: zone(felt("before", groin=7)) == 0 and worst_nprs(MIXED) == 7,
    ),
]
