"""What the worker makes of a set, where what was asked of it came from a browser."""

from pathlib import Path

import pytest

from formcheck.errors import UsageError
from formcheck.exercises.load import LIBRARY
from formcheck.sources.track_file import write_track
from formcheck.store.settings import Settings
from formcheck.store.store import Store
from formcheck.store.uploads import Wish
from formcheck.ui.uploads.analyse import Analyst
from tests import synthetic


@pytest.mark.parametrize("secret", ["secret = 'x'", "not even TOML", None])
def test_an_exercise_never_names_a_file_of_the_server(tmp_path: Path, secret: str | None) -> None:
    """Not even one that is a right exercise: whether it is there is nobody's business either."""
    store = Store.open(Settings.at(tmp_path / "data"))
    actor = store.people.at_home()
    file = tmp_path / "server.toml"
    file.write_text((LIBRARY / "squat.toml").read_text() if secret is None else secret)
    write_track(synthetic.film(synthetic.squats(1), synthetic.Camera()), tmp_path / "track.parquet")
    content = (tmp_path / "track.parquet").read_bytes()
    upload = store.uploads.begin(actor, Wish("track.parquet", len(content), "x", exercise_id=str(file)))
    with store.uploads.appending(actor, upload.id, 0) as arriving:
        arriving.write(content)
    set_id = store.uploads.keep(actor, upload.id)
    with pytest.raises(UsageError, match="There is no exercise"):
        Analyst(store).do(set_id, "analyse", lambda *_: None)
    store.close()
