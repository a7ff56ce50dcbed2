"""The pages behind the acts on a row: what they ask, what they refuse, and where they lead."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest

from portals.shared import clients
from sfm.core import clock
from sfm.exchange import lookup
from sfm.exchange.models import LookupSnapshot
from sfm.identity import users
from sfm.medication.actions import drafts, treatments
from sfm.medication.models import Draft, Treatment
from sfm.medication.queries import remembered
from sfm.tenancy.scope import journal_scope
from tests.factories import contents
from tests.factories import treatments as rows
from tests.integration.test_treatment_portal import Opened, kept, opened

if TYPE_CHECKING:
    from sfm.core.actor import Actor
    from tests.office import Office

pytestmark = pytest.mark.filterwarnings("ignore:No directory at")


@pytest.fixture(autouse=True)
def _sources_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    clients.forget()
    monkeypatch.setattr(lookup, "start", lambda **_given: True)


@pytest.fixture
def doctor(office: Office) -> Opened:
    return opened(office)


def colleague(office: Office, key: str) -> Actor:
    """Somebody of the same journal, without a browser."""
    return users.actor_for(office.people[key], office.organisation)


def reads(office: Office, pk: UUID) -> tuple[str, str]:
    """Indication and dose of a row; both are sealed outside the journal."""
    with journal_scope(office.journal):
        row = Treatment.objects.get(pk=pk)
        return row.indication_text, row.dosage_text


def about(doctor: Opened, path: str = "") -> str:
    return f"behandling/{doctor.row}{'/' if path else ''}{path}"


def page(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.mark.parametrize(
    ("path", "wrong", "right", "column", "value"),
    [
        ("pause", {"reason": ""}, {"reason": "Operasjon"}, "lifecycle", "suspended"),
        ("bruk", {"use_type": "2"}, {"use_type": "3"}, "use_type", "3"),
        ("slett", {"reason": " "}, {"reason": "Feil pasient"}, "lifecycle", "entered_in_error"),
    ],
)
def test_a_small_form_asks_refuses_and_leads_back(
    office: Office, doctor: Opened, path: str, wrong: Any, right: Any, column: str, value: str
) -> None:
    assert page(doctor.get(about(doctor, path))).count("<h1") == 1
    refused = doctor.post(about(doctor, path), {"version": 1, "tilbake": "samstem"} | wrong)
    assert refused.status_code == 422
    assert 'name="tilbake" value="samstem"' in page(refused)
    done = doctor.post(about(doctor, path), {"version": 1, "tilbake": "samstem"} | right)
    assert (done.status_code, done["Location"]) == (302, f"{doctor.root}samstem")
    assert getattr(kept(office, doctor.row), column) == value


def test_who_is_second_with_a_form_keeps_what_was_typed_and_is_told(office: Office, doctor: Opened) -> None:
    with journal_scope(office.journal):
        Treatment.objects.filter(pk=doctor.row).update(version=2)
    answer = doctor.post(about(doctor, "pause"), {"version": 1, "reason": "Operasjon"})
    assert answer.status_code == 409
    assert 'value="Operasjon"' in page(answer)
    assert 'name="version" value="2"' in page(answer)
    assert kept(office, doctor.row).lifecycle == "active"


def test_a_review_date_is_set(office: Office, doctor: Opened) -> None:
    day = clock.today() + timedelta(days=30)
    assert doctor.post(about(doctor, "revurdering"), {"version": 1, "day": day}).status_code == 302
    assert kept(office, doctor.row).review_date == day


def test_a_stale_row_is_fetched_anew_with_the_reason_beside(doctor: Opened) -> None:
    answer = doctor.act("renew", version=7)
    assert answer.status_code == 409
    assert str(doctor.row) in answer["HX-Trigger"]


def test_what_fest_does_not_have_is_copied_by_way_of_the_search(doctor: Opened) -> None:
    answer = doctor.get(about(doctor, "kopier"))
    assert (answer.status_code, answer["Location"]) == (302, f"{doctor.root}ny?q=Metoprolol")


def test_a_reaction_from_a_drug_has_the_drug_filled_in(doctor: Opened) -> None:
    answer = doctor.get(about(doctor, "reaksjon"))
    asked = urlsplit(answer["Location"])
    assert parse_qs(asked.query) == {"agent_kind": ["substance"], "agent_text": ["Metoprolol"]}
    assert 'value="Metoprolol"' in page(doctor.get(f"reaksjoner?{asked.query}"))


def test_other_forms_and_strengths_are_offered(doctor: Opened) -> None:
    assert "form, styrke eller merkevare av" in page(doctor.get(about(doctor, "bytt")))


def test_samstem_answers_each_decision_where_it_was_taken(office: Office, doctor: Opened) -> None:
    with journal_scope(office.journal):
        new = rows.treatment(doctor.key, review="unseen_new")
    shown = page(doctor.get("samstem"))
    assert "Bare hos kildene" in shown
    assert f'id="row-{new.pk}"' in shown
    headers = {"HX-Request": "true", "HX-Current-URL": f"https://sfm.test{doctor.root}samstem"}
    answer = page(doctor.post(f"behandling/{new.pk}/gjor/confirm", {"version": 1}, **headers))
    assert "Bekreftet i bruk." in answer
    assert answer.count("<td") == 4
    assert kept(office, new.pk).review == "confirmed"


def test_two_versions_stand_beside_each_other_until_one_is_chosen(office: Office, doctor: Opened) -> None:
    found = {"conflict": True, "theirs": {"dosage_text": "3 tabletter"}, "by": "Dr. Holm"}
    with journal_scope(office.journal):
        row = rows.treatment(
            doctor.key, review="unseen_changed", difference=found, unsent_base={}, unsent_verb="changed"
        )
    listed = re.search(
        rf'id="row-{row.pk}".*?data-actions="([^"]*)"', page(doctor.get("legemidler")), re.DOTALL
    )
    assert listed is not None
    assert "resolve" in listed[1].split()
    shown = page(doctor.get(f"behandling/{row.pk}/konflikt"))
    assert "3 tabletter" in shown
    assert "Dr. Holm" in shown
    assert doctor.post(f"behandling/{row.pk}/gjor/keep_ours", {"version": 1}).status_code == 302
    assert doctor.get(f"behandling/{row.pk}/konflikt").status_code == 409


ELSEWHERE = replace(contents.METOPROLOL, kind="text", fest_id="")


def changed_by_a_colleague(office: Office, doctor: Opened) -> tuple[Any, int]:
    """The form as the doctor opened it, and what a colleague stored since: another indication."""
    with journal_scope(office.journal):
        row = rows.treatment(doctor.key, content=contents.content(product=ELSEWHERE))
        by = replace(colleague(office, "berg"), practitioner_id=uuid4(), name="Kollega, Kåre")
        why = contents.content(prescription=None, indication_text="Mot migrene")
        treatments.change(treatment_id=row.pk, content=why, by=by, patient=doctor.key, version=row.version)
    return row, row.version


FORM = {
    "do": "add",
    "form": "change",
    "token": "6a1f0f0a-0000-4000-8000-000000000001",
    "use_type": "1",
    "indication_text": "Mot høyt blodtrykk",
    "dose_mode": "text",
    "dose_unit": "13",
    "dose_text": "2 tabletter morgen",
    "dose_reason": "other",
    "rx_type": "U",
    "amount_by": "quantity",
    "starts_on": "2026-01-05",
}


@pytest.mark.usefixtures("fest")
def test_two_at_once_in_the_form_are_put_together_field_by_field(office: Office, doctor: Opened) -> None:
    row, seen = changed_by_a_colleague(office, doctor)
    path = f"behandling/{row.pk}/endre"
    answer = doctor.post(path, FORM | {"version": seen})
    assert answer.status_code == 409
    shown = page(answer)
    assert 'name="side-indication_text" value="theirs"' in re.sub(r"\s+", " ", shown)
    version = int(re.search(r'name="version" value="(\d+)"', shown)[1])  # type: ignore[index]
    assert reads(office, row.pk)[1] != "2 tabletter morgen"
    sides = {"side-indication_text": "theirs", "side-dosage_text": "ours"}
    done = doctor.post(path, FORM | sides | {"version": version})
    assert done.status_code == 303, page(done)
    assert reads(office, row.pk) == ("Mot migrene", "2 tabletter morgen")


def test_a_draft_on_a_moved_base_is_put_together_by_the_approver(office: Office, doctor: Opened) -> None:
    with journal_scope(office.journal):
        row = rows.treatment(doctor.key)
        dose = contents.content(prescription=None, dosage=contents.dosage("1+0+0"))
        nurse = colleague(office, "nes")
        draft = drafts.submit(kind="change", content=dose, treatment_id=row.pk, by=nurse, patient=doctor.key)
        why = contents.content(prescription=None, indication_text="Mot migrene")
        by = replace(colleague(office, "berg"), practitioner_id=uuid4(), name="Kollega, Kåre")
        treatments.change(treatment_id=row.pk, content=why, by=by, patient=doctor.key, version=1)
        version = Treatment.objects.get(pk=row.pk).version
    assert "Godkjenn det valgte" in page(doctor.get("utkast"))
    sides = {"side-indication_text": "theirs", "side-dosage_text": "ours", "version": version}
    assert doctor.post(f"utkast/{draft.pk}/godkjenn", sides).status_code == 302
    assert reads(office, row.pk) == ("Mot migrene", "1\u00a0tablett morgen")


@pytest.mark.usefixtures("fest")
def test_the_author_writes_a_draft_anew_and_settles_its_conflict(office: Office) -> None:
    nurse = opened(office, "nes")
    with journal_scope(office.journal):
        row = rows.treatment(nurse.key, content=contents.content(product=ELSEWHERE))
        dose = contents.content(product=ELSEWHERE, prescription=None, dosage=contents.dosage("1+0+0"))
        by = colleague(office, "nes")
        draft = drafts.submit(kind="change", content=dose, treatment_id=row.pk, by=by, patient=nurse.key)
    assert nurse.post(f"utkast/{draft.pk}/kommentar", {"comment": "Kvalm om kvelden"}).status_code == 302
    shown = page(nurse.get("utkast"))
    path = re.search(r'href="[^"]*(behandling/[^"]*endre[^"]*)">Endre utkastet', shown)[1]  # type: ignore[index]
    path = path.replace("&amp;", "&")
    assert "Kvalm om kvelden" in page(nurse.get(path))
    typed = FORM | {"comment": "Ny dose", "version": row.version}
    done = nurse.post(path, typed)
    assert done.status_code == 303, page(done)
    assert nurse.post(path, typed).status_code == 409  # the link names the wording it was opened on
    with journal_scope(office.journal):
        doctor = colleague(office, "berg")
        why = contents.content(product=ELSEWHERE, prescription=None, indication_text="Mot migrene")
        treatments.change(treatment_id=row.pk, content=why, by=doctor, patient=nurse.key, version=row.version)
    shown = page(nurse.get("utkast"))
    assert "Oppdater utkastet" in shown
    assert "Endre utkastet" not in shown
    version = re.search(r'name="version" value="(\d+)"', shown)[1]  # type: ignore[index]
    sides = {"side-indication_text": "theirs", "side-dosage_text": "ours", "version": version}
    assert nurse.post(f"utkast/{draft.pk}/oppdater", sides).status_code == 302
    with journal_scope(office.journal):
        kept_draft = Draft.objects.get()
        assert (kept_draft.comment, str(kept_draft.base_version)) == ("Ny dose", version)
        drafts.approve(draft_id=draft.pk, by=doctor, patient=nurse.key)
    assert reads(office, row.pk) == ("Mot migrene", "2 tabletter morgen")


def test_a_discontinuation_is_worded_anew_by_its_author_and_by_the_approver(office: Office) -> None:
    nurse = opened(office, "nes")
    path = f"behandling/{nurse.row}/seponer"
    assert nurse.post(path, {"when": "now", "reason": "M", "version": 1}).status_code == 302
    shown = page(nurse.get("utkast"))
    link = re.search(r'href="[^"]*(behandling/[^"]*seponer[^"]*)">Endre utkastet', shown)[1]  # type: ignore[index]
    link = link.replace("&amp;", "&")
    assert re.search(r'value="M"[^>]* checked', page(nurse.get(link)))
    said = {"when": "now", "reason": "I", "comment": "Spurte på nytt", "version": 1}
    assert nurse.post(link, said)["Location"].endswith("utkast")
    assert nurse.post(link, said).status_code == 409  # the link names the wording it was opened on
    doctor = opened(office)
    shown = page(doctor.get("utkast"))
    assert "Spurte på nytt" in shown
    link = re.search(r'href="[^"]*(behandling/[^"]*seponer[^"]*)">Endre og godkjenn', shown)[1]  # type: ignore[index]
    link = link.replace("&amp;", "&")
    assert "Endre og godkjenn seponering av" in page(doctor.get(link))
    assert doctor.post(link, said | {"reason": "A"}).status_code == 302
    row = kept(office, nurse.row)
    assert (row.lifecycle, row.discontinuation_reason) == ("discontinued", "A")
    assert nurse.post(link, said).status_code == 409


def test_drafts_can_be_put_off_and_approved_together(office: Office, doctor: Opened) -> None:
    with journal_scope(office.journal):
        nurse = colleague(office, "nes")
        made = [
            drafts.submit(
                kind="new_treatment",
                content=contents.content(product=product),
                by=nurse,
                patient=doctor.key,
            )
            for product in (contents.METOPROLOL, contents.SIMVASTATIN, contents.OXYCODONE)
        ]
    assert "Godkjenn alle (2)" in page(doctor.get("utkast"))
    assert doctor.post(f"utkast/{made[2].pk}/utsett", {"note": "Snakker med pasienten"}).status_code == 302
    assert "Snakker med pasienten" in page(doctor.get("utkast"))
    assert doctor.post("utkast/alle", {"draft": [one.pk for one in made[:2]]}).status_code == 302
    with journal_scope(office.journal):
        states = [Draft.objects.get(pk=one.pk).state for one in made]
    assert states == ["approved", "approved", "deferred"]


def test_history_is_three_months_and_three_years_when_asked_for(
    office: Office, doctor: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(lookup, "start", lambda **given: asked.append(given["terms"].since))
    with journal_scope(office.journal):
        given = [{"at": f"{clock.today() - timedelta(days=days)}T12:00:00+01:00"} for days in (10, 400)]
        records = [
            {"source": "KJ", "changed_at": "", "fields": {"name_form_strength": f"Oppdiktin {n}"}}
            | {"data": {"dispensed": [one]}}
            for n, one in enumerate(given)
        ]
        LookupSnapshot.objects.create(
            patient_key=doctor.key,
            source="KJ",
            received_at=clock.now(),
            raw=b"",
            records=records,
            digest="",
        )
    short, long = page(doctor.get("historikk")), page(doctor.get("historikk?periode=3ar"))
    assert ("Oppdiktin 0" in short, "Oppdiktin 1" in short) == (True, False)
    assert ("Oppdiktin 0" in long, "Oppdiktin 1" in long) == (True, True)
    assert doctor.post("historikk/hent").status_code == 302
    assert asked[0] < str(clock.today() - timedelta(days=1000))


@pytest.mark.parametrize(("kind", "warned"), [(3, True), (1, False)])
def test_leaving_with_unsent_work_warns_except_in_municipal_care(
    office: Office, doctor: Opened, kind: int, warned: bool
) -> None:
    remembered.forget()
    type(office.organisation).objects.filter(pk=office.organisation.pk).update(type_code=kind)
    doctor.act("renew")
    assert ("data-warn-leaving" in page(doctor.get("legemidler"))) is warned
