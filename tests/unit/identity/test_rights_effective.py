"""Ceiling ∩ profile ∩ person, and the words that explain it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from sfm.core.errors import Forbidden, Invalid
from sfm.core.ids import synthetic_id
from sfm.identity import rights, users
from sfm.identity.models import Practitioner
from sfm.identity.permissions import Permission
from sfm.identity.users import PersonData

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from sfm.tenancy.models import Journal

P = Permission
UNIT, ADMIN = uuid4(), uuid4()
pytestmark = pytest.mark.usefixtures("in_journal")


def _person(category: str, **more: object) -> Practitioner:
    rights_in_hpr = {"prescribing": "full" if category == "LE" else "none"}
    values = {"hpr": "9999901", "hpr_rights": rights_in_hpr, "organisation_id": UNIT} | more
    return users.register(
        PersonData(given_name="Kari", family_name="Demosen", personnel_category=category, **values)  # type: ignore[arg-type]
    )


def _because(practitioner: Practitioner, permission: Permission) -> str:
    return next(one.because for one in rights.explain(practitioner) if one.permission == permission)


def test_without_profile_or_override_the_category_decides() -> None:
    doctor = _person("LE")
    assert rights.permissions_for(doctor, UNIT) == rights.ceiling_of(doctor).start


def test_rights_cost_two_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    doctor = _person("LE")
    with django_assert_num_queries(2):
        rights.permissions_for(doctor, UNIT)


def test_a_profile_narrows_and_adds_in_its_own_unit_only() -> None:
    nurse = _person("SP")
    rights.set_profile(UNIT, "SP", frozenset({P.LIB_VIEW, P.LIB_CONFIRM_IN_USE}), by=ADMIN)
    assert rights.permissions_for(nurse, UNIT) == {P.LIB_VIEW, P.LIB_CONFIRM_IN_USE}
    assert P.LIB_DRAFT in rights.permissions_for(nurse, uuid4())


def test_a_person_can_be_given_and_denied_inside_the_ceiling() -> None:
    nurse = _person("SP")
    rights.set_override(nurse, P.LIB_CONFIRM_IN_USE, True, by=ADMIN)
    rights.set_override(nurse, P.LIB_LOOKUP_KJ, False, by=ADMIN)
    held = rights.permissions_for(nurse, UNIT)
    assert P.LIB_CONFIRM_IN_USE in held
    assert P.LIB_LOOKUP_KJ not in held
    rights.set_override(nurse, P.LIB_LOOKUP_KJ, None, by=ADMIN)
    assert P.LIB_LOOKUP_KJ in rights.permissions_for(nurse, UNIT)


def test_nothing_reaches_above_the_ceiling() -> None:
    nurse = _person("SP")
    with pytest.raises(Invalid, match="HPR"):
        rights.set_override(nurse, P.RX_PRESCRIBE, True, by=ADMIN)
    with pytest.raises(Invalid, match="Forskrive"):
        rights.set_profile(UNIT, "SP", frozenset({P.RX_PRESCRIBE}), by=ADMIN)


def test_what_was_given_is_lost_when_hpr_takes_the_ground_away() -> None:
    doctor = _person("LE")
    rights.set_override(doctor, P.RX_PRESCRIBE, True, by=ADMIN)
    doctor = _person("LE", hpr_rights={"prescribing": "none"})
    assert P.RX_PRESCRIBE not in rights.permissions_for(doctor, UNIT)
    assert _because(doctor, P.RX_PRESCRIBE) == "HPR gir ikke rekvireringsrett."


def test_a_scope_follows_the_category_and_cannot_be_taken_off() -> None:
    dentist = _person("TL", hpr_rights={"prescribing": "full"})
    rights.set_profile(UNIT, "TL", frozenset({P.LIB_VIEW, P.RX_PRESCRIBE}), by=ADMIN)
    assert P.RX_SCOPE_DENTAL in rights.permissions_for(dentist, UNIT)
    with pytest.raises(Invalid):
        rights.set_override(dentist, P.RX_SCOPE_DENTAL, False, by=ADMIN)


def test_an_administrator_without_category_sees_no_patient() -> None:
    admin = _person("", hpr="", system_admin=True)
    assert rights.permissions_for(admin, UNIT) == {
        P.ADMIN_USERS,
        P.ADMIN_ROLES,
        P.ADMIN_ORGANISATION,
        P.ADMIN_LOGS,
    }


def test_a_read_only_doctor_only_reads() -> None:
    assert rights.permissions_for(_person("LE", read_only=True), UNIT) == {P.LIB_VIEW, P.MULTIDOSE_VIEW}


def test_a_blocked_person_has_nothing_and_does_not_come_in(in_journal: Journal) -> None:
    doctor = _person("LE")
    users.block(doctor, "Sluttet")
    assert rights.permissions_for(doctor, UNIT) == frozenset()
    assert _because(doctor, P.LIB_VIEW) == "Brukeren er sperret eller inaktiv."
    with pytest.raises(Forbidden):
        users.actor_for(doctor, in_journal.organisations.model(id=UNIT, name="Legekontor"))
    users.unblock(doctor)
    assert users.actor_for(doctor, in_journal.organisations.model(id=UNIT, name="L")).may(P.RX_PRESCRIBE)


@pytest.mark.parametrize(
    ("category", "permission", "words"),
    [
        ("LE", P.RX_PRESCRIBE, "Følger av helsepersonellkategorien. Grunnlag: helsepersonelloven § 11"),
        ("SP", P.RX_PRESCRIBE, "Helsepersonellkategorien har ikke denne retten. Grunnlag: NHN"),
        ("SP", P.LIB_CONFIRM_IN_USE, "Ikke slått på i virksomhetens oppsett"),
        ("SP", P.ADMIN_USERS, "Krever administratorrolle."),
        ("LE", P.RX_SCOPE_DENTAL, "Begrensningen gjelder ikke denne brukeren."),
    ],
)
def test_every_right_is_explained(category: str, permission: Permission, words: str) -> None:
    person = _person(category)
    assert _because(person, permission).startswith(words)
    assert {one.permission for one in rights.explain(person)} == set(Permission)


def test_the_same_number_is_the_same_person() -> None:
    pid = synthetic_id(date(1970, 1, 2))
    one = _person("LE", pid=pid)
    again = _person("LE", pid=pid)
    assert again.pk == one.pk
    assert again.version == one.version + 1
    found = users.find_by_pid(pid)
    assert found is not None
    assert (found.pk, found.pid) == (one.pk, pid)
    assert users.find_by_hpr("009999901") == one
    assert users.find_by_pid(synthetic_id(date(1970, 1, 3))) is None
