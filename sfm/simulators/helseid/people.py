"""The test users one can be, from the personas file."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

DEFAULT = Path(__file__).resolve().parents[3] / "fixtures" / "personas.yaml"


@dataclass(frozen=True, kw_only=True)
class Person:
    key: str
    name: str
    pid: str
    hpr: str
    category: str
    journals: tuple[str, ...]
    roles: tuple[str, ...]
    note: str = ""
    level: str = "4"
    assurance: str = "high"

    @property
    def sub(self) -> str:
        return hashlib.sha256(f"helseid-simulator {self.pid}".encode()).hexdigest()[:44]


def everyone() -> list[Person]:
    path = Path(os.environ.get("SFM_PERSONAS", "") or DEFAULT)
    content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    return [_person(entry) for entry in content.get("people", [])]


def find(key: str) -> Person | None:
    """The person with this key, national id or HPR number."""
    return next(
        (person for person in everyone() if key and key in (person.key, person.pid, person.hpr)), None
    )


def _person(entry: dict[str, Any]) -> Person:
    return Person(
        key=str(entry["key"]),
        name=str(entry["name"]),
        pid=str(entry["pid"]),
        hpr=str(entry.get("hpr") or ""),
        category=str(entry.get("category") or ""),
        journals=tuple(str(journal) for journal in entry.get("journals") or ()),
        roles=tuple(str(role) for role in entry.get("roles") or ()),
        note=str(entry.get("note") or ""),
        level=str(entry.get("level") or "4"),
        assurance=str(entry.get("assurance") or "high"),
    )
