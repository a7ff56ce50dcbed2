"""The cast of the tests, from fixtures/personas.yaml: a prescriber, the nurse beside her, an outsider elsewhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from sfm.core.actor import Actor
    from sfm.tenancy.models import Journal, Organisation

FILE = Path(__file__).resolve().parents[1] / "fixtures" / "personas.yaml"


@cache
def person(key: str) -> dict[str, Any]:
    """One person of the personas file."""
    people = yaml.safe_load(FILE.read_text(encoding="utf-8"))["people"]
    return next(entry for entry in people if entry["key"] == key)


def hire(key: str, journal: Journal, unit: Organisation | None = None) -> Actor:
    """Make the person known to the journal, and return them as they act there, with the rights the matrix and the roles
    of the personas file give. `unit`: where they work, in a journal with several."""
    from sfm.identity import users
    from sfm.tenancy.scope import journal_scope

    entry, workplace = person(key), unit or journal.organisations.get()
    roles = entry["roles"]
    with journal_scope(journal):
        practitioner = users.register(
            users.PersonData(
                given_name=entry["given"],
                family_name=entry["family"],
                pid=entry["pid"],
                hpr=entry["hpr"],
                personnel_category=entry["category"],
                hpr_rights=entry["hpr_rights"],
                organisation_id=workplace.pk,
                system_admin="system_admin" in roles,
                system_owner="system_owner" in roles,
                read_only="read_only" in roles,
            )
        )
        return users.actor_for(practitioner, workplace)


@pytest.fixture
def prescriber(journal: Journal) -> Actor:
    """Vilde Demoberg, GP: may do all a doctor may."""
    return hire("berg", journal)


@pytest.fixture
def nurse(journal: Journal) -> Actor:
    """Randi Demones, nurse beside her: sees and drafts, signs nothing."""
    return hire("nes", journal)


@pytest.fixture
def outsider(other_journal: Journal) -> Actor:
    """Solveig Demohaug, doctor in the other journal: must never see a trace of this one."""
    return hire("haug", other_journal)
