"""Where formcheck keeps what is its user's: sets, uploads, exercises of one's own."""

import os
from collections.abc import Mapping
from pathlib import Path

import platformdirs

DATA_DIR = "FORMCHECK_DATA_DIR"


def data_folder(environment: Mapping[str, str] | None = None) -> Path:
    """Return the folder that the environment names, or the usual one; it need not exist."""
    given = (os.environ if environment is None else environment).get(DATA_DIR)
    folder = Path(given).expanduser() if given else platformdirs.user_data_path("formcheck", False)
    return folder.resolve()
