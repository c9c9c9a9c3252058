"""``SetReport``: what is known of one judged set. Every view, export and database row is made from it.

Plain frozen data without behaviour. Angles in degrees, times in seconds of the recording. The names
follow the output contract (``report.json``), whose ``schema_version`` guards them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from formcheck.body.pose import Origin
from formcheck.body.spine_rough import RoughBend

SCHEMA_VERSION = 1

Verdict = Literal["ok", "borderline", "fault", "cannot_judge"]
Severity = Literal["info", "amber", "red"]
Side = Literal["left", "right", "both"]


@dataclass(frozen=True, slots=True)
class View:
    """How the person stands to the camera.

    ``facing`` is the direction in the picture; ``near_side`` the person's own side next to the camera.
    ``judged`` is False where the view is unfit for what the exercise needs, and ``reason`` says why.
    """

    facing: Literal["left", "right"] | None
    near_side: Literal["left", "right"] | None
    yaw_deg: float | None
    judged: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Neutral:
    """The start posture that signals are measured from, and how well it was held."""

    start_s: float | None
    end_s: float | None
    lumbar_sd_deg: float | None
    accepted: bool
    reason: str
    standing_reference: bool = False
    lumbar_offset_deg: float | None = None


@dataclass(frozen=True, slots=True)
class AngleRange:
    """One signal over one repetition; ``peak_deg`` is its value at the repetition's peak."""

    start_deg: float
    peak_deg: float
    min_deg: float
    max_deg: float


@dataclass(frozen=True, slots=True)
class LumbarRange:
    """Lumbar flexion over one repetition, from the posture neutral; None where it was not judged."""

    min: float | None
    max: float | None
    at_peak: float | None
    sd: float | None
    judged: bool
    reason: str


@dataclass(frozen=True, slots=True)
class UsableRange:
    """At which elevation of the thigh the neutral back was lost, with its interval."""

    signal: str
    neutral_lost_at_deg: float
    low_deg: float
    high_deg: float


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one repetition.

    ``signal`` is what it was seen in; ``peak`` and ``threshold`` are in ``unit``; ``cue`` is what to say;
    ``evidence`` tags where the threshold comes from (E published, M measured by us, D our choice).
    Where ``within_set``, ``peak`` is how much it was beyond other repetitions of the set, in the same phase.
    """

    id: str
    severity: Severity
    start_s: float
    end_s: float
    peak: float
    unit: str
    threshold: float
    cue: str
    evidence: str
    signal: str
    within_set: bool = False


@dataclass(frozen=True, slots=True)
class Repetition:
    """One repetition with its phases, ranges, verdict and faults.

    ``start_s`` and ``end_s`` are when the movement passed a quarter of its own height on the way out and
    fifteen hundredths on the way back; ``move_start_s`` and ``move_end_s`` bound the whole movement, which
    ``concentric_s``, ``hold_s`` and ``eccentric_s`` add up to.
    """

    index: int
    side: Side
    move_start_s: float
    start_s: float
    peak_s: float
    end_s: float
    move_end_s: float
    concentric_s: float
    hold_s: float
    eccentric_s: float
    verdict: Verdict
    reasons: tuple[str, ...]
    usable_range: UsableRange | None
    range: Mapping[str, AngleRange]
    lumbar_flexion_deg: LumbarRange
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Withheld:
    """A stretch of time over which a signal cannot be judged, why, and what to change."""

    signal: str
    start_s: float
    end_s: float
    reason: str
    how_to_fix: str


@dataclass(frozen=True, slots=True)
class Tempo:
    """Median seconds of each phase over the set; None without a repetition."""

    concentric: float | None
    hold: float | None
    eccentric: float | None


@dataclass(frozen=True, slots=True)
class SetSummary:
    """The set in a few numbers. ``judged_share`` is the share of repetitions with a verdict."""

    reps: int
    ok: int
    borderline: int
    fault: int
    cannot_judge: int
    judged_share: float | None
    tempo_s: Tempo
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExerciseRef:
    """Which exercise the set was judged as, exactly; ``form`` is the one that was found, "" where unknown."""

    id: str
    version: int
    sha256: str
    name: str = ""
    form: str = ""


@dataclass(frozen=True, slots=True)
class SetReport:
    """One judged set.

    ``back_rough`` is how much the back bent where it was judged in no repetition, as far as that can be told.
    """

    formcheck_version: str
    origin: Origin
    exercise: ExerciseRef
    view: View
    neutral: Neutral
    reps: tuple[Repetition, ...]
    set: SetSummary
    cannot_judge: tuple[Withheld, ...]
    back_rough: RoughBend | None = None
    schema_version: int = SCHEMA_VERSION
