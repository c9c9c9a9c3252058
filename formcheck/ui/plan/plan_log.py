"""The log that the pages read and write: what was noted, and the sets that are kept."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Protocol

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.exercises.load import library
from formcheck.plan.entries import Clearance, Entry, SetDone, in_order
from formcheck.plan.from_report import set_done
from formcheck.plan.record import SCHEMA_VERSION, entry_from_json, entry_json
from formcheck.plan.screen import Mode
from formcheck.report.export import KeptSet
from formcheck.report.json_report import report_from_json
from formcheck.store.access import Actor
from formcheck.store.records import SetRow
from formcheck.store.store import Store

KIND = "plan"
MANY = 10_000


class PlanLog(Protocol):
    """Where the plan's entries are."""

    @property
    def mode(self) -> Mode:
        """Who owns the order: nobody at home, a clinician in a clinic."""
        ...

    def entries(self) -> tuple[Entry, ...]:
        """Return everything, by time."""
        ...

    def add(self, entry: Entry) -> None:
        """Keep an entry."""
        ...


class StoredLog:
    """One person's log in the store.

    Parameters
    ----------
    store : Store
        Where it is kept.
    actor : Actor
        Who looks.
    patient_id : str
        Whose log it is.
    zone : tzinfo, optional
        The reader's, in which sets have their day.
    """

    def __init__(self, store: Store, actor: Actor, patient_id: str, zone: tzinfo | None) -> None:
        self._store, self._actor, self._patient_id, self._zone = store, actor, patient_id, zone

    @property
    def mode(self) -> Mode:
        """Who owns the order."""
        return self._store.settings.mode

    def entries(self) -> tuple[Entry, ...]:
        """Return what was noted, and a short entry for each set that is kept.

        An entry that a clearance claims a clinician wrote counts as one only where somebody else than the
        patient did write it.
        """
        rows = self._store.logbook.entries(self._actor, self._patient_id, kinds=[KIND])
        noted = [_true_author(entry_from_json(row.body), row.author_id, self._patient_id) for row in rows]
        return in_order([*noted, *(self._short(row) for row in self._sets())])

    def add(self, entry: Entry) -> None:
        """Keep an entry."""
        self._store.logbook.add(
            self._actor,
            self._patient_id,
            KIND,
            entry_json(entry),
            day=entry.at.date(),
            version=SCHEMA_VERSION,
        )

    def with_ranges(self) -> tuple[Entry, ...]:
        """Return `entries`, the sets with their angles and times, which takes reading every report."""
        full = {row.id: self._full(row) for row in self._sets()}
        return tuple(
            full.get(entry.set_id, entry) if isinstance(entry, SetDone) else entry for entry in self.entries()
        )

    def kept_sets(self) -> "list[SetRow]":
        """Return the sets that can be exported, oldest first."""
        return sorted(self._sets(), key=lambda row: row.performed_at)

    def kept(self, row: SetRow) -> KeptSet:
        """Return a set with its report."""
        data, _ = self._store.sets.report(self._actor, row.id)
        return KeptSet(row.name, row.performed_at, report_from_json(data), row.id)

    def _sets(self) -> list[SetRow]:
        rows = self._store.sets.of_patient(self._actor, self._patient_id, limit=MANY)
        return [row for row in rows if row.state == "done" and row.exercise_id]

    def _short(self, row: SetRow) -> SetDone:
        return SetDone(
            at=self._local(row.performed_at),
            exercise_id=row.exercise_id,
            reps=row.reps,
            judged=row.reps - row.cannot_judge,
            clean=row.ok,
            red=row.red_faults,
            set_id=row.id,
        )

    def _full(self, row: SetRow) -> SetDone:
        try:
            report, _ = self._store.sets.report(self._actor, row.id)
            return _measured(row.id, row.changed_at, self._local(row.performed_at), report)
        except FormcheckError:  # not shared in full, or of an older formcheck
            return self._short(row)

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self._zone)


@st.cache_data(max_entries=5000, show_spinner=False)
def _measured(set_id: str, changed_at: datetime, at: datetime, _report: Mapping[str, object]) -> SetDone:
    """Return a set in numbers; a report that has not changed is read once (``changed_at`` is the key)."""
    report = report_from_json(_report)
    loaded = library().get(report.exercise.id)
    return set_done(report, at, exercise=loaded.exercise if loaded else None, set_id=set_id)


def _true_author(entry: Entry, author_id: str | None, patient_id: str) -> Entry:
    if isinstance(entry, Clearance) and entry.by == "clinician" and author_id == patient_id:
        return replace(entry, by="person")
    return entry
