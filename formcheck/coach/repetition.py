"""Puts one judged repetition together: ranges, lumbar reading, faults, verdict and its reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from formcheck.body import reasons
from formcheck.coach.faults import Excursion, rank
from formcheck.coach.instant import LUMBAR, Instant, column, times
from formcheck.coach.rep_faults import (
    open_shares,
    phase_span,
    whole_repetition_faults,
    why_end_not_judged,
    why_only_counted,
)
from formcheck.coach.rep_phases import RepPhases
from formcheck.coach.set_report import AngleRange, Fault, LumbarRange, Repetition, Side, Verdict
from formcheck.coach.usable_range import usable_range
from formcheck.coach.working_side import column_of
from formcheck.exercises.rules import OTHER
from formcheck.exercises.schema import BoundFault, Exercise

# measurement.md, section 4: a required part withheld for more of a repetition cannot be judged.
MAX_WITHHELD_SHARE = 0.2
# Nor where it was unseen for so long at a time, in which a whole fault (.3 s at least) fits. Our choice.
MAX_UNSEEN_S = 0.5
BORDERLINE = "borderline: "
"""How a reason begins that says which fault it may have been."""


def judge_repetition(
    exercise: Exercise,
    phases: RepPhases,
    rows: Sequence[Instant],
    excursions: Sequence[Excursion],
    *,
    index: int,
    side: Side,
    lead_in: Sequence[Instant] = (),
    neutral_deg: Mapping[str, float] | None = None,
) -> Repetition:
    """Return the repetition with everything that is known of it.

    Parameters
    ----------
    exercise : Exercise
        What was asked for.
    phases : RepPhases
        When it began, turned and ended.
    rows : sequence of Instant
        From its start to its end.
    excursions : sequence of Excursion
        What the fault detector found in it.
    index : int
        From 1.
    side : {"left", "right", "both"}
        The side that worked.
    lead_in : sequence of Instant
        The rest just before it.
    neutral_deg : mapping of str to float, optional
        Every signal in the start posture.
    """
    whole = whole_repetition_faults(exercise, phases, rows, lead_in, neutral_deg or {})
    told = [each for each in excursions if not (each.at_rest and each.sure)]
    faults = [*_surest(exercise, told, rows[0].t_s), *whole]
    faults = [replace(fault, signal=_column(fault.signal, side)) for fault in faults]
    faults.sort(key=lambda fault: (-rank(fault.severity), fault.start_s))
    rows = rows if len(told) == len(excursions) else _back_withheld(rows)
    withheld = _withheld(exercise, rows)
    likely = [each.fault_id for each in told if not each.sure and rank(each.severity) > 0]
    unsure = sorted({*likely, *open_shares(exercise, phases, rows, neutral_deg or {})})
    verdict = _verdict(faults, withheld, unsure)
    return Repetition(
        index=index,
        side=side,
        move_start_s=phases.start_s,
        start_s=phases.passes_start_s,
        peak_s=phases.peak_s,
        end_s=phases.passes_end_s,
        move_end_s=phases.end_s,
        concentric_s=_length_s(phase_span(phases, "concentric", exercise)),
        hold_s=_length_s(phase_span(phases, "hold", exercise)),
        eccentric_s=_length_s(phase_span(phases, "eccentric", exercise)),
        verdict=verdict,
        reasons=(
            *_reasons(faults, withheld, unsure if verdict == "borderline" else [], rows),
            *_only_counted(exercise, phases, rows, lead_in),
        ),
        usable_range=usable_range(exercise, rows, faults, neutral_deg or {}),
        range=_ranges(phases, rows),
        lumbar_flexion_deg=_lumbar(phases, rows),
        faults=tuple(faults),
    )


def beside_its_set(exercise: Exercise, rep: Repetition, excursions: Sequence[Excursion]) -> Repetition:
    """Return a repetition with what shows only beside others of its set; nothing is taken back.

    Parameters
    ----------
    exercise : Exercise
        What was asked for.
    rep : Repetition
        As judged by itself.
    excursions : sequence of Excursion
        How far it went beyond the others (`within_set`).
    """
    known = {fault.id: rank(fault.severity) for fault in rep.faults}
    found = {
        fault.id: replace(fault, signal=_column(fault.signal, rep.side), within_set=True)
        for fault in _surest(exercise, excursions, rep.move_start_s)
        if rank(fault.severity) > known.get(fault.id, -1)
    }
    faults = [*(fault for fault in rep.faults if fault.id not in found), *found.values()]
    faults.sort(key=lambda fault: (-rank(fault.severity), fault.start_s))
    said = [fault.id for fault in faults if rank(fault.severity) > 0]
    unsure = {f"{BORDERLINE}{e.fault_id}" for e in excursions if not e.sure and rank(e.severity) > 0}
    unsure |= {reason for reason in rep.reasons if reason.startswith(BORDERLINE)}
    verdict: Verdict = "fault" if said else "borderline" if unsure and rep.verdict == "ok" else rep.verdict
    others = [reason for reason in rep.reasons if not reason.startswith(BORDERLINE) and reason not in known]
    reasons_said = (*said, *(sorted(unsure) if verdict == "borderline" else ()), *others)
    return replace(rep, faults=tuple(faults), verdict=verdict, reasons=reasons_said)


def _back_withheld(rows: Sequence[Instant]) -> list[Instant]:
    """Return instants of which the back is not judged, as it was another one in the very start posture.

    Clothes that rode up look so, and then nothing that is measured from that start is known; a back that is
    held differently may look so, too.
    """
    return [
        replace(
            row,
            deg={**row.deg, LUMBAR: float("nan")},
            sd_deg={**row.sd_deg, LUMBAR: float("nan")},
            reason={**row.reason, LUMBAR: row.reason[LUMBAR] or "other_at_rest"},
        )
        for row in rows
    ]


def _column(name: str, side: Side) -> str:
    return name if side == "both" else column_of(name, side)


def _length_s(span: tuple[float, float]) -> float:
    return span[1] - span[0]


def _surest(exercise: Exercise, excursions: Sequence[Excursion], begin_s: float) -> list[Fault]:
    """Return one fault for each rule that was surely broken, at its worst severity.

    It begins where the mildest bound was crossed on the way there. What the repetition before left behind
    speaks only where nothing as grave came after it.
    """
    rules = {rule.id: rule for rule in exercise.faults if isinstance(rule, BoundFault)}
    gravity = {each: (rank(each.severity), each.start_s > begin_s) for each in excursions if each.sure}
    worst: dict[str, Excursion] = {}
    for excursion in gravity:
        known = worst.get(excursion.fault_id)
        if known is None or gravity[excursion] > gravity[known]:
            worst[excursion.fault_id] = excursion
    return [
        Fault(
            id=fault_id,
            signal=rules[fault_id].signal,
            severity=excursion.severity,
            start_s=_began_s(excursion, excursions),
            end_s=excursion.end_s,
            peak=excursion.peak,
            unit="deg",
            threshold=excursion.threshold,
            cue=rules[fault_id].cue,
            evidence=rules[fault_id].evidence,
        )
        for fault_id, excursion in worst.items()
    ]


def _began_s(worst: Excursion, excursions: Sequence[Excursion]) -> float:
    """Return when the milder excursion began that a worst one grew out of; infos are no faults."""
    return min(
        each.start_s
        for each in excursions
        if each.fault_id == worst.fault_id
        and each.sure
        and (rank(each.severity) > 0 or each is worst)
        and each.start_s <= worst.start_s <= each.end_s
    )


def _withheld(exercise: Exercise, rows: Sequence[Instant]) -> dict[str, str]:
    """Return the required signals that were withheld for too long, with their commonest reason's key."""
    result: dict[str, str] = {}
    for name in exercise.requires:
        keys = [row.reason[name] for row in rows if row.reason[name]]
        too_long = bool(keys) and _longest_unseen_s(name, rows) > MAX_UNSEEN_S
        if too_long or len(keys) > MAX_WITHHELD_SHARE * len(rows):
            result[name] = max(set(keys), key=keys.count)
    return result


def _longest_unseen_s(name: str, rows: Sequence[Instant]) -> float:
    """Return the longest time without a value of a signal, from the first row to the last."""
    seen_s = [row.t_s for row in rows if not row.reason[name]]
    return float(np.diff([rows[0].t_s, *seen_s, rows[-1].t_s]).max())


def _verdict(faults: Sequence[Fault], withheld: dict[str, str], unsure: Sequence[str]) -> Verdict:
    # What was surely seen to be wrong stays wrong, also where another part could not be judged.
    if any(rank(fault.severity) > 0 for fault in faults):
        return "fault"
    if withheld:
        return "cannot_judge"
    return "borderline" if unsure else "ok"


def _reasons(
    faults: Sequence[Fault], withheld: dict[str, str], unsure: Sequence[str], rows: Sequence[Instant]
) -> tuple[str, ...]:
    said = [fault.id for fault in faults if rank(fault.severity) > 0]
    said += [f"{BORDERLINE}{fault_id}" for fault_id in unsure]
    said += [f"{name}: {reasons.why(key)}" for name, key in withheld.items()]
    lumbar_keys = [row.reason[LUMBAR] for row in rows if row.reason[LUMBAR]]
    if LUMBAR not in withheld and len(lumbar_keys) > MAX_WITHHELD_SHARE * len(rows):
        # Never let silence about the back pass for approval of it.
        said.append(f"{LUMBAR}: {reasons.why(max(set(lumbar_keys), key=lumbar_keys.count))}")
    return tuple(said)


def _only_counted(
    exercise: Exercise, phases: RepPhases, rows: Sequence[Instant], lead_in: Sequence[Instant]
) -> list[str]:
    """Say that range and tempo, or the way back, were not judged: silence would pass for approval."""
    if why := why_only_counted(exercise, phases, rows, lead_in):
        return [f"range_and_tempo: {why}"]
    why = why_end_not_judged(exercise, phases)
    return [f"way_back: {why}"] if why else []


def _ranges(phases: RepPhases, rows: Sequence[Instant]) -> dict[str, AngleRange]:
    result: dict[str, AngleRange] = {}
    # Where the beginning was not seen it is taken to be where the movement came back to.
    begun_s = phases.end_s if phases.begun_before else phases.start_s
    for name in rows[0].deg if rows else ():
        if name.startswith(OTHER):
            continue  # it is among the columns of its own side
        values = column(rows, name)
        known = np.flatnonzero(np.isfinite(values))
        if known.size < (1 - MAX_WITHHELD_SHARE) * len(rows):
            continue
        t_s = times(rows)[known]
        seen = values[known]
        result[name] = AngleRange(
            start_deg=float(seen[np.abs(t_s - begun_s).argmin()]),
            peak_deg=float(seen[np.abs(t_s - phases.peak_s).argmin()]),
            min_deg=float(seen.min()),
            max_deg=float(seen.max()),
        )
    return result


def _lumbar(phases: RepPhases, rows: Sequence[Instant]) -> LumbarRange:
    angles = _ranges(phases, [*rows]).get(LUMBAR) if rows else None
    if angles is None:
        keys = [row.reason[LUMBAR] for row in rows if row.reason[LUMBAR]]
        key = max(set(keys), key=keys.count) if keys else "nobody"
        return LumbarRange(None, None, None, None, judged=False, reason=reasons.why(key))
    sd_deg = float(np.nanmedian([row.sd_deg[LUMBAR] for row in rows]))
    return LumbarRange(angles.min_deg, angles.max_deg, angles.peak_deg, sd_deg, judged=True, reason="")
