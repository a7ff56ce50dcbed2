"""Every address × every persona, against the table in expected.yaml and the permission matrix.

A new address without a line in the table fails; so does a link or form on a page whose target the reader may not open:
a function without right is absent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.urls import Resolver404, resolve, reverse

from sfm.core import clock
from sfm.core.ids import synthetic_id
from sfm.exchange import lookup
from sfm.identity import matrix
from sfm.medication.actions import drafts
from sfm.medication.models import TreatmentEvent
from sfm.patients import vault
from sfm.patients.identity import PatientIdentity
from sfm.tenancy.scope import journal_scope
from tests.factories import contents
from tests.factories import treatments as rows
from tests.integration.portal import OWN
from tests.personas import hire, person
from tests.portals import SLUG, visit
from tests.roles import addresses

if TYPE_CHECKING:
    from django.test import Client

    from sfm.core.actor import Actor
    from sfm.core.ids import PatientKey
    from sfm.medication.models import Treatment
    from sfm.tenancy.models import Journal

pytestmark = pytest.mark.filterwarnings("ignore:No directory at")
TABLE = addresses.expected()
ABSENT_WITHOUT_RIGHT = TABLE.pop("absent")
EVERY = addresses.every()
PERSONAS = ("berg", "tangen", "rud", "eide", "foss", "nes", "aas", "lund", "lesen", "bakke", "dal")
CTX = "rollegang"
PID = synthetic_id(date(1948, 8, 8))
TARGET = re.compile(r'(?:href|action|hx-get|hx-post)="([^"#]+)')
FRAGMENTS = ("treatment:poll", "treatment:row", "treatment:helfo_answers")  # asked for by script alone
CLOSED = (401, 403)
ABSENT = (401, 403, 404)


@dataclass
class Walker:
    """One persona's browser with a patient open, and what there is to point at."""

    browser: Client
    may: frozenset[str]
    ids: dict[str, Any]
    pages: dict[str, str] = field(default_factory=dict)

    def ask(self, address: addresses.Address, verb: str) -> list[int]:
        """GET and POST; what the address does not take is left out."""
        url = reverse(address.name, kwargs=self._arguments(address, verb))
        body = {"version": 1, "note": "Ikke aktuelt"}
        script = {"HX-Request": "true"} if address.name in FRAGMENTS else {}
        answers = [self.browser.get(url, headers=OWN | script), self.browser.post(url, body, headers=OWN)]
        if answers[0].status_code == 200 and "html" in answers[0]["Content-Type"]:
            self.pages[url] = answers[0].content.decode()
        return [answer.status_code for answer in answers if answer.status_code != 405]

    def _arguments(self, address: addresses.Address, verb: str) -> dict[str, Any]:
        pk = self.ids.get(address.name, self.ids["row"])
        known = {"slug": SLUG, "ctx": CTX, "pk": pk, "intent": uuid4(), "verb": verb, "kind": "liste"}
        known |= {"run_id": uuid4(), "file_id": uuid4()}
        return {name: known[name] for name in address.arguments}

    def holds(self, wanted: Any) -> bool:
        return wanted == "anyone" or (isinstance(wanted, list) and bool(self.may & set(wanted)))


def by_the_matrix(key: str) -> frozenset[str]:
    """What the persona may do, from the data of the matrix and of the personas alone."""
    entry = person(key)
    prescribing = bool(entry["hpr"]) and entry["hpr_rights"]["prescribing"] != "none"
    name = (
        "READ_ONLY"
        if "read_only" in entry["roles"]
        else matrix.row_name(entry["category"], entry["hpr_rights"])
    )
    row = matrix.row(name, prescribing=prescribing)
    roles = [role for role in entry["roles"] if role.startswith("system_")]
    return row.start.union(row.scopes, *(matrix.administrator_permissions(role) for role in roles))


def walker(key: str, journal: Journal) -> Walker:
    visitor = visit(key, journal)
    with journal_scope(journal):
        patient = vault.register(PatientIdentity(family="Demosen", given="Kari Oppdiktet", pid=PID, sex="2"))
        author = hire("moen", journal)
        row = _row(patient, visitor.actor, author)
        proposed = rows.with_prescription(patient, by=author)
        draft = drafts.submit(kind="renew", by=author, patient=patient, treatment_id=proposed.pk)
    session = visitor.browser.session
    session["patient"] = {"ctx": CTX, "patient_key": str(patient)}
    session.save()
    others = {
        f"personnel:{name}": author.practitioner_id for name in ("user", "block", "unblock", "set_right")
    }
    ids = others | {"row": row.pk, "treatment:draft_decide": draft.pk}
    return Walker(browser=visitor.browser, may=frozenset(map(str, visitor.actor.permissions)), ids=ids)


def _row(patient: PatientKey, who: Actor, author: Actor) -> Treatment:
    """Somebody else's row; one's own for those who may touch no other. Within every prescriber's scope."""
    by = who if who.may("lib.edit_own") and not who.may("lib.edit_local") else author
    atc = "J01CE02" if who.personnel_category == "TL" else "G03AA07"
    content = replace(contents.content(), product=replace(contents.content().product, atc=atc))
    row = rows.with_prescription(patient, by=by, content=content)
    TreatmentEvent.objects.create(
        treatment_id=row.pk,
        patient_key=patient,
        verb="created",
        by_id=by.practitioner_id,
        by_name=by.name,
        at=clock.now(),
    )
    return row


def doors() -> list[tuple[addresses.Address, str, Any]]:
    """Each address of the portals, once per verb, with what opens it."""
    found = []
    for address in EVERY:
        wanted = TABLE.get(address.name, "open")  # what has no line is told by the test of the table
        verbs = wanted.items() if isinstance(wanted, dict) else [("", wanted)]
        found += [
            (address, verb, permissions)
            for verb, permissions in verbs
            if permissions not in ("open", "token", "staff")
        ]
    return found


@pytest.fixture(autouse=True)
def _nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "start", lambda **_given: True)


def test_every_address_has_an_expectation_and_every_expectation_an_address() -> None:
    assert {address.name for address in EVERY} == set(TABLE)


@pytest.mark.parametrize("key", PERSONAS)
def test_a_persona_gets_through_the_doors_of_the_matrix(
    key: str, journal: Journal, redis_client: object
) -> None:
    one = walker(key, journal)
    assert one.may == by_the_matrix(key)
    wrong = []
    for address, verb, wanted in doors():
        refused = ABSENT if address.name in ABSENT_WITHOUT_RIGHT else CLOSED
        found = one.ask(address, verb)
        wrong += [f"{address.name} {verb}: {s}" for s in found if (s not in refused) != one.holds(wanted)]
    assert wrong == []
    assert dead_ends(one) == []


def dead_ends(one: Walker) -> set[str] | list[str]:
    """Links and forms on the persona's pages that lead to a closed door."""
    found = {(target, url) for url, page in one.pages.items() for target in TARGET.findall(page)}
    return sorted({f"{url} → {target}" for target, url in found if not leads_somewhere(one, target)})


def leads_somewhere(one: Walker, target: str) -> bool:
    try:
        match = resolve(target.partition("?")[0])
    except Resolver404:
        return True  # a file, or another site
    wanted = TABLE.get(match.view_name, "open")
    if isinstance(wanted, dict):
        wanted = wanted.get(match.kwargs["verb"], "anyone")
    return wanted == "open" or one.holds(wanted)


def test_nobody_gets_in_where_a_token_or_the_providers_staff_is_asked_for(
    journal: Journal, redis_client: object
) -> None:
    browser = visit("dal", journal).browser
    for url in (
        "/tjeneste/koer",
        "/tjeneste/fest",
        "/datadeling/v2/Patient",
        "/integrasjon/rf/inn",
        "/api/v2/PatientTicket",
    ):
        for answer in (browser.get(url, headers=OWN), browser.post(url, headers=OWN)):
            assert answer.status_code in (302, 400, 401, 403, 404, 405), url
            assert answer.status_code != 302 or answer["Location"].startswith("/tjeneste/oidc/"), url


def test_the_outsider_and_the_stranger_find_no_open_door(
    journal: Journal, other_journal: Journal, redis_client: object, client: Client
) -> None:
    """A doctor of another journal with this patient's address, and somebody without a login."""
    inside, outside = walker("berg", journal), visit("haug", other_journal)
    for address, verb, wanted in doors():
        arguments = inside._arguments(address, verb)
        url = reverse(address.name, kwargs=arguments)
        if address.name.startswith("treatment:"):
            assert {
                outside.browser.get(url).status_code,
                outside.browser.post(url, headers=OWN).status_code,
            } <= {405, 409}
        elif wanted != "anyone" and len(address.arguments) > 1:  # points at something of this journal
            assert outside.browser.get(url).status_code in (403, 404, 405), url
        assert client.get(url).status_code in (200, 401, 405), url
        assert "Demosen" not in client.get(url).content.decode()
