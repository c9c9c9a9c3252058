"""``overlay.mp4`` of ``formcheck analyze`` plays in a browser, to its end."""

import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser

pytestmark = pytest.mark.system


def test_the_overlay_video_of_the_command_line_plays_to_its_end(
    browser: Browser, program: list[str], short_recording: Path, tmp_path: Path
) -> None:
    command = [*program, "analyze", str(short_recording), "--exercise", "squat", "--out", str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert result.returncode == 0, result.stderr
    page = browser.new_page()
    (tmp_path / "page.html").write_text('<video src="overlay.mp4" muted></video>', encoding="utf-8")
    page.goto((tmp_path / "page.html").as_uri())
    ended_at, duration, width = page.evaluate(
        """async () => {
            const video = document.querySelector("video");
            const end = new Promise((resolve, reject) => {
                video.onended = resolve;
                video.onerror = () => reject(video.error.message);
            });
            video.playbackRate = 2;
            await video.play();
            await end;
            return [video.currentTime, video.duration, video.videoWidth];
        }"""
    )
    assert ended_at == pytest.approx(duration, abs=0.1)
    assert duration == pytest.approx(5.5, abs=0.3)
    assert width > 0
    page.close()
