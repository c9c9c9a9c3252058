"""Native log lines stay off the terminal, and everything else reaches it."""

import os
import sys
import threading

import pytest

from formcheck.sources.native_logs import NativeLogsHeldBack

NATIVE = (
    b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n"
    b"WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
    b"W0000 00:00:1795416517.995552   12652 inference_feedback_manager.cc:114] Feedback manager requires\n"
    b"I0000 00:00:1795416517.995552   12652 gl_context.cc:357] GL version: 3.2\n"
)


def test_native_lines_are_dropped_and_others_come_through(capfd: pytest.CaptureFixture[str]) -> None:
    with NativeLogsHeldBack():
        os.write(2, NATIVE)
        print("a warning of ours", file=sys.stderr)  # noqa: T201
    os.write(2, b"afterwards\n")
    assert capfd.readouterr().err == "a warning of ours\nafterwards\n"


def test_an_error_inside_passes_and_restores(capfd: pytest.CaptureFixture[str]) -> None:
    held = NativeLogsHeldBack()
    with pytest.raises(RuntimeError), held:
        raise RuntimeError
    os.write(2, NATIVE[:20] + b"\n")
    assert capfd.readouterr().err


def test_overlapping_uses_restore_once_the_last_has_ended(capfd: pytest.CaptureFixture[str]) -> None:
    """Two live streams start together; neither may lose the terminal to the other."""
    held = NativeLogsHeldBack()
    inside, leave = threading.Event(), threading.Event()

    def other() -> None:
        with held:
            inside.set()
            leave.wait(5)

    thread = threading.Thread(target=other)
    with held:
        thread.start()
        assert inside.wait(5)
    os.write(2, NATIVE)
    leave.set()
    thread.join()
    os.write(2, b"ours\n")
    assert capfd.readouterr().err == "ours\n"


def test_no_file_descriptor_is_left_open() -> None:
    held = NativeLogsHeldBack()
    before = os.dup(1)
    os.close(before)
    for _ in range(20):
        with held:
            pass
    after = os.dup(1)
    os.close(after)
    assert after == before
