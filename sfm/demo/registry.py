"""Puts the demo's journals, units, users and EPJ client where an installation has its own."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
from django.conf import settings

from sfm.core import clock
from sfm.demo import fixtures
from sfm.identity import helseid_client, users
from sfm.tenancy import journals, staff
from sfm.tenancy.models import EpjClient, Journal, Organisation, Supplier
from sfm.tenancy.scope import journal_scope

if TYPE_CHECKING:
    from sfm.core.actor import Actor
    from sfm.demo.fixtures import JournalFixture, Person

EPJ_CLIENT_ID = "demo-epj"
EPJ_SUPPLIER = "999999900"
OWN_CLIENT_ID, OWN_ORIGIN = "ditt-epj", "http://127.0.0.1:8050"
LIST_SHARED_FOR = timedelta(days=365)  # every unit of the demo has sent the shared list (PLL) for a year


def make_journal(fixture: JournalFixture) -> Journal:
    """The journal with its units and users; raises Conflict when it exists."""
    journal = journals.create(id=fixture.id, name=fixture.name, organisation_type=fixture.type)
    units: dict[str, Organisation] = {}
    for entry in fixture.organisations:
        parent = units.get(entry.get("parent", ""))
        units[entry["key"]] = Organisation.objects.create(
            journal=journal,
            parent=parent,
            kind="department" if parent else "organisation",
            type_code=entry["type"],
            name=entry["name"],
            orgnr=entry["orgnr"],
            her_id=entry["her_id"],
            address_line=entry["address"],
            postal_code=entry["postal_code"],
            city=entry["city"],
            phone=entry["phone"],
            active=True,
            pll_enabled_from=clock.today() - LIST_SHARED_FOR,
            epj_info={"systemcode": "DEMO", "systemname": "Demo-EPJ", "version": "1.0"},
        )
    with journal_scope(journal):
        for person in fixtures.people():
            if fixture.key in person.journals:
                users.register(_user(person, units.get(person.organisation)))
    return journal


def _user(person: Person, unit: Organisation | None) -> users.PersonData:
    return users.PersonData(
        given_name=person.given,
        family_name=person.family,
        pid=person.pid,
        hpr=person.hpr,
        personnel_category=person.category,
        hpr_rights=person.hpr_rights,
        organisation_id=unit.pk if unit else None,
        system_admin="system_admin" in person.roles,
        system_owner="system_owner" in person.roles,
        read_only="read_only" in person.roles,
    )


def actor(person_key: str, fixture: JournalFixture) -> Actor:
    """The person at work, inside the journal's scope."""
    person = fixtures.person(person_key)
    practitioner = users.find_by_hpr(person.hpr)
    if practitioner is None or practitioner.organisation_id is None:
        raise LookupError(f"{person_key} is not in {fixture.key}")
    unit = Organisation.objects.get(journal_id=fixture.id, pk=practitioner.organisation_id)
    return users.actor_for(practitioner, unit)


def register_client() -> None:
    """At every start: the demo EPJ's address follows the port it got."""
    Supplier.objects.update_or_create(orgnr=EPJ_SUPPLIER, defaults={"name": "Demoleverandøren"})
    EpjClient.objects.update_or_create(
        client_id=EPJ_CLIENT_ID,
        defaults={
            "slug": EPJ_CLIENT_ID,
            "name": "Demo-EPJ",
            "supplier_orgnr": EPJ_SUPPLIER,
            "origins": [os.environ["SFM_EPJ_ORIGIN"]],
            "active": True,
        },
    )
    EpjClient.objects.update_or_create(  # for whoever tries their own record system (docs/integration/vendor.py)
        client_id=OWN_CLIENT_ID,
        defaults={
            "slug": OWN_CLIENT_ID,
            "name": "Ditt journalsystem",
            "supplier_orgnr": EPJ_SUPPLIER,
            "origins": [OWN_ORIGIN],
            "active": True,
        },
    )


def register_staff() -> None:
    """The service provider's own people, who log in to SFM without an EPJ."""
    for person in fixtures.people():
        if "provider_operator" in person.roles:
            staff.register(name=person.name, pid=person.pid, roles=staff.StaffRole)


def register_in_helseid() -> None:
    """At every start: SFM's own clients, which a real installation registers by hand in HelseID."""
    for client in helseid_client.registrations():
        answer = httpx.post(f"{settings.HELSEID_ISSUER}/api/clients", json=client, timeout=30)
        answer.raise_for_status()
