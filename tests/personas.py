"""The cast of the tests, from fixtures/personas.yaml: a prescriber, the nurse beside her, an outsider elsewhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from sfm.core.actor import Actor

if TYPE_CHECKING:
    from sfm.tenancy.models import Journal

FILE = Path(__file__).resolve().parents[1] / "fixtures" / "personas.yaml"
SEES = frozenset(
    {"lib.view", "lib.lookup_kj", "lib.draft", "reaction.draft", "multidose.view", "printout.make"}
)
PRESCRIBES = SEES | {
    "lib.lookup_rf",
    "lib.edit_local",
    "lib.confirm_in_use",
    "rx.prescribe",
    "rx.prescribe_group_a",
    "rx.prescribe_group_b",
    "rx.recall_others",
    "pll.send",
    "pll.sign",
    "draft.approve",
    "reaction.register",
    "multidose.manage",
    "multidose.register_responsible",
    "reimbursement.query",
    "reimbursement.apply",
    "history.extended",
    "review.write",
}


@cache
def person(key: str) -> dict[str, Any]:
    """One person of the personas file."""
    people = yaml.safe_load(FILE.read_text(encoding="utf-8"))["people"]
    return next(entry for entry in people if entry["key"] == key)


def hire(key: str, journal: Journal, permissions: frozenset[str]) -> Actor:
    """Make the person known to the journal, and return them as they act there."""
    from sfm.identity.models import Practitioner
    from sfm.tenancy.scope import journal_scope

    entry, workplace = person(key), journal.organisations.get()
    with journal_scope(journal):
        practitioner = Practitioner.objects.create(
            hpr=entry["hpr"],
            given_name=entry["given"],
            family_name=entry["family"],
            personnel_category=entry["category"],
            hpr_rights=entry["hpr_rights"],
            organisation_id=workplace.pk,
        )
    return Actor(
        practitioner_id=practitioner.pk,
        journal_id=journal.pk,
        name=practitioner.name,
        personnel_category=entry["category"],
        hpr=entry["hpr"],
        organisation_id=workplace.pk,
        organisation_name=workplace.name,
        permissions=permissions,
    )


@pytest.fixture
def prescriber(journal: Journal) -> Actor:
    """Vilde Demoberg, GP: may do all a doctor may."""
    return hire("berg", journal, PRESCRIBES)


@pytest.fixture
def nurse(journal: Journal) -> Actor:
    """Randi Demones, nurse beside her: sees and drafts, signs nothing."""
    return hire("nes", journal, SEES)


@pytest.fixture
def outsider(other_journal: Journal) -> Actor:
    """Solveig Demohaug, doctor in the other journal: must never see a trace of this one."""
    return hire("haug", other_journal, PRESCRIBES)
