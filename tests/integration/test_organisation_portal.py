"""(Virksomhetsportalen) Units, who opened which patient, and what became of the messages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.test import Client

from sfm.audit import queries
from sfm.audit.models import AuditEvent
from sfm.audit.record import record
from sfm.core import clock
from sfm.exchange.models import Message
from sfm.patients import vault
from sfm.patients.identity import PatientIdentity
from sfm.tenancy.models import Organisation
from sfm.tenancy.scope import journal_scope
from tests.factories.sending import PID
from tests.portals import visit

if TYPE_CHECKING:
    from typing import Any
    from uuid import UUID

    from pytest_django import DjangoAssertNumQueries

    from sfm.tenancy.models import Journal
    from tests.portals import Visitor

pytestmark = pytest.mark.filterwarnings("ignore:No directory at")
HOME = "/e/demo-epj/virksomhet/"
LOG, SEARCH, EXPORT = f"{HOME}innsynslogg", f"{HOME}innsynslogg/pasient", f"{HOME}innsynslogg/eksport"
GETS = (HOME, f"{HOME}enheter/ny", LOG, f"{HOME}meldinger")
NAME = "Demosen, Kari Oppdiktet"


@pytest.fixture
def owner(journal: Journal, redis_client: object) -> Visitor:
    """Administrator without a clinical role."""
    return visit("holm", journal)


@pytest.fixture
def opened(journal: Journal, nurse_at_work: Visitor) -> UUID:
    """A patient the nurse has opened."""
    with journal_scope(journal):
        patient = vault.register(PatientIdentity(family="Demosen", given="Kari Oppdiktet", pid=PID, sex="2"))
        record(nurse_at_work.actor, "patient.open", patient=patient)
    return patient


def form(journal: Journal, **changes: str) -> dict[str, str]:
    parent = str(journal.organisations.get(parent=None).pk)
    return {
        "kind": "department",
        "parent": parent,
        "name": "Laboratoriet",
        "orgnr": "310001104",
        "her_id": "8801077",
        "type_code": "3",
        "postal_code": "0001",
    } | changes


def events(journal: Journal, prefix: str) -> list[str]:
    with journal_scope(journal):
        found = AuditEvent.objects.filter(action__startswith=prefix).order_by("seq")
        return list(found.values_list("action", flat=True))


def message(journal: Journal, **changes: Any) -> Message:
    with journal_scope(journal):
        facts = {"kind": "ERM1", "direction": "out", "generated_at": clock.now(), "state": "accepted"}
        return Message.objects.create(**(facts | changes))


@pytest.mark.parametrize("address", GETS)
def test_administrators_only(
    journal: Journal, administrator: Visitor, nurse_at_work: Visitor, address: str
) -> None:
    assert administrator.browser.get(address).status_code == 200
    refused = nurse_at_work.browser.get(address)
    assert refused.status_code == 403
    assert not any(word in refused.content.decode() for word in ("310001104", "Registrer enhet", "HER-id"))
    assert events(journal, "access.denied")
    stranger = Client().get(address)
    assert stranger.status_code == (200 if address == HOME else 401)
    assert administrator.actor.organisation_name not in stranger.content.decode()


def test_a_nurse_can_post_nothing(journal: Journal, nurse_at_work: Visitor, opened: UUID) -> None:
    unit = journal.organisations.get()
    for path in ("enheter/ny", f"enheter/{unit.pk}", f"enheter/{unit.pk}/deaktiver"):
        assert nurse_at_work.browser.post(HOME + path, form(journal)).status_code == 403
    for path in (SEARCH, EXPORT):
        assert nurse_at_work.browser.post(path, {"number": PID}).status_code == 403
    assert journal.organisations.get().active


def test_a_department_is_registered_taken_into_use_and_out_again(
    journal: Journal, administrator: Visitor
) -> None:
    assert administrator.browser.post(f"{HOME}enheter/ny", form(journal)).status_code == 302
    made = Organisation.objects.get(name="Laboratoriet")
    assert (made.active, made.journal_id, made.parent) == (
        False,
        journal.pk,
        journal.organisations.get(parent=None),
    )
    for act, active in (("aktiver", True), ("deaktiver", False)):
        assert administrator.browser.post(f"{HOME}enheter/{made.pk}/{act}").status_code == 302
        made.refresh_from_db()
        assert made.active is active
    verbs = [action.rpartition(".")[2] for action in events(journal, "admin.unit")]
    assert verbs == ["register", "activate", "deactivate"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"orgnr": "310001105"}, "Organisasjonsnummeret er ikke gyldig"),
        ({"orgnr": ""}, "Organisasjonsnummeret er ikke gyldig"),
        ({"her_id": "80x"}, "HER-id har inntil 8 sifre"),
        ({"her_id": "8801001"}, "allerede registrert på «Åskollen legesenter»"),
        ({"her_id": "8802001"}, "i bruk av en annen virksomhet"),
        ({"name": " "}, "må ha et navn"),
        ({"name": "L" * 201}, "inntil 200 tegn"),
        ({"type_code": "77"}, "Velg en virksomhetstype"),
        ({"postal_code": "12"}, "Postnummer har fire sifre"),
        ({"email": "ikke en adresse"}, "E-postadressen er ikke gyldig"),
        ({"parent": ""}, "Velg hvilken enhet"),
        ({"parent": "00000000-0000-4000-8000-000000000000"}, "Velg hvilken enhet"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_saved(
    journal: Journal, other_journal: Journal, administrator: Visitor, changes: dict[str, str], said: str
) -> None:
    answer = administrator.browser.post(f"{HOME}enheter/ny", form(journal, **changes))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert journal.organisations.count() == 1
    assert events(journal, "admin.unit") == []


def test_the_same_twice_is_refused(journal: Journal, administrator: Visitor) -> None:
    administrator.browser.post(f"{HOME}enheter/ny", form(journal))
    again = administrator.browser.post(f"{HOME}enheter/ny", form(journal)).content.decode()
    assert "HER-id 8801077 er allerede registrert på «Laboratoriet»" in again
    assert "Det finnes allerede en enhet som heter «Laboratoriet» her" in again
    assert journal.organisations.count() == 2


def test_a_foreign_parent_and_a_foreign_unit_are_unknown(
    journal: Journal, other_journal: Journal, administrator: Visitor
) -> None:
    foreign = other_journal.organisations.get()
    assert (
        administrator.browser.post(f"{HOME}enheter/ny", form(journal, parent=str(foreign.pk))).status_code
        == 422
    )
    assert administrator.browser.get(f"{HOME}enheter/{foreign.pk}").status_code == 404
    assert administrator.browser.post(f"{HOME}enheter/{foreign.pk}/deaktiver").status_code == 404
    foreign.refresh_from_db()
    assert foreign.active


def test_no_unit_lies_below_itself(journal: Journal, administrator: Visitor) -> None:
    administrator.browser.post(f"{HOME}enheter/ny", form(journal))
    below, root = Organisation.objects.get(name="Laboratoriet"), journal.organisations.get(parent=None)
    for unit, parent in ((root, below), (below, below)):
        answer = administrator.browser.post(
            f"{HOME}enheter/{unit.pk}", form(journal, name=unit.name, her_id="", parent=str(parent.pk))
        )
        assert answer.status_code == 422
    renamed = administrator.browser.post(f"{HOME}enheter/{below.pk}", form(journal, name="Lab og prøver"))
    assert renamed.status_code == 302
    below.refresh_from_db()
    assert below.name == "Lab og prøver"


def test_units_in_use_are_not_pulled_away(journal: Journal, administrator: Visitor) -> None:
    own = journal.organisations.get(parent=None)
    assert administrator.browser.post(f"{HOME}enheter/{own.pk}/deaktiver").status_code == 409
    administrator.browser.post(f"{HOME}enheter/ny", form(journal))
    middle = Organisation.objects.get(name="Laboratoriet")
    low = Organisation.objects.create(
        journal=journal, parent=middle, name="Under", orgnr="310001104", type_code=3, active=True
    )
    assert administrator.browser.post(f"{HOME}enheter/{middle.pk}/deaktiver").status_code == 409
    low.active = False
    low.save()
    assert administrator.browser.post(f"{HOME}enheter/{low.pk}/aktiver").status_code == 409


def test_the_log_tells_a_clinician_who_opened_whom(
    journal: Journal, administrator: Visitor, nurse_at_work: Visitor, opened: UUID
) -> None:
    page = administrator.browser.get(LOG).content.decode()
    for text in (nurse_at_work.actor.name, NAME, "Åpnet pasienten", nurse_at_work.actor.organisation_name):
        assert text in page
    assert events(journal, "log.") == ["log.read"]


def test_what_no_consultation_explains_and_who_reads_many_is_told(
    journal: Journal,
    administrator: Visitor,
    nurse_at_work: Visitor,
    opened: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with journal_scope(journal):
        record(replace(nurse_at_work.actor, encounter="k-77"), "patient.open", patient=uuid4())
    page = administrator.browser.get(LOG).content.decode()
    assert "Konsultasjon k-77" in page
    assert "pasienter den siste timen" not in page
    unexplained = administrator.browser.get(LOG, {"vis": "unexplained"}).content.decode()
    assert NAME in unexplained
    assert "k-77" not in unexplained
    monkeypatch.setattr(queries, "MANY", 2)
    told = f"{nurse_at_work.actor.name} har vært inne på 2 pasienter den siste timen."
    assert told in administrator.browser.get(LOG).content.decode()


def test_without_clinical_role_patients_have_no_names(owner: Visitor, opened: UUID) -> None:
    for answer in (
        owner.browser.get(LOG),
        owner.browser.post(EXPORT),
        owner.browser.post(SEARCH, {"number": PID}),
    ):
        page = answer.content.decode()
        assert "Randi Oppdiktet Demones" in page
        assert "Demosen" not in page
        assert "Pasient " in page
    assert PID not in owner.browser.get(LOG).content.decode()
    assert str(opened) not in page


def test_a_patients_log_is_found_by_number_in_the_body(
    journal: Journal, administrator: Visitor, nurse_at_work: Visitor, opened: UUID
) -> None:
    with journal_scope(journal):
        other = vault.register(PatientIdentity(family="Annendemo", given="Per Oppdiktet", pid=""))
        record(nurse_at_work.actor, "patient.open", patient=other)
    found = administrator.browser.post(SEARCH, {"number": f"{PID[:6]} {PID[6:]}"}).content.decode()
    assert NAME in found
    assert "Annendemo" not in found
    with journal_scope(journal):
        assert AuditEvent.objects.get(action="log.patient").patient_key == opened
    assert administrator.browser.get(SEARCH, {"number": PID}).status_code == 400


@pytest.mark.parametrize(("number", "status"), [("", 422), ("123", 404), ("12835649830", 422)])
def test_a_number_that_finds_nobody(administrator: Visitor, number: str, status: int) -> None:
    assert administrator.browser.post(SEARCH, {"number": number}).status_code == status


def test_another_journals_log_is_another_log(
    journal: Journal, other_administrator: Visitor, nurse_at_work: Visitor, opened: UUID
) -> None:
    page = other_administrator.browser.get(LOG, {"vis": "all"}).content.decode()
    assert nurse_at_work.actor.name not in page
    assert other_administrator.browser.post(SEARCH, {"number": PID}).status_code == 404
    assert nurse_at_work.actor.name not in other_administrator.browser.post(EXPORT).content.decode()


def test_the_export_is_a_harmless_table(
    journal: Journal, administrator: Visitor, nurse_at_work: Visitor, opened: UUID
) -> None:
    with journal_scope(journal):
        AuditEvent.objects.create(action="patient.open", source="portal", actor_name="=cmd()")
    answer = administrator.browser.post(EXPORT, {"vis": "opened"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    lines = answer.content.decode().splitlines()
    assert lines[0].startswith("\ufeffTid;Hvem;")
    assert any(NAME in line and nurse_at_work.actor.name in line for line in lines)
    assert ";'=cmd();" in "\n".join(lines)
    assert events(journal, "log.") == ["log.export"]


def test_the_log_is_cut_by_kind_and_day(
    journal: Journal, administrator: Visitor, nurse_at_work: Visitor, opened: UUID
) -> None:
    today = clock.today().isoformat()
    assert NAME in administrator.browser.get(LOG, {"fra": today, "til": today}).content.decode()
    assert NAME not in administrator.browser.get(LOG, {"til": "2020-01-01"}).content.decode()
    assert NAME not in administrator.browser.get(LOG, {"vis": "admin"}).content.decode()
    assert administrator.browser.get(LOG, {"fra": "i går"}).status_code == 422


def test_the_log_turns_pages(journal: Journal, administrator: Visitor, nurse_at_work: Visitor) -> None:
    with journal_scope(journal):
        for _ in range(101):
            record(nurse_at_work.actor, "patient.open")
        oldest = AuditEvent.objects.earliest("seq")
    page = administrator.browser.get(LOG).content.decode()
    assert "Eldre" in page
    older = administrator.browser.get(LOG, {"eldre": oldest.seq + 1}).content.decode()
    assert "Nyeste" in older
    assert "Eldre" not in older


def test_messages_show_fate_and_never_content(
    journal: Journal, administrator: Visitor, other_administrator: Visitor, opened: UUID
) -> None:
    error = {"code": "118", "text": "Paracet 500 mg kan ikke forskrives", "class": "content"}
    message(journal, state="rejected", errors=[error], patient_key=opened, raw=b"<M1>Paracet</M1>")
    message(journal, kind="ERM251", state="queued")
    page = administrator.browser.get(f"{HOME}meldinger").content.decode()
    assert "Avvist" in page
    assert "feilkode 118" in page
    assert "Legemiddelliste (PLL)" in page
    for secret in ("Paracet", "Demosen", PID, str(opened)):
        assert secret not in page
    failed = administrator.browser.get(f"{HOME}meldinger", {"vis": "feil"}).content.decode()
    assert "feilkode 118" in failed
    assert "Legemiddelliste (PLL)" not in failed
    assert "feilkode" not in other_administrator.browser.get(f"{HOME}meldinger").content.decode()


def test_what_came_in_about_nobody_or_in_no_shape_is_found(journal: Journal, administrator: Visitor) -> None:
    error = {"code": "T02", "text": "Meldingen validerer ikke", "class": "format"}
    message(journal, kind="ERM6", direction="in", state="accepted")
    message(journal, kind="ERM8", direction="in", state="quarantined", errors=[error])
    of_nobody = administrator.browser.get(f"{HOME}meldinger", {"vis": "ukjent"}).content.decode()
    assert "Utleveringsrapport" in of_nobody
    assert "Utleveringsrapport fastlege" not in of_nobody
    for start in ("²", "-1", "9" * 30):
        assert administrator.browser.get(f"{HOME}meldinger", {"fra": start}).status_code == 200
    failed = administrator.browser.get(f"{HOME}meldinger", {"vis": "feil"}).content.decode()
    assert "karantene i 30 dager" in failed
    assert "feilkode T02" in failed


def test_queries_stay_few_however_long_the_logs(
    journal: Journal,
    administrator: Visitor,
    opened: UUID,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    with journal_scope(journal):
        for number in range(30):
            record(administrator.actor, "patient.open", patient=opened)
            Message.objects.create(
                kind="ERM1", direction="out", generated_at=clock.now(), state="accepted", attempts=number
            )
    for address in (LOG, f"{HOME}meldinger", HOME):
        with django_assert_max_num_queries(10):
            assert administrator.browser.get(address).status_code == 200
