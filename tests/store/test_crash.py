"""``kill -9`` while sets are saved, uploaded and recorded: nothing half, and a second at most is lost.

A few moments here; 200 on each database in tests/system/test_store_crash.py.
"""

import os

import pytest

from formcheck.store.settings import Settings
from tests.store import crash


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_few_random_moments(settings: Settings) -> None:
    found = crash.run(settings, moments=4)
    assert found["wrong"] == []
    assert found["moments"] == 4
