"""Export the people of this folder's bodies.toml (runs in the renderer's .env-body, once)."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "render")]

import body  # noqa: E402

body.HERE = HERE
body.export(sys.argv[1:])
