"""The pose library must not be able to call home.

MediaPipe 0.10.35 and later carry an HTTP client that posts usage data whenever a landmarker is used. Should a
dependency update bring it in, this says so before the first frame of a patient is looked at.
"""

from importlib.util import find_spec
from pathlib import Path

import pytest

CALLS_HOME = (b"HttpAsyncClient", b"curl_easy_perform")


def libraries() -> list[Path]:
    spec = find_spec("mediapipe")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    root = Path(next(iter(spec.submodule_search_locations)))
    return [path for path in root.rglob("*") if path.suffix in (".so", ".dylib", ".dll", ".pyd")]


def test_there_is_a_library_to_look_into() -> None:
    assert any(path.stat().st_size > 1_000_000 for path in libraries())


@pytest.mark.parametrize("path", libraries(), ids=lambda path: path.name)
def test_no_http_client_in_the_pose_library(path: Path) -> None:
    content = path.read_bytes()
    assert not [name.decode() for name in CALLS_HOME if name in content]
