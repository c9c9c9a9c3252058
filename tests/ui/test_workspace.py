"""What a browser session owns: a recording that its folder cannot hold is refused in words."""

from collections.abc import Iterator
from io import BytesIO

import pytest

from formcheck.errors import OutputError
from formcheck.ui.workspace import Workspace

LIMIT_BYTES = 20_000


@pytest.fixture
def no_room() -> Iterator[None]:
    """Files may not grow: the system then refuses as it does on a full disk."""
    resource = pytest.importorskip("resource", reason="other systems have no such limit")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT_BYTES, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("no_room")
def test_a_recording_that_there_is_no_room_for_is_refused_in_words() -> None:
    workspace = Workspace()
    with pytest.raises(OutputError, match=r"set\.mp4.*choose it again"):
        workspace.keep(BytesIO(bytes(2 * LIMIT_BYTES)), "set.mp4")
    assert list(workspace.folder.iterdir()) == [], "half a recording is in nobody's way"
    workspace.close()
