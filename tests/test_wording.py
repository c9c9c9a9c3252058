"""Nothing that a person may read or hear claims what measurement.md, section 8, forbids.

Looked through: exercises, spoken phrases, the plan's rules and questions, every string in the modules that
speak to people, templates, scripts of the pages, docs and README. What may say such a word - to deny it, or
in another sense - stands below, word for word.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "formcheck"

FORBIDDEN = re.compile(
    r"\b(diagnos\w*|treat(s|ed|ing|ment|ments)?|therap(y|ies|eutic)|prevent\w*|safe(ly|r|st|ty)?|cure[sd]?|heal(s|ed|ing)?|"
    r"disc(s|al)?|nerves?|sciatic\w*|herniat\w*|replaces? (your|a|the) (physio\w*|clinician|doctor)|"
    r"goniometer\w*|(bad|wrong|poor) posture|(your|the) back (was|is) fine|guarantee\w*)\b",
    re.IGNORECASE,
)
ALLOWED = (
    # denials
    "it does not diagnose or treat",
    "does not diagnose, treat or promise anything",
    "not diagnose, treat or promise anything",
    "They are not goniometer measurements",
    "Nothing about pain, discs, safety or diagnosis",
    "does not replace the judgement of a clinician",
    # other senses of the word
    "Treat the back as not checked",
    "This address is not safe enough for the browser",
    "goniometer MDC 4 degrees (Youdas",
    "preventDefault",
)
SPEAKING = (
    "body/reasons.py",
    "coach",
    "clinic",
    "plan",
    "live",
    "report",
    "ui",
    "cli",
    "errors.py",
)
DOCUMENTS = ("README.md", "CHANGELOG.md", "docs")


def offences(text: str) -> list[str]:
    """Return what a text claims, each with some of its surroundings."""
    for allowed in ALLOWED:
        text = re.sub(r"\s+".join(map(re.escape, allowed.split())), "", text, flags=re.IGNORECASE)
    return [text[max(0, m.start() - 40) : m.end() + 20] for m in FORBIDDEN.finditer(text)]


def strings_of(path: Path) -> Iterator[str]:
    """Yield the texts of a module that are not documentation of the code."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield node.value


def values_of(data: object) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from values_of(value)
    elif isinstance(data, list):
        for value in data:
            yield from values_of(value)


def everything() -> Iterator[tuple[str, str]]:
    for where in SPEAKING:
        place = PACKAGE / where
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            for text in strings_of(path):
                yield str(path.relative_to(ROOT)), text
    for path in sorted(PACKAGE.rglob("*.toml")):
        for text in values_of(tomllib.loads(path.read_text(encoding="utf-8"))):
            yield str(path.relative_to(ROOT)), text
    pages = [path for suffix in ("*.j2", "*.typ", "*.js", "*.html") for path in sorted(PACKAGE.rglob(suffix))]
    for name in DOCUMENTS:
        place = ROOT / name
        pages += sorted(place.rglob("*.md")) if place.is_dir() else [place]
    for path in pages:
        yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def test_nothing_claims_what_it_must_not() -> None:
    found = [f"{where}: …{claim}…" for where, text in everything() for claim in offences(text)]
    assert found == []


def test_enough_was_looked_through() -> None:
    """A test over all strings that finds no strings proves nothing."""
    texts = list(everything())
    assert len(texts) > 1500
    for needed in (
        "couch-stretch-active.toml",
        "rules.toml",
        "phrases.toml",
        "sentences.py",
        "report.typ",
        "README.md",
    ):
        assert any(where.endswith(needed) for where, _ in texts), needed


@pytest.mark.parametrize(
    "claim",
    [
        "This exercise is safe for your back.",
        "formcheck diagnoses your posture",
        "Prevents pain.",
        "It loads the sciatic nerve",
        "good for your discs",
        "replaces your physiotherapist",
        "goniometer-grade angles",
        "Bad posture causes pain",
        "Your back was fine",
    ],
)
def test_a_claim_would_be_found(claim: str) -> None:
    assert offences(claim)


def test_a_denial_is_no_claim() -> None:
    assert not offences(
        "It is not a medical device: it does not diagnose or treat, and it\n does not promise"
    )
