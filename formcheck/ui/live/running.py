"""While it runs: the board on one side, the mirrored picture on the other."""

from functools import cache

import streamlit as st
from streamlit_webrtc import WebRtcMode, webrtc_streamer
from streamlit_webrtc.component import generate_frontend_component_key
from streamlit_webrtc.config import Translations

from formcheck.ui.guarded import kindly
from formcheck.ui.live.board import board, board_data
from formcheck.ui.live.bridge import Bridge
from formcheck.ui.live.coach import Coach, coach
from formcheck.ui.live.display import offer
from formcheck.ui.live.ice import ice_servers
from formcheck.ui.live.routes import let_follow
from formcheck.ui.samples import samples

KEY = "live-board"

# The model looks at 256 pixels of the body: more than this costs time and shows nothing. No cropping: a
# picture that the browser cuts to shape cuts feet off.
PICTURE = {
    "width": {"ideal": 640},
    "height": {"ideal": 480},
    "frameRate": {"ideal": 25, "max": 30},
    "resizeMode": "none",
}
WORDS: Translations = {
    "device_access_denied": "The camera was not allowed",
    "device_not_available": "The camera is not there any more",
    "media_api_not_available": "This browser gives no camera to this address",
    "device_ask_permission": "Please allow the camera",
}


def show(live: Coach) -> None:
    """Show the running session."""
    if live.worker is None or live.choice is None:
        return
    worker, exercise = live.worker, live.choice.loaded.exercise
    # the board first: on a phone the columns stand one below the other
    words, picture = st.columns([7, 5], gap="medium")
    with words:
        data = board_data(live.id, let_follow(live, live.id), live.choice.sound)
        board(data, key=KEY, on_act=_heard)
    with picture, st.container(key="live-picture"):
        configuration = {"iceServers": ice_servers()}
        key = f"live-{live.id}"
        webrtc_streamer(
            key=key,
            mode=WebRtcMode.SENDRECV,
            desired_playing_state=_has_reported(key),
            video_processor_factory=lambda: Bridge(worker),
            media_stream_constraints={"video": PICTURE, "audio": False},
            server_rtc_configuration=configuration,
            frontend_rtc_configuration=configuration,
            async_processing=True,
            media_toggle_controls=False,
            video_html_attrs={
                "autoPlay": True,
                "controls": False,
                "muted": True,
                "style": {"width": "100%", "maxHeight": "34rem"},
            },
            translations=WORDS,
        )
        clip = _clean_clip(exercise.id)
        if clip:
            with st.expander("How it should look", expanded=True):
                st.video(clip, loop=True, autoplay=True, muted=True, alt=f"{exercise.name}, done cleanly")
        offer(live)
        if st.button("Leave", key="live-leave", on_click=kindly(_leave), type="tertiary"):
            st.rerun()


def _has_reported(key: str) -> bool:
    """Return whether the browser's part of the stream is there, so that it may be told to play.

    Its first word makes this page run again. Told to play before that, it is told twice while it still loads,
    and opens two connections: the server answers the one that was given up, and fifteen seconds pass before
    the browser tries again.
    """
    return st.session_state.get(generate_frontend_component_key(key)) is not None


@cache
def _clean_clip(exercise_id: str) -> str:
    """Return the sample in which an exercise is done cleanly; the samples' descriptions are large."""
    clips = (each.path for each in samples() if each.exercise == exercise_id and each.clean)
    return str(next(clips, ""))


def _heard() -> None:
    """Hear that the session is over: the page runs again by itself, and shows what was done."""


def _leave() -> None:
    live = coach()
    if live.worker is not None:
        live.worker.command("stop")
    live.forget()
    st.query_params.clear()
