"""A GP office that is registered and in use, for tests that come in through the Session Gateway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.tokens import CHILD, PARENT, PEOPLE, SUPPLIER, Caller, Issuer

if TYPE_CHECKING:
    from sfm.identity.models import Practitioner
    from sfm.tenancy.models import EpjClient, Journal, Organisation


@dataclass(frozen=True, kw_only=True)
class Office:
    """`caller("berg")` is a doctor of the office with a right token; `people` are its registered users by key."""

    journal: Journal
    organisation: Organisation
    client: EpjClient
    people: dict[str, Practitioner]
    issuer: Issuer

    def caller(self, person: str = "berg", **changes: object) -> Caller:
        return self.issuer.caller(person=person, **({"journal_id": self.journal.pk} | changes))


def open_office(journal: Journal, issuer: Issuer) -> Office:
    from sfm.identity import users
    from sfm.tenancy.models import EpjClient, Organisation, Supplier
    from sfm.tenancy.scope import journal_scope

    parent = Organisation.objects.create(
        journal=journal, orgnr=PARENT, name="Demo AS", type_code=3, active=True
    )
    unit = Organisation.objects.create(
        journal=journal, parent=parent, orgnr=CHILD, name="Åskollen legesenter", type_code=3, active=True
    )
    Supplier.objects.update_or_create(orgnr=SUPPLIER, defaults={"name": "Demo-EPJ AS", "active": True})
    client, _ = EpjClient.objects.update_or_create(
        client_id="epj-client",
        defaults={"slug": "demo-epj", "name": "Demo-EPJ", "origins": ["http://127.0.0.1:8010"]},
    )
    with journal_scope(journal):
        people = {key: users.register(_data(PEOPLE[key], unit)) for key in ("berg", "nes", "holm")}
    return Office(journal=journal, organisation=unit, client=client, people=people, issuer=issuer)


def _data(person: dict[str, object], unit: Organisation) -> object:
    from sfm.identity.users import PersonData

    return PersonData(
        given_name=str(person["given"]),
        family_name=str(person["family"]),
        pid=str(person["pid"]),
        hpr=str(person["hpr"]),
        personnel_category=str(person["category"]),
        hpr_rights=person["hpr_rights"],  # type: ignore[arg-type]
        organisation_id=unit.pk,
    )


@pytest.fixture
def office(journal: Journal, issuer: Issuer, redis_client: object) -> Office:
    return open_office(journal, issuer)
