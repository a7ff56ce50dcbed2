"""(Mal for gjennomgang) The templates and choices of a review, as data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CONTENT = Path(__file__).with_name("review_templates.yaml")
DEFAULT = "gp"
LAST_DAY_EVERYWHERE = 28


@dataclass(frozen=True, kw_only=True)
class Template:
    key: str
    title: str
    participants: tuple[str, ...]
    sources: dict[str, str]
    months: int

    def next_on(self, today: date) -> date:
        """When the next review is proposed: so many months ahead, on a day every month has."""
        months = today.month - 1 + self.months
        day = min(today.day, LAST_DAY_EVERYWHERE)
        return date(today.year + months // 12, months % 12 + 1, day)


@dataclass(frozen=True, kw_only=True)
class Choice:
    label: str
    act: str = ""  # the row's page where it is carried out
    needs: str = ""  # "text": not made without words


@cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(CONTENT.read_text(encoding="utf-8"))
    return content


@cache
def templates() -> dict[str, Template]:
    names = _content()["sources"]
    return {
        key: Template(
            key=key,
            title=said["title"],
            participants=tuple(said["participants"]),
            sources={code: names[code] for code in said["sources"]},
            months=said["months"],
        )
        for key, said in _content()["templates"].items()
    }


def for_type(organisation_type: int) -> str:
    """The template an organisation of this type begins with."""
    listed = _content()["templates"].items()
    return next((key for key, said in listed if organisation_type in said["types"]), DEFAULT)


@cache
def choices() -> dict[str, Choice]:
    return {key: Choice(**said) for key, said in _content()["choices"].items()}


def problems() -> dict[str, str]:
    found: dict[str, str] = _content()["problems"]
    return found
