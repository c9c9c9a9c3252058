"""The board: what the page, or a second display, shows of a live session; the script puts it in place."""

import math
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from formcheck.body.reasons import how_to_fix, why
from formcheck.live.checks import Check
from formcheck.live.figure import BACK_WORD
from formcheck.live.gauges import BackGauge, RangeGauge
from formcheck.live.pacer import Pace
from formcheck.live.state import LiveState, Speed
from formcheck.live.voice import Line
from formcheck.live.watch import Watch
from formcheck.live.worker import LiveWorker
from formcheck.report.words import BACK, VERDICT_MARK, VERDICT_WORD, degrees, signal_label
from formcheck.ui.live.coach import Sound

HERE = Path(__file__).parent
ADVICE_STAYS_S = 10.0
"""How long a clinician's cue stays in sight: a repetition and a half. Our choice."""
BACK_SCALE_DEG = 30.0
"""Either way from the start posture; the gravest bound of any exercise is 30 degrees."""
_SIGN = {"ok": "✓", "beyond": "≈", "amber": "!", "red": "‼", "not_judged": "?"}


@cache
def _component(name: str, html: str) -> Any:  # noqa: ANN401 - Streamlit's type of a component is not public
    return st.components.v2.component(
        f"formcheck_live_{name}",
        html=html,
        js=script(HERE / f"{name}.js"),
        isolate_styles=False,
    )


def script(own: Path) -> str:
    """Return a component's script, with what it shares with others before it: modules cannot be imported."""
    return "".join(path.read_text(encoding="utf-8") for path in (HERE / "parts.js", own))


def board(data: dict[str, Any], *, key: str, on_act: Any) -> Any:  # noqa: ANN401 - as above
    """Mount the board; returns the component's values."""
    return _component("board", '<div class="fc-board"></div>')(key=key, data=data, on_act_change=on_act)


def starter(label: str, *, key: str, on_answer: Any) -> Any:  # noqa: ANN401 - as above
    """Mount the start button, which asks for the camera."""
    html = '<button type="button" class="fc-start"></button>'
    return _component("starter", html)(key=key, data={"label": label}, on_answer_change=on_answer)


def board_data(session: str, events: str, sound: Sound, *, display: bool = False) -> dict[str, Any]:
    """Return what the script needs once: its fixed parts, and where it hears what changes."""
    return {
        "session": session,
        "events": events,
        "quiet": display,
        "sound": sound,
        "frame": _frame(display=display),
    }


def board_state(
    worker: LiveWorker, since: int = 0, watch: Watch | None = None, *, keys: bool = True
) -> dict[str, Any]:
    """Return the board of the moment: texts and drawings by the name of their place, and the lines to say.

    Parameters
    ----------
    worker : LiveWorker
        Whose session.
    since : int
        Lines up to this number were heard already.
    watch : Watch, optional
        Who may watch.
    keys : bool
        Whether who looks at the board may change that.
    """
    state = worker.state
    speed = state.speed if state is not None else Speed()
    ended = state is not None and state.stage == "ended"
    finished = len(worker.finished) >= worker.sets_over and not worker.finishing
    return {
        "stage": state.stage if state is not None else "set_up",
        "over": (ended and finished) or not worker.alive,
        "texts": {**(texts(state) if state is not None else _STARTING), "trouble": worker.trouble},
        "htmls": {
            **(gauges(state) if state is not None else {}),
            "watched": watched_html(watch, keys=keys) if watch is not None else "",
        },
        "epoch_ms": worker.epoch_s * 1000,
        "rate": round(speed.analysed_per_s),
        "overlay_ms": round(speed.overlay_s * 1000),
        "picture": "x".join(map(str, speed.picture_px)),
        "dropped": speed.dropped,
        "lines": [_line(each) for each in state.lines if each.number > since] if state is not None else [],
    }


def _line(line: Line) -> dict[str, object]:
    return {"n": line.number, "t": round(line.t_s, 3), "kind": line.kind, "text": line.text}


_STARTING = {"say": "Starting the camera.", "hint": "", "speed": ""}


def texts(state: LiveState) -> dict[str, str]:
    """Return what is written, by the name of its place."""
    counting = state.stage in ("moving", "paused", "resting", "ended")
    told_below = state.back is not None and state.withheld == signal_label(BACK)
    withheld = (
        f"Cannot judge: {state.withheld}. {state.withheld_why}" if state.withheld and not told_below else ""
    )
    return {
        "say": state.say[:1].upper() + state.say[1:],
        "hint": state.hint,
        "count": str(state.count) if counting else "",
        "of": f"of {state.target}" if counting else "",
        "set": f"Set {state.set_number} of {state.sets}" if state.sets > 1 else "",
        "wait": "" if state.wait_s is None else _clock(state.wait_s),
        "cue": state.cue.text if state.cue is not None else "",
        "advice": _advice(state),
        "withheld": withheld,
        "verdict": _verdict(state),
        "speed": state.speed.note,
    }


def _advice(state: LiveState) -> str:
    """Return the clinician's last cue while it is fresh."""
    said = [line for line in state.lines if line.kind == "clinician"]
    return said[-1].text if said and state.t_s - said[-1].t_s < ADVICE_STAYS_S else ""


def watched_html(watch: Watch, *, keys: bool) -> str:
    """Return who may watch and what they see, with the key that ends it."""
    name = escape(watch.clinician.name)
    if watch.open:
        does = "is watching" if watch.looked_at else "may watch"
        key = '<button type="button" data-act="unwatch">End it <kbd>W</kbd></button>' if keys else ""
        return f"<p><b>{name} {does} this set:</b> stick figure and numbers, no picture.</p>{key}"
    key = f'<button type="button" data-act="watch">Let {name} watch the next set</button>'
    return f"<p>Nobody watches.</p>{key if keys and watch.renewable else ''}"


def _verdict(state: LiveState) -> str:
    if state.last_verdict is None:
        return ""
    return f"{VERDICT_MARK[state.last_verdict]} {state.count}: {VERDICT_WORD[state.last_verdict]}"


def _clock(seconds: float) -> str:
    left = math.ceil(seconds - 1e-6)
    return f"{left // 60}:{left % 60:02d}" if left >= 10 else str(left)


def gauges(state: LiveState) -> dict[str, str]:
    """Return what is drawn, by the name of its place."""
    moving = state.stage == "moving"
    return {
        "checks": _checks(state.checks),
        "pace": _pace(state.pace) if moving and state.pace is not None else "",
        "range": _range(state.range) if moving and state.range is not None else "",
        "back": _back(state.back) if moving and state.back is not None else "",
    }


def _checks(checks: tuple[Check, ...]) -> str:
    rows = [
        f'<li class="fc-good"><span aria-hidden="true">✓</span><b>{escape(each.name)}</b>'
        '<span class="fc-sr"> is well</span></li>'
        if each.ok
        else f'<li class="fc-bad"><span aria-hidden="true">→</span><b>{escape(each.name)}</b> '
        f"{escape(each.fix)}</li>"
        for each in checks
    ]
    return f'<ul class="fc-checks">{"".join(rows)}</ul>' if rows else ""


def _pace(pace: Pace) -> str:
    left = f"{math.ceil(pace.left_s)} s" if pace.phase != "resting" and pace.left_s > 0 else ""
    return (
        f'<div class="fc-bar" style="--share:{pace.share:.2f}"><i></i></div>'
        f"<p><b>{escape(pace.word)}</b> {left}</p>"
    )


def _range(gauge: RangeGauge) -> str:
    scale = 1.25  # the bar ends a quarter beyond the range in use
    at = min(1.0, (gauge.share or 0.0) / scale)
    reached = gauge.share is not None and gauge.share >= gauge.asked
    word = "not seen" if gauge.share is None else "far enough" if reached else "range"
    look = "fc-bar fc-reached" if reached else "fc-bar"
    return (
        f'<div class="{look}" style="--share:{at:.2f};--asked:{gauge.asked / scale:.2f}">'
        f"<i></i><u></u></div><p>{word} <b>{degrees(gauge.value_deg)}</b></p>"
    )


def _back(gauge: BackGauge) -> str:
    """Return the scale of the back: arched on the left, rounded on the right, the free band between."""

    def at(value_deg: float) -> float:
        return min(1.0, max(0.0, 0.5 + value_deg / (2 * BACK_SCALE_DEG)))

    low = at(gauge.low_deg) if gauge.low_deg is not None else 0.0
    high = at(gauge.high_deg) if gauge.high_deg is not None else 1.0
    if gauge.value_deg is None:
        return (
            '<div class="fc-band fc-not_judged" style="--low:0;--high:0"></div>'
            f"<p><b>? Cannot judge the back.</b> {escape(why(gauge.why))} {escape(how_to_fix(gauge.why))}</p>"
        )
    sides = '<span class="fc-ends"><em>arched</em><em>rounded</em></span>'
    place = f"--low:{low:.3f};--high:{high:.3f};--at:{at(gauge.value_deg):.3f}"
    return (
        f'<div class="fc-band fc-{gauge.back}" style="{place}">'
        f"<i></i><u></u></div>{sides}<p>back <b>{_SIGN[gauge.back]} {BACK_WORD[gauge.back]}</b></p>"
    )


def _frame(*, display: bool) -> str:
    """Return the board's fixed parts; the script fills those with a ``data-part``."""
    act = "" if display else _ACTIONS
    return f"""
<p class="fc-withheld-now" role="alert" data-part="trouble" hidden></p>
<div class="fc-watched" data-part="watched" hidden></div>
<div class="fc-say"><p data-part="set"></p><h2 data-part="say"></h2><p data-part="hint"></p></div>
<div class="fc-number"><strong data-part="count"></strong><span data-part="of"></span></div>
<p class="fc-wait" data-part="wait" role="timer" hidden></p>
<p class="fc-advice" role="status" data-part="advice" hidden></p>
<p class="fc-cue" data-part="cue" hidden></p>
<p class="fc-withheld-now" data-part="withheld" hidden></p>
<p class="fc-last" data-part="verdict" hidden></p>
<div class="fc-gauges"><section aria-label="Pace" data-part="pace" hidden></section>
<section aria-label="Range" data-part="range" hidden></section>
<section aria-label="Lower back" data-part="back" hidden></section></div>
<div data-part="checks" hidden></div>
<p class="fc-speed" data-part="speed" hidden></p>
{act}
<details class="fc-said" open><summary>What was said</summary>
<ol class="fc-log" role="log" aria-label="What was said" aria-live="off" data-part="log"></ol></details>
"""


_ACTIONS = """
<div class="fc-acts"><button type="button" class="fc-stop" data-act="stop" data-part="stop">Stop
<small>space bar, or raise a hand</small></button>
<button type="button" class="fc-next" data-act="next">Next set now</button></div>
<p class="fc-hurts">Stop if it hurts.</p>
<div class="fc-sound"><label><input type="checkbox" data-part="mute"> Mute</label>
<label>Volume <input type="range" min="0" max="100" value="100" data-part="volume"></label>
<label><input type="checkbox" data-part="tones"> Tones instead of a voice</label></div>"""
