"""Reads fixtures/journals and fixtures/personas.yaml into typed values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

import yaml

from sfm.demo.services import PROJECT

FOLDER = PROJECT / "fixtures"
Entry = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class PatientFixture:
    key: str
    given: str
    family: str
    pid: str  # "" for one without number
    born: date
    sex: str  # 3101
    reason: str
    unit: str = ""
    multidose: Entry = field(default_factory=dict)
    reactions: tuple[Entry, ...] = ()
    none_known: int | None = None  # days since it was asked
    treatments: tuple[Entry, ...] = ()
    drafts: tuple[Entry, ...] = ()
    elsewhere: Entry = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.family}, {self.given}"


@dataclass(frozen=True, kw_only=True)
class JournalFixture:
    key: str
    id: UUID
    name: str
    type: int
    organisations: tuple[Entry, ...]
    workplaces: tuple[Entry, ...]
    patients: tuple[PatientFixture, ...]

    def organisation(self, key: str) -> Entry:
        return next(entry for entry in self.organisations if entry["key"] == key)


@dataclass(frozen=True, kw_only=True)
class Person:
    key: str
    name: str
    given: str
    family: str
    pid: str
    hpr: str
    category: str  # 9060
    hpr_rights: Entry
    journals: tuple[str, ...]
    organisation: str
    roles: tuple[str, ...]
    note: str


@cache
def journals() -> tuple[JournalFixture, ...]:
    return tuple(_journal(_read(f"journals/{name}.yaml")) for name in ("gp_office", "municipality"))


@cache
def people() -> tuple[Person, ...]:
    entries = _read("personas.yaml")["people"]
    return tuple(
        Person(**entry | {"journals": tuple(entry["journals"]), "roles": tuple(entry["roles"])})
        for entry in entries
    )


def person(key: str) -> Person:
    return next(person for person in people() if person.key == key)


def _read(name: str) -> Entry:
    content: Entry = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return content


def _journal(content: Entry) -> JournalFixture:
    head = content["journal"]
    return JournalFixture(
        key=head["key"],
        id=UUID(head["id"]),
        name=head["name"],
        type=head["type"],
        organisations=tuple(content["organisations"]),
        workplaces=tuple(content["workplaces"]),
        patients=tuple(_patient(entry) for entry in content["patients"]),
    )


def _patient(entry: Entry) -> PatientFixture:
    lists = {name: tuple(entry.get(name) or ()) for name in ("reactions", "treatments", "drafts")}
    return PatientFixture(**entry | lists)
