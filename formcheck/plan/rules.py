"""The rules of the plan by id: words for a person, evidence tag, source. They stand in ``rules.toml``."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import TypeAdapter

FILE = Path(__file__).with_name("rules.toml")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``words`` may hold names in braces, filled in by each decision."""

    words: str
    evidence: Literal["E", "C", "M", "D"]
    source: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was decided: the rule, and its words with the facts of the day."""

    rule_id: str
    text: str


@cache
def rules() -> MappingProxyType[str, Rule]:
    """Return all rules by id."""
    table = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return MappingProxyType(TypeAdapter(dict[str, Rule]).validate_python(table))


def because(rule_id: str, **facts: object) -> Reason:
    """Return a reason in words.

    Parameters
    ----------
    rule_id : str
        A rule of ``rules.toml``.
    **facts : object
        What stands for the names in braces of its words.
    """
    return Reason(rule_id, rules()[rule_id].words.format(**facts))
