"""Before the camera: what, how much, how it sounds, and what may be kept; then one press."""

from typing import Any

import streamlit as st

from formcheck.coach.clearance import over_an_object
from formcheck.exercises.load import library
from formcheck.live.picture import Showing
from formcheck.live.session import REST_S, Plan
from formcheck.ui.accounts.asking import page_actor
from formcheck.ui.clinic.asked import asked_of_me
from formcheck.ui.guarded import kindly
from formcheck.ui.live.board import starter
from formcheck.ui.live.coach import Choice, Coach, Sound
from formcheck.ui.object_field import object_field
from formcheck.ui.text import plain
from formcheck.ui.watch import letting
from formcheck.ui.watch.going_on import let_watch

KEY = "live-starter"
MOST_REPS, MOST_SETS = 50, 10
EXERCISE = "exercise"
"""Names the exercise in the address of this page, where the plan leads here."""
EVIDENCE: dict[str, Showing | None] = {
    "Nothing": None,
    "The skeleton only": "skeleton",
    "The picture, face blurred": "blurred",
    "The picture": "picture",
}
SOUNDS: dict[str, Sound] = {"A voice": "voice", "Tones": "tones"}
INTRODUCTION = (
    "Put the laptop or phone on a chair, turn the sound up, and stand side-on to it. "
    "A voice leads you through: you need not see the screen, nor touch anything. "
    "The pictures go to the computer that runs formcheck, no further, and are not kept."
)
# What a browser calls it when there is no camera to be had, and what to do.
TROUBLE = {
    "NotAllowedError": (
        "The browser was not allowed to use the camera. Press the camera sign beside the page's address, "
        "allow it, and start again. If there is none, look at the camera settings of the computer."
    ),
    "NotFoundError": (
        "There is no camera. Plug one in, or open this page on a phone, and start again. "
        "Or film a set with anything that films, and give it to Review."
    ),
    "NotReadableError": (
        "The camera is used by another program. Close what else uses it, such as a video call, "
        "and start again."
    ),
    "InsecureError": (
        "This address is not safe enough for the browser to give it a camera. Open formcheck on the "
        "computer that runs it, or start it with: formcheck app --lan"
    ),
}
OTHER_TROUBLE = "The camera could not be started. Unplug it and plug it in again, then start again."


def show(live: Coach) -> None:
    """Ask what to do."""
    st.title("Exercise live", anchor=False)
    st.markdown(INTRODUCTION)
    if live.camera_error:
        st.error(plain(live.camera_error), icon=":material/videocam_off:")
    known = library()
    form, advice = st.columns([7, 5], gap="large")
    with form:
        _take_over_plan()
        chosen = st.selectbox(
            "Exercise", list(known), format_func=lambda key: known[key].exercise.name, key="live-exercise"
        )
        loaded = asked_of_me(known[chosen])
        targets = loaded.exercise.targets
        for name, number in (("reps", targets.repetitions), ("sets", targets.sets)):
            st.session_state.setdefault(f"live-{name}-{chosen}", number)
        left, middle, right = st.columns(3)
        left.number_input("Repetitions", 1, MOST_REPS, key=f"live-reps-{chosen}")
        middle.number_input("Sets", 1, MOST_SETS, key=f"live-sets-{chosen}")
        right.number_input("Rest, seconds", 10, 300, round(REST_S), step=10, key="live-rest")
        if over_an_object(loaded.exercise):
            object_field("live-object")
        with st.expander("Sound, pace and pictures"):
            st.radio("What you hear", list(SOUNDS), horizontal=True, key="live-sound")
            st.toggle("The voice paces you: hold, lower, two, three", value=True, key="live-paced")
            st.radio(
                "Pictures of faults for the summary",
                list(EVIDENCE),
                index=1,
                key="live-evidence",
                help="They are shown afterwards and not kept. Only the positions of your joints are kept.",
            )
        letting.ask()
        starter("Start", key=KEY, on_answer=kindly(_answered))
    with advice, st.container(border=True):
        st.subheader("How to set up", anchor=False)
        start = loaded.exercise.start_posture
        tips = (loaded.exercise.camera.text, start.text, start.support, loaded.exercise.when_not)
        st.markdown("\n".join(f"- {plain(tip)}" for tip in tips if tip))


def live_query(exercise_id: str, repetitions: int, sets: int) -> dict[str, str]:
    """Return what the address of this page holds that opens it with an exercise chosen."""
    return {EXERCISE: exercise_id, "repetitions": str(repetitions), "sets": str(sets)}


def _take_over_plan() -> None:
    """Choose what the address names, once; then it is the person's choice."""
    wanted = st.query_params.get(EXERCISE, "")
    if wanted in library():
        st.session_state["live-exercise"] = wanted
        for name, part, most in (("reps", "repetitions", MOST_REPS), ("sets", "sets", MOST_SETS)):
            number = st.query_params.get(part, "")
            if number.isdecimal() and 1 <= int(number) <= most:
                st.session_state[f"live-{name}-{wanted}"] = int(number)
    for part in (EXERCISE, "repetitions", "sets"):
        st.query_params.pop(part, None)


def _answered() -> None:
    """Begin once the camera was allowed; else say what to do."""
    from formcheck.ui.live.coach import coach

    answer: Any = st.session_state[KEY].answer
    live = coach()
    if not answer:
        return
    if answer["camera"] != "ok":
        live.camera_error = TROUBLE.get(answer["camera"], OTHER_TROUBLE)
        return
    clinician = letting.chosen()
    live.begin(_choice())
    if clinician is not None:
        let_watch(live, page_actor(), clinician)


def _choice() -> Choice:
    state = st.session_state
    chosen = state["live-exercise"]
    loaded = asked_of_me(library()[chosen])
    plan = Plan(
        repetitions=int(state[f"live-reps-{chosen}"]),
        sets=int(state[f"live-sets-{chosen}"]),
        rest_s=float(state["live-rest"]),
        paced=bool(state["live-paced"]),
        object_height_cm=state.get("live-object") if over_an_object(loaded.exercise) else None,
    )
    return Choice(loaded, plan, EVIDENCE[state["live-evidence"]], SOUNDS[state["live-sound"]])
