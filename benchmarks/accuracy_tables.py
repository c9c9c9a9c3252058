"""The accuracy benchmark's numbers as Markdown tables."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

Row = dict[str, Any]


def table(header: Sequence[str], body: Sequence[Sequence[object]]) -> str:
    """Return a Markdown table."""
    lines = [f"| {' | '.join(header)} |", "|" + "---|" * len(header)]
    lines += [f"| {' | '.join(show(cell) for cell in row)} |" for row in body]
    return "\n".join(lines)


def show(cell: object) -> str:
    """Return a table's cell: two significant decimals, a dash for nothing."""
    if cell is None:
        return "-"
    if isinstance(cell, float):
        return f"{cell:.2f}" if abs(cell) < 2 else f"{cell:.1f}"
    return str(cell)


def of_number(k: int, span: Sequence[float]) -> str:
    """Show a count with its interval."""
    return f"{k} ({span[0]:.2f}-{span[1]:.2f})"


def every_table(totals: dict[str, Row], rows: Sequence[Row]) -> str:
    """Return all tables of a run under their headings."""
    rendered = [row for row in rows if row["source"] == "rendered clip"]
    parts = [
        ("The lumbar angle, by kind of recording (degrees)", lumbar_table(totals)),
        ("All angles of the rendered clips (degrees)", angles_table(totals)),
        ("Repetitions and times (seconds)", times_table(totals)),
        ("Faults", faults_table(totals)),
        ("Verdicts", verdicts_table(totals)),
        ("Each rendered clip: the lumbar angle", clips_table(rendered)),
        ("Each rendered clip: the other angles, mean absolute error in degrees", others_table(rendered)),
        ("Each rendered clip: repetitions, times, faults", reps_table(rendered)),
        ("Real footage", real_table([row for row in rows if row["source"] == "real"])),
        ("Why the lumbar angle was withheld", why_table(rows)),
    ]
    return "\n\n".join(f"### {title}\n\n{text}" for title, text in parts if text)


def lumbar_table(totals: dict[str, Row]) -> str:
    """Accuracy, abstention and calibration of the lumbar angle."""
    header = ["recordings", "n", "judged", "withheld where blind", "bias", "MAE", "RMSE", "p95", "r", "gain"]
    header += ["at rest p99", "withheld or within 5°", "in the 50 %", "80 %", "95 % interval"]
    keys = ["judged", "withheld", "bias", "mae", "rmse", "p95", "r", "gain", "at_rest_p99"]
    keys += ["withheld_or_right", "in_50_interval", "in_80_interval", "in_95_interval"]
    body = [
        [name, row["recordings"], *(row["angles"].get("lumbar_flexion", {}).get(key) for key in keys)]
        for name, row in totals.items()
    ]
    return table(header, body)


def angles_table(totals: dict[str, Row]) -> str:
    """Accuracy and calibration of every angle, clips of a split together."""
    header = ["clips", "angle", "judged", "withheld where blind", "bias", "MAE", "RMSE", "p95", "r", "gain"]
    keys = ["judged", "withheld", "bias", "mae", "rmse", "p95", "r", "gain", "in_80_interval"]
    body = [
        [name.removeprefix("rendered clip, "), angle, *(numbers.get(key) for key in keys)]
        for name, row in totals.items()
        if name.startswith("rendered clip") and name.endswith("all")
        for angle, numbers in row["angles"].items()
    ]
    return table([*header, "in the 80 % interval"], body)


def times_table(totals: dict[str, Row]) -> str:
    """How repetitions were counted, and mean absolute errors (bias) of their times and phases."""
    names = ("start_s", "peak_s", "end_s", "out_s", "hold_s", "back_s")
    header = ["recordings", "sets", "count exact", "off by one at most", "mean error"]
    header += [name.removesuffix("_s") for name in names]
    body: list[list[object]] = []
    for name, row in totals.items():
        c = row["counts"]
        if not c:
            continue
        times = [row["times_s"].get(each) for each in names]
        shown = [f"{t['mae']:.2f} ({t['bias']:+.2f})" if t else None for t in times]
        exact = of_number(c["exact"], c["exact_share"])
        body.append([name, c["sets"], exact, c["off_by_one_or_less"], c["mean_absolute_error"], *shown])
    return table(header, body)


def faults_table(totals: dict[str, Row]) -> str:
    """Faults found, missed and invented with 95 % Wilson intervals, and how late they were noticed."""
    header = ["recordings", "fault", "found", "missed", "invented", "F1", "precision", "recall", "onset"]
    body: list[list[object]] = []
    for name, row in totals.items():
        if not name.endswith("all"):
            continue
        for fault, f in row["faults"].items():
            onset = f["onset_s"]
            late = f"{onset['mae']:.2f} ({onset['bias']:+.2f})" if onset else None
            spans = [f"{low:.2f}-{high:.2f}" for low, high in (f["precision"], f["recall"])]
            body.append(
                [name.removesuffix(", all"), fault, f["found"], f["missed"], f["invented"], f["f1"], *spans]
            )
            body[-1].append(late)
    return table(header, body)


def verdicts_table(totals: dict[str, Row]) -> str:
    """Verdicts of clean repetitions, of those with a fault, and of those whose back cannot be judged."""
    header = ["recordings", "in truth", "ok", "borderline", "fault", "cannot judge", "not counted"]
    keys = ("ok", "borderline", "fault", "cannot_judge", "not counted")
    body = [
        [name.removesuffix(", all"), kind, *(row["verdicts"][kind].get(key, 0) for key in keys)]
        for name, row in totals.items()
        if name.endswith("all")
        for kind in ("clean", "fault", "red", "cannot judge")
        if kind in row["verdicts"]
    ]
    return table(header, body)


def clips_table(rows: Sequence[Row]) -> str:
    """Show the lumbar angle of single clips."""
    header = ["clip", "split", "person found", "true lumbar", "judged", "withheld where blind", "bias", "MAE"]
    header += ["RMSE", "p95", "r", "gain", "in the 80 % interval"]
    keys = ("judged", "withheld", "bias", "mae", "rmse", "p95", "r", "gain", "in_80_interval")
    body = []
    for row in rows:
        numbers, (low, high) = row["angles"].get("lumbar_flexion", {}), row["lumbar_true_deg"]
        cells = [row["name"], row["split"], row["found"], f"{low:.0f} to {high:.0f}"]
        body.append([*cells, *(numbers.get(key) for key in keys)])
    return table(header, body)


def others_table(rows: Sequence[Row]) -> str:
    """Show the other angles of single clips: error where they can be judged, share of frames judged."""
    names = [n for n in dict.fromkeys(n for row in rows for n in row["angles"]) if n != "lumbar_flexion"]
    body: list[list[object]] = []
    for row in rows:
        each = [row["angles"].get(name, {}) for name in names]
        shown = [f"{a['mae']:.1f} ({a['judged']:.0%})" if "mae" in a else None for a in each]
        body.append([row["name"], row["yaw_deg"], *shown])
    return table(["clip", "degrees off the side view", *names], body)


def reps_table(rows: Sequence[Row]) -> str:
    """Repetitions of single clips."""
    header = ["clip", "counted (true)", "start", "peak", "end", "verdicts", "faults in truth", "missed"]
    body: list[list[object]] = []
    for row in rows:
        if row["counted"] is None:
            continue
        times = [row["times_s"].get(name, {}).get("mae") for name in ("start_s", "peak_s", "end_s")]
        cells = [row["name"], f"{row['counted']} ({row['true']})", *times, ", ".join(row["verdicts"])]
        body.append([*cells, *(words(row[key]) for key in ("real_faults", "missed", "invented"))])
    return table([*header, "invented"], body)


def words(counts: dict[str, int]) -> str:
    """Name faults with their number of repetitions."""
    return ", ".join(name if count == 1 else f"{count} {name}" for name, count in counts.items()) or "-"


def real_table(rows: Sequence[Row]) -> str:
    """Real footage, of which only counts are known."""
    header = ["recording", "person found", "squats counted (by eye)", "verdicts", "lumbar judged"]
    body = [
        [
            row["name"],
            row["found"],
            f"{row['counted']} ({row['true']})",
            ", ".join(row["verdicts"]) or "-",
            row["lumbar_given"],
        ]
        for row in rows
    ]
    return table(header, body) if body else ""


def why_table(rows: Sequence[Row]) -> str:
    """Frames without a lumbar angle by the reason given, clips, tracks and footage apart."""
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        counts.setdefault(row["source"], Counter()).update(row["why_withheld"])
    sources = sorted(counts)
    reasons = sorted({reason for each in counts.values() for reason in each})
    if not reasons:
        return ""
    body = [[reason, *(counts[source][reason] for source in sources)] for reason in reasons]
    return table(["reason", *(f"frames, {source}" for source in sources)], body)
