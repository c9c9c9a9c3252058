"""The import order of the house: each package imports only what stands to its left.

errors < data_folder < body < exercises < coach < plan < sources < store < report < clinic < live < ui < cli.
Checked by parsing every import, and by importing the lower packages in a fresh interpreter and looking at
what came along.
"""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import formcheck

PACKAGE = Path(formcheck.__file__).parent
BELOW = ("errors", "data_folder", "body", "exercises", "coach", "plan", "sources", "store", "report")
ORDER = (*BELOW, "clinic", "live", "ui", "cli")
PURE = ("errors", "data_folder", "body", "exercises", "coach")
HEAVY = ("cv2", "mediapipe", "streamlit", "sqlalchemy", "sqlmodel", "av", "pyarrow")


def imported_names(source: str, module: str) -> list[str]:
    """Return every dotted name that a module's text imports, also inside functions and ``if`` blocks."""
    names = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = module.split(".")[: -node.level]
                base = ".".join([*above, base] if base else above)
            names += [base, *(f"{base}.{alias.name}" for alias in node.names)]
    return names


def violations(package: Path) -> list[str]:
    """Return each import in a package folder that goes against the order, as a sentence."""
    found = []
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        here = parts[0]
        if here not in ORDER:
            continue  # the package's own __init__ and __main__
        for name in imported_names(path.read_text(encoding="utf-8"), ".".join(("formcheck", *parts))):
            steps = name.split(".")
            if here in PURE and steps[0] in HEAVY:
                found.append(f"{'/'.join(parts)}.py imports {name}")
            if steps[0] != "formcheck" or len(steps) < 2 or steps[1] not in ORDER:
                continue
            if ORDER.index(steps[1]) > ORDER.index(here):
                found.append(f"{'/'.join(parts)}.py imports {name}")
    return found


def test_every_import_points_to_the_left() -> None:
    assert violations(PACKAGE) == []


def test_every_package_has_its_place_in_the_order() -> None:
    """A new folder must be put into the order before it can hide in no place."""
    here = {path.stem for path in PACKAGE.iterdir() if path.is_dir() or path.suffix == ".py"}
    assert {name for name in here if not name.startswith("_")} <= set(ORDER)


@pytest.mark.parametrize("name", PURE)
def test_pure_packages_bring_nothing_heavy_along(name: str) -> None:
    """Really imports each of their modules in a fresh interpreter; the parser could be fooled."""
    base = PACKAGE / name
    files = sorted(base.rglob("*.py")) if base.is_dir() else [base.with_suffix(".py")]
    modules = [".".join(("formcheck", *f.relative_to(PACKAGE).with_suffix("").parts)) for f in files]
    script = (
        "import importlib, sys\n"
        f"for name in {[m.removesuffix('.__init__') for m in modules]!r}: importlib.import_module(name)\n"
        "print(*sorted(sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=PACKAGE.parent
    )
    loaded = {module.split(".")[0] for module in result.stdout.split()}
    assert loaded.isdisjoint(HEAVY)
    later = {f"formcheck.{package}" for package in ORDER[ORDER.index(name) + 1 :]}
    assert later.isdisjoint(result.stdout.split())


@pytest.mark.parametrize(
    ("where", "line", "blamed"),
    [
        ("body/pose.py", "import cv2", "body/pose.py imports cv2"),
        ("coach/reps.py", "from mediapipe.tasks import python", "coach/reps.py imports mediapipe.tasks"),
        (
            "body/view.py",
            "from formcheck.coach.reps import RepRule",
            "body/view.py imports formcheck.coach.reps",
        ),
        ("exercises/load.py", "from formcheck import coach", "exercises/load.py imports formcheck.coach"),
        ("coach/cues.py", "from ..report import folder", "coach/cues.py imports formcheck.report"),
        ("report/words.py", "def later():\n    import formcheck.ui", "report/words.py imports formcheck.ui"),
    ],
)
def test_a_wrong_import_is_found(tmp_path: Path, where: str, line: str | None, blamed: str) -> None:
    """On a copy, so that the rule above is known to be able to fail."""
    copy = tmp_path / "formcheck"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "*.task"))
    assert violations(copy) == []
    target = copy / where
    if not target.exists():
        target.write_text("")
    target.write_text(target.read_text() + f"\n{line}\n")
    assert blamed in violations(copy)
