"""From what the store knows to the queue: each waiting set with the traffic light of its day."""

from collections.abc import Sequence
from datetime import date, tzinfo

from formcheck.clinic.queue import Facts, Item, queue
from formcheck.plan.entries import Entry, SetDone, Stopped, SymptomReport
from formcheck.plan.light import Light
from formcheck.plan.record import entry_from_json
from formcheck.plan.sessions import sessions
from formcheck.store.waiting import Waiting, WaitingSet

Lights = dict[tuple[str, date], Light | None]


def items(waiting: Waiting, zone: tzinfo | None = None) -> list[Item]:
    """Return what waits, in the order of need.

    Parameters
    ----------
    waiting : Waiting
        From the store; its log entries are those of the plan.
    zone : tzinfo, optional
        In which a set has its day; None: this computer's.
    """
    by_patient: dict[str, list[WaitingSet]] = {}
    for each in waiting.sets:
        by_patient.setdefault(each.patient_id, []).append(each)
    facts: list[Facts] = []
    for patient_id, sets in by_patient.items():
        noted = [entry_from_json(entry.body) for entry in waiting.logs.get(patient_id, ())]
        lights = _lights(noted, sets, zone)
        facts += [_facts(each, waiting, lights.get((each.exercise_id, _day(each, zone)))) for each in sets]
    return queue(facts)


def _facts(each: WaitingSet, waiting: Waiting, pain: Light | None) -> Facts:
    return Facts(
        set_id=each.set_id,
        patient_id=each.patient_id,
        patient=each.patient,
        exercise_id=each.exercise_id,
        exercise=each.exercise,
        performed_at=each.performed_at,
        reps=each.reps,
        red=each.red_faults,
        fault=each.fault,
        cannot_judge=each.cannot_judge,
        failed=each.state == "failed",
        pain=pain,
        asked=each.asked,
        seen_before=waiting.seen.get(each.patient_id, 0),
        compared=waiting.compared.get(each.exercise_id, 0),
        reviewed=each.reviewed,
    )


def _lights(noted: Sequence[Entry], sets: Sequence[WaitingSet], zone: tzinfo | None) -> Lights:
    """Return the light of each exercise on each day; a patient who noted nothing has none."""
    felt = [entry for entry in noted if isinstance(entry, SymptomReport | Stopped)]
    if not felt:
        return {}
    done = [
        SetDone(
            each.performed_at.astimezone(zone),
            each.exercise_id,
            reps=each.reps,
            judged=each.reps - each.cannot_judge,
            clean=0,
            red=0,
            set_id=each.set_id,
        )
        for each in sets
        if each.exercise_id
    ]
    return {(each.exercise_id, each.day): each.judgement.light for each in sessions([*felt, *done])}


def _day(each: WaitingSet, zone: tzinfo | None) -> date:
    return each.performed_at.astimezone(zone).date()
