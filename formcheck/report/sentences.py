"""A set report in plain sentences; command line, app, HTML and PDF say the same words.

What was not judged is said to be not judged, never passed over, and nothing is said that a camera cannot
know: see the claims in docs/validity.md.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence, Set

from formcheck.body.reasons import how_to_fix
from formcheck.body.spine_rough import RoughBend
from formcheck.coach.faults import EVEN, OPEN_OF_BACK, SURE, SURE_OF_BACK, rank
from formcheck.coach.set_report import Fault, Repetition, SetReport, Withheld
from formcheck.report.frame_state import about_the_back
from formcheck.report.words import (
    BACK,
    DASH,
    VERDICT_MARK,
    VERDICT_WORD,
    Focus,
    degrees,
    fault_label,
    focus_of,
    listed,
    reason_text,
    seconds,
    shown_verdict,
    signal_label,
)

NOT_A_DEVICE = (
    "formcheck gives feedback on movement. It is not a medical device: it does not diagnose or treat, and it "
    "does not replace the judgement of a clinician."
)
UNCERTAINTY = (
    "Angles come from one camera and are uncertain by about ±5° for hip, knee and trunk from the side, and "
    "more for the lower back. Compare them with your own earlier ones, filmed the same way; differences "
    "below 10° may be chance. They do not replace measuring a joint by hand."
)
BACK_NOT_JUDGED = "Lower back not judged."
# Of a normal distribution: half of its 80 % interval, in standard deviations.
Z_80 = 1.2816
DEFINITIONS = (
    (
        VERDICT_WORD["ok"],
        f"Nothing that was judged went beyond its limit. With {VERDICT_MARK['back_unseen']} in place of "
        f"{VERDICT_MARK['ok']} the lower back was not judged; it may be fine or not.",
    ),
    (
        "Borderline",
        f"Perhaps beyond a limit (a chance of {100 * EVEN:.0f} to {100 * SURE:.0f} %; lower back "
        f"{100 * OPEN_OF_BACK:.0f} to {100 * SURE_OF_BACK:.0f} %): too close to call.",
    ),
    ("Fault", "Beyond a limit with a greater chance than that, for long enough to count."),
    ("Amber, red", "The nearer and the farther limit of a fault. What is for information is no fault."),
    ("Not judged", "A part that this exercise needs could not be seen well enough; it may be fine or not."),
    ("Lower back", "Bending (+) or arching (-) away from your own start posture, not from a textbook."),
)


def headline(report: SetReport, *, focus: Focus | None = None) -> str:
    """Return two or three sentences that a patient understands at once.

    Parameters
    ----------
    report : SetReport
        The judged set.
    focus : Focus, optional
        What the exercise is about; where None, `focus_of` the report.
    """
    return " ".join(filter(None, headline_parts(report, focus=focus)))


def headline_parts(report: SetReport, *, focus: Focus | None = None) -> tuple[str, str]:
    """Return the headline in two parts: what was counted and reached, and what was seen and not seen."""
    focus = focus or focus_of(report)
    if not report.reps:
        return _counted(report), " ".join(filter(None, _why_none(report)))
    first = " ".join(filter(None, [_counted(report), _reach(report, focus)]))
    return first, f"{_outcome(report)} {_back(report)}"


def next_time(report: SetReport) -> str:
    """Return the one thing to do next time: the cue of what was gravest most often; empty without a fault.

    Praise, or what could not be seen, stands in the headline; information is not worth a cue.
    """
    told = [fault for rep in report.reps for fault in rep.faults if rank(fault.severity) > 0]
    if not told:
        return ""
    counts = Counter(fault.id for fault in told)
    gravest = max(told, key=lambda fault: (rank(fault.severity), counts[fault.id]))
    return f"Next time: {_lower(gravest.cue)}"


def repetition_lines(report: SetReport, *, focus: Focus | None = None) -> list[str]:
    """Return one line for each repetition: number, verdict, range, times, and why."""
    focus = focus or focus_of(report)
    said = reasons_of_all(report)
    return [_line(rep, focus, reasons) for rep, reasons in zip(report.reps, said, strict=True)]


def notes(report: SetReport) -> list[str]:
    """Return what else there is to know: limits of the recording, the view and the neutral."""
    lines = [_sentence(note) for note in report.set.notes]
    if report.origin.damage:
        lines.append(_sentence(report.origin.damage))
    if not report.view.judged:
        lines.append(_with_fix("The view did not allow everything to be judged", report.view.reason))
    if not report.neutral.accepted:
        lines.append(_with_fix("No start posture could be taken as the neutral", report.neutral.reason))
    return list(dict.fromkeys(lines))


def not_judged(report: SetReport) -> list[tuple[str, str, str]]:
    """Return what could not be judged, why and how to mend it, a row for each reason and time.

    Returns
    -------
    list of (str, str, str)
        What and for how long; why; what to change. Sides and stretches of the same signal are joined.
    """
    spans: dict[tuple[str, str], list[Withheld]] = {}
    for item in report.cannot_judge:
        spans.setdefault((_base(item.signal), item.reason), []).append(item)
    rows: dict[tuple[str, str, str], list[str]] = {}
    for (signal, reason), items in spans.items():
        fix = next((item.how_to_fix for item in items if item.how_to_fix), how_to_fix(reason))
        rows.setdefault((_how_long(items, report), reason, fix), []).append(signal_label(signal))
    return [
        (_sentence(f"{listed(names)}: {how_long}")[:-1], reason_text(reason), fix)
        for (how_long, reason, fix), names in rows.items()
    ]


def reasons_of(rep: Repetition) -> list[str]:
    """Return why a repetition has its verdict, as sentences; faults first, then what was withheld."""
    said = [fault_sentence(fault) for fault in rep.faults]
    known = {fault.id for fault in rep.faults}
    told = {_base(fault.signal) for fault in rep.faults}
    said += [_reason_sentence(reason, told) for reason in rep.reasons if reason not in known]
    return list(dict.fromkeys(said))


def reasons_of_all(report: SetReport) -> list[list[str]]:
    """Return the reasons of every repetition; what all share was explained above, and is only named."""
    said = [reasons_of(rep) for rep in report.reps]
    shared = set(said[0]).intersection(*said[1:]) if len(said) > 1 else set()

    def short(reason: str) -> str:
        what, mark, _ = reason.partition(" not judged: ")
        return f"{what} not judged." if mark and reason in shared else reason

    return [
        # that the back was not judged stands in such a verdict's words
        [text for text in map(short, reasons) if shown != "back_unseen" or text != BACK_NOT_JUDGED]
        for shown, reasons in zip(map(shown_verdict, report.reps), said, strict=True)
    ]


def fault_sentence(fault: Fault) -> str:
    """Return a fault with its measure, limit and cue."""
    name = fault_label(fault.id)
    name = name[:1].upper() + name[1:]
    word = {"info": "for information", "amber": "amber", "red": "red"}[fault.severity]
    measure = ""
    if math.isfinite(fault.peak) and math.isfinite(fault.threshold):
        # What it is a share of is said once.
        of = "share" if fault.unit.startswith("share of ") else fault.unit
        more = " more than in your best repetitions," if fault.within_set else ""
        limit = _amount(fault.threshold, of)
        measure = f", {_amount(fault.peak, fault.unit)}{more} where the limit is {limit}"
    return f"{name} ({word}{measure}). {fault.cue}".strip()


def neutral_sentence(report: SetReport) -> str:
    """Return what the angles of this set were measured from."""
    neutral = report.neutral
    if neutral.start_s is None or neutral.end_s is None or not neutral.accepted:
        return "No still start posture was found to measure from."
    span = f"between {neutral.start_s:.1f} and {neutral.end_s:.1f} s"
    text = f"Measured from your own start posture, held {span}."
    if neutral.standing_reference and neutral.lumbar_offset_deg is not None:
        text += f" Your lower back then was {degrees(neutral.lumbar_offset_deg)} from quiet standing."
    return text


def _counted(report: SetReport) -> str:
    n = len(report.reps)
    things = _plural(report.exercise.name, n)
    if n == 0:
        return f"No {things} counted."
    return f"{n} {things} counted."


def _plural(name: str, n: int) -> str:
    """Return the exercise's name as a countable noun, or "repetitions of" it where that reads badly."""
    plain = re.fullmatch(r"[A-Za-z]+(?: [A-Za-z]+)?", name) and not name.endswith(("s", "x", "ch", "ing"))
    if plain:
        return name.lower() if n == 1 else f"{name.lower()}s"
    noun = "repetition" if n == 1 else "repetitions"
    return f"{noun} of {name}" if name else noun


def _reach(report: SetReport, focus: Focus) -> str:
    """Say in how many repetitions the target was reached; nothing where there is no target.

    Nor where one fell short whose range was not judged.
    """
    reached = [
        focus.reached(rep.range[focus.signal].peak_deg) for rep in report.reps if focus.signal in rep.range
    ]
    if not reached or None in reached or len(reached) < len(report.reps):
        return ""
    if any(not far and _range_unknown(rep) for far, rep in zip(reached, report.reps, strict=True)):
        return ""
    word = "Depth" if focus.first_phase == "eccentric" else "The target"
    if len(reached) == 1:
        return f"{word}{'' if reached[0] else ' not'} reached."
    return f"{word} reached in {_share(sum(map(bool, reached)), len(reached))}."


def _range_unknown(rep: Repetition) -> bool:
    return any(reason.startswith("range_and_tempo:") for reason in rep.reasons)


def _outcome(report: SetReport) -> str:
    """Say what was seen to be wrong, or that nothing was."""
    faulty = [rep for rep in report.reps if rep.verdict == "fault"]
    unsure = [rep for rep in report.reps if rep.verdict == "borderline"]
    open_ = [rep for rep in report.reps if rep.verdict == "cannot_judge"]
    said = []
    if faulty:
        worst = Counter(fault.id for rep in faulty for fault in rep.faults if fault.severity != "info")
        names = listed([fault_label(name) for name, _ in worst.most_common(2)])
        said.append(f"A fault{_in_share(len(faulty), len(report.reps))}{f' ({names})' if names else ''}.")
    if unsure:
        said.append(f"Borderline{_in_share(len(unsure), len(report.reps))}.")
    if open_ and not said and all(_lacks_the_back_alone(rep) for rep in open_):
        how_many = _share(len(open_), len(report.reps))
        said.append(
            f"Apart from the lower back no fault was seen; {how_many} could not be judged as a whole."
        )
    elif open_:
        said.append(f"{_share(len(open_), len(report.reps), start=True)} could not be judged.")
    if not said and all(shown_verdict(rep) == "back_unseen" for rep in report.reps):
        said.append("Apart from the lower back no fault was seen.")
    elif not said:
        said.append("No fault seen in what was judged.")
    return " ".join(said)


def _lacks_the_back_alone(rep: Repetition) -> bool:
    """Return whether a repetition has no verdict for want of the back, and of nothing else."""
    return bool(rep.reasons) and all(reason.startswith(f"{BACK}:") for reason in rep.reasons)


def _back(report: SetReport) -> str:
    """Say how much of the lower back was judged; silence must never pass for approval."""
    judged = [rep for rep in report.reps if rep.lumbar_flexion_deg.judged]
    if not judged:
        reasons = [rep.lumbar_flexion_deg.reason for rep in report.reps if rep.lumbar_flexion_deg.reason]
        why = reason_text(max(set(reasons), key=reasons.count)) if reasons else ""
        seen = "was not judged"
        if crossed := _crossed(report, report.reps):
            seen = f"{crossed} and was otherwise not judged"
        said = f"Your lower back {seen}{': ' + _lower(why) if why else '.'}"
        return " ".join(filter(None, [said, _roughly(report.back_rough)]))
    text = f"Your lower back was judged{_in_share(len(judged), len(report.reps))}"
    return f"{text} and {_crossed(report, judged) or 'crossed no limit of this exercise'}."


def _roughly(bend: RoughBend | None) -> str:
    """Say how much the back bent as far as that is known, with the interval that holds it in 8 of 10 sets."""
    if bend is None:
        return ""
    low, high = (bend.deg + sign * Z_80 * bend.sd_deg for sign in (-1, 1))
    beside = "where you had bowed a little" if bend.from_bow else "upright"
    return (
        f"Seen only roughly, it was about {degrees(5 * round(bend.deg / 5))} more bent at the turning point "
        f"than {beside} (8 times in 10 between {degrees(low)} and {degrees(high)})."
    )


def _crossed(report: SetReport, reps: Sequence[Repetition]) -> str:
    """Return "crossed a limit in repetitions 1 and 3", where a limit of the back was; empty for none."""
    crossed = [rep for rep in reps if any(about_the_back(fault) for fault in rep.faults)]
    if not crossed:
        return ""
    back = [fault for rep in crossed for fault in rep.faults if about_the_back(fault)]
    only = "" if any(rank(fault.severity) > 0 for fault in back) else ", for information only"
    if len(report.reps) == 1:
        return f"crossed a limit{only}"
    numbers = listed([str(rep.index) for rep in crossed])
    noun = "repetition" if len(crossed) == 1 else "repetitions"
    return f"crossed a limit in {noun} {numbers}{only}"


def _why_none(report: SetReport) -> list[str]:
    """Say why nothing was counted, from what was withheld for longest."""
    longest: Counter[str] = Counter()
    for item in report.cannot_judge:
        if item.reason != "no_lumbar_sensor" and _base(item.signal) != BACK:
            longest[item.reason] += round(1000 * (item.end_s - item.start_s))
    if not longest:
        return ["No movement in the recording was a repetition of this exercise."]
    reason = longest.most_common(1)[0][0]
    fixes = [item.how_to_fix for item in report.cannot_judge if item.reason == reason and item.how_to_fix]
    return [reason_text(reason), *(fixes[:1] or [how_to_fix(reason)])]


def _line(rep: Repetition, focus: Focus, reasons: list[str]) -> str:
    shown = shown_verdict(rep)
    parts = [f"{rep.index}. {VERDICT_MARK[shown]} {VERDICT_WORD[shown]}"]
    if focus.signal in rep.range:
        angle = rep.range[focus.signal]
        parts.append(f"{signal_label(focus.signal)} {degrees(angle.start_deg)} to {degrees(angle.peak_deg)}")
    if rep.side != "both":
        parts.append(f"{rep.side} side")
    tempo = {"concentric": rep.concentric_s, "hold": rep.hold_s, "eccentric": rep.eccentric_s}
    order = ["concentric", "hold", "eccentric"]
    if focus.first_phase == "eccentric":
        order.reverse()
    words = {
        "concentric": focus.concentric_word,
        "hold": "holding",
        "eccentric": focus.eccentric_word,
    }
    parts.append(", ".join(f"{words[name]} {seconds(tempo[name])}" for name in order))
    line = "; ".join(parts) + "."
    return " ".join([line, *reasons])


def _share(part: int, whole: int, *, start: bool = False) -> str:
    """Return "it", "both", "all 5", "3 of 5", "none of 5"; with a noun at the start of a sentence."""
    if part == whole:
        text = {1: "it", 2: "both"}.get(whole, f"all {whole}")
    else:
        text = f"{part or 'none'} of {whole}"
    return text[:1].upper() + text[1:] if start else text


def _in_share(part: int, whole: int) -> str:
    """Return " in both", " in 3 of 5"; nothing where there is but one, which needs no share."""
    return "" if whole == 1 else f" in {_share(part, whole)}"


def _how_long(items: list[Withheld], report: SetReport) -> str:
    if _covered_s(items) >= 0.95 * report.origin.duration_s > 0:
        return "the whole recording"
    stretches = sorted({(round(item.start_s, 1), round(item.end_s, 1)) for item in items})
    shown = [f"{start_s:.1f}{DASH}{end_s:.1f} s" for start_s, end_s in stretches[:4]]
    return ", ".join(shown) + (f" and {len(stretches) - 4} more" if len(stretches) > 4 else "")


def _covered_s(items: list[Withheld]) -> float:
    """Return how long stretches last together, where they overlap once."""
    covered_s, until_s = 0.0, -math.inf
    for item in sorted(items, key=lambda item: item.start_s):
        covered_s += max(0.0, item.end_s - max(item.start_s, until_s))
        until_s = max(until_s, item.end_s)
    return covered_s


def _reason_sentence(reason: str, told: Set[str] = frozenset()) -> str:
    """Return one of a repetition's reasons as a sentence: ``signal: why``, ``borderline: fault``, a key.

    ``told`` are signals of which a fault is told, though they were not seen throughout.
    """
    head, colon, rest = reason.partition(": ")
    if not colon:
        label = fault_label(reason)
        return (
            reason_text(reason) if " " in reason or how_to_fix(reason) else f"{label[:1].upper()}{label[1:]}."
        )
    if head == "borderline":
        return f"Borderline: {fault_label(rest)}."
    if re.fullmatch(r"[a-z_]+", head):
        label = signal_label(head)
        otherwise = " otherwise" if head in told else ""
        return f"{label[:1].upper()}{label[1:]}{otherwise} not judged: {_lower(reason_text(rest))}"
    return _sentence(reason)


def _with_fix(what: str, reason: str) -> str:
    if not reason:
        return f"{what}."
    return f"{what}: {_lower(reason_text(reason))} {how_to_fix(reason)}".strip()


def _amount(value: float, unit: str) -> str:
    if unit == "deg":
        return degrees(value)
    if unit.startswith("share of "):
        return f"{round(100 * value)} % of the {unit.removeprefix('share of ')}"
    if unit in ("share", ""):
        return f"{round(100 * value)} %"
    return seconds(value) if unit == "s" else f"{value:.1f} {unit}"


def _base(signal: str) -> str:
    return signal.removesuffix("_left").removesuffix("_right")


def _sentence(text: str) -> str:
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) or not text else f"{text}."


def _lower(text: str) -> str:
    """Return a sentence that follows a colon: small first letter unless it is a name or an I."""
    first = text.split(" ", 1)[0]
    return text if first in ("I", "I'm") or first.isupper() else text[:1].lower() + text[1:]
