"""Templates and protocols: kept without the patient, offered first, begun with everything the form would say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.db import connection
from lxml import html

from portals.treatment.forms import starts as starts_form
from sfm.core import clock
from sfm.core.errors import Invalid, NotFound
from sfm.medication.actions import protocols as protocol_acts
from sfm.medication.actions import templates as acts
from sfm.medication.models import Draft, Prescription, PrescriptionTemplate, Treatment, TreatmentProtocol
from sfm.medication.queries import templates
from sfm.tenancy.scope import journal_scope
from tests.factories import contents
from tests.factories import treatments as rows
from tests.integration.portal import OWN
from tests.integration.prescribing import Screen, as_typed, first_hit, form_address

if TYPE_CHECKING:
    from uuid import UUID

    from tests.office import Office

pytestmark = [pytest.mark.usefixtures("fest"), pytest.mark.filterwarnings("ignore:No directory at")]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def doctor(office: Office) -> Screen:
    return Screen(office)


def keep(screen: Screen, text: str = "metoprolol 50", name: str = "Blodtrykk", **typed: str) -> Any:
    address = form_address(text)
    fields = as_typed(screen.form(address), **typed)
    return screen.post(address, fields | {"do": "template", "template_name": name})


def the_template(office: Office, name: str = "Blodtrykk") -> PrescriptionTemplate:
    with journal_scope(office.journal):
        return next(one for one in PrescriptionTemplate.objects.all() if templates.kept_name(one) == name)


def starts(screen: Screen, q: str = "") -> list[tuple[str, str]]:
    page: Any = html.fromstring(screen.get(f"ny/treff?q={q}", **HTMX).content.decode())
    return [(link.text_content().strip(), link.get("href")) for link in page.xpath("//a[@data-hit]")]


def protocol_of(office: Office, screen: Screen, *names: str, name: str = "Hjertepakke") -> UUID:
    ids = [str(the_template(office, one).pk) for one in names]
    sent = {"name": name, "template": ids}
    answer = screen.portal.browser.post(
        "/e/demo-epj/helsepersonell/protokoller", sent, headers=OWN | {"X-CSRFToken": screen.portal.token}
    )
    assert answer.status_code == 302, answer.content.decode()
    with journal_scope(office.journal):
        return TreatmentProtocol.objects.get().pk


def personnel(screen: Screen, path: str, fields: dict[str, str] | None = None) -> Any:
    headers = OWN | {"X-CSRFToken": screen.portal.token}
    where = f"/e/demo-epj/helsepersonell/{path}"
    if fields is None:
        return screen.portal.browser.get(where, headers=headers)
    return screen.portal.browser.post(where, fields, headers=headers)


def test_a_form_is_kept_and_opens_again_filled_in(doctor: Screen, office: Office) -> None:
    stop = clock.today() + timedelta(days=10)
    answer = keep(doctor, use_type="2", discontinue_on=stop.isoformat(), refills="2")
    assert "Malen «Blodtrykk» er lagret" in answer.content.decode()
    with journal_scope(office.journal):
        assert not Treatment.objects.exists()
    label, address = starts(doctor)[0]
    assert label == "Blodtrykk"
    fields = doctor.form(address.removeprefix(doctor.root))
    assert fields["indication_text"] == "Mot høyt blodtrykk"
    assert (fields["t1"], fields["t5"], fields["refills"]) == ("1", "1", "2")
    assert fields["starts_on"] == f"{clock.today():%d.%m.%Y}"
    assert fields["discontinue_on"] == f"{stop:%d.%m.%Y}"
    assert doctor.post(address.removeprefix(doctor.root), fields).status_code == 303


def test_the_row_holds_nothing_readable_and_nothing_of_the_patient(doctor: Screen, office: Office) -> None:
    keep(doctor, locked="1", dispatch_note="Ring på hos naboen")
    kept = the_template(office)
    said = str(kept.content)
    assert "Ring på" not in said
    assert "'locked': True" not in said
    with journal_scope(office.journal), connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM medication_prescriptiontemplate t")
        (raw,) = cursor.fetchone()
    assert "blodtrykk" not in raw.lower()
    assert "metoprolol" not in raw.lower()


@pytest.mark.parametrize(
    ("name", "typed", "field"),
    [
        ("", {}, "template_name"),
        ("Til Kari", {}, "template_name"),
        ("Blodtrykk", {"note_to_pharmacy": "Gjelder Demosen"}, "template_name"),
        ("Blodtrykk", {"indication_text": "Som for 08884812345"}, "template_name"),
        ("Blodtrykk", {"quick": "", "indication_text": "Blodtrykk"}, "dosage"),
        ("Kur", {"use_type": "2"}, "discontinue_on"),
    ],
)
def test_what_names_the_patient_or_could_not_be_begun_is_not_kept(
    doctor: Screen, office: Office, name: str, typed: dict[str, str], field: str
) -> None:
    answer = keep(doctor, name=name, **typed)
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.content.decode()
    with journal_scope(office.journal):
        assert not PrescriptionTemplate.objects.exists()


def test_the_same_name_replaces_ones_own(doctor: Screen, office: Office) -> None:
    keep(doctor)
    keep(doctor, indication_text="Mot hjertebank")
    with journal_scope(office.journal):
        assert PrescriptionTemplate.objects.count() == 1
    assert the_template(office).content["treatment"]["indication_text"] == "Mot hjertebank"


def test_templates_come_before_the_hits_while_typing(doctor: Screen) -> None:
    keep(doctor)
    found = starts(doctor, "metop")
    assert found[0][0] == "Blodtrykk"
    assert len(found) > 1
    assert starts(doctor, "blodtr")[0][0] == "Blodtrykk"


def test_a_colleague_sees_what_is_shared_and_only_that(doctor: Screen, office: Office) -> None:
    keep(doctor)
    nurse = Screen(office, "nes", serial=1)
    assert starts(nurse) == []
    address = f"maler/{the_template(office).pk}"
    assert personnel(nurse, f"{address}/slett", {}).status_code == 404
    assert personnel(doctor, f"{address}/del", {}).status_code == 302
    label, form = starts(nurse)[0]
    assert label == "Blodtrykk"
    assert nurse.get(form.removeprefix(nurse.root)).status_code == 200
    page = personnel(nurse, "maler").content.decode()
    assert "Delt av" in page
    assert f"{address}/slett" not in page
    assert personnel(nurse, f"{address}/slett", {}).status_code == 404
    assert personnel(nurse, f"{address}/behold", {}).status_code == 403


def test_a_nurse_keeps_her_own_and_shares_nothing(office: Office) -> None:
    nurse = Screen(office, "nes")
    keep(nurse)
    address = f"maler/{the_template(office).pk}"
    assert "/del" not in personnel(nurse, "maler").content.decode()
    assert personnel(nurse, f"{address}/del", {}).status_code == 403
    assert personnel(nurse, f"{address}/slett", {}).status_code == 302
    assert starts(nurse) == []


def test_renaming_asks_for_a_name_of_its_own(doctor: Screen, office: Office) -> None:
    keep(doctor)
    keep(doctor, name="Puls")
    address = f"maler/{the_template(office, 'Puls').pk}/navn"
    refused = personnel(doctor, address, {"name": "Blodtrykk"})
    assert refused.status_code == 422
    assert "allerede en mal" in refused.content.decode()
    assert personnel(doctor, address, {"name": "Høy puls"}).status_code == 302
    assert "Høy puls" in personnel(doctor, "maler").content.decode()


def test_a_group_the_person_may_not_prescribe_is_not_offered(in_journal: Any, prescriber: Any) -> None:
    acts.save(name="Smerter", content=contents.content(product=contents.OXYCODONE), by=prescriber)
    limited = replace(prescriber, permissions=prescriber.permissions - {"rx.prescribe_group_a"})
    assert [one.label for one in starts_form.at_rest("", prescriber).templates] == ["Smerter"]
    assert starts_form.at_rest("", limited).templates == ()


def test_a_protocol_becomes_unsent_rows_in_one_act(doctor: Screen, office: Office) -> None:
    keep(doctor)
    keep(doctor, "simvastatin 20", name="Kolesterol", indication_text="Mot høyt kolesterol")
    pk = protocol_of(office, doctor, "Blodtrykk", "Kolesterol")
    assert ("Hjertepakke", f"{doctor.root}protokoll/{pk}") in starts(doctor)
    sent = begin_all(doctor, pk)
    assert len(sent["template"]) == 2
    for _ in range(2):  # the same page sent twice makes one set
        assert doctor.post(f"protokoll/{pk}", sent).status_code == 303
    with journal_scope(office.journal):
        made = Treatment.objects.filter(patient_key=doctor.patient)
        assert {row.substance for row in made} == {"Metoprolol", "Simvastatin"}
        assert {row.unsent_verb for row in made} == {"created"}
        assert Prescription.objects.filter(delivery="draft").count() == 2


def begin_all(screen: Screen, pk: UUID) -> dict[str, Any]:
    page: Any = html.fromstring(screen.get(f"protokoll/{pk}").content.decode())
    form = page.get_element_by_id("protocol")
    ticked = form.xpath(".//input[@name='template'][@checked]/@value")
    return {"token": form.xpath(".//input[@name='token']/@value")[0], "template": ticked}


def test_the_nurse_begins_it_as_drafts(doctor: Screen, office: Office) -> None:
    keep(doctor)
    keep(doctor, "simvastatin 20", name="Kolesterol")
    pk = protocol_of(office, doctor, "Blodtrykk", "Kolesterol")
    with journal_scope(office.journal):
        PrescriptionTemplate.objects.update(shared=True)
        TreatmentProtocol.objects.update(shared=True)
    nurse = Screen(office, "nes", serial=1)
    nurse.post(f"protokoll/{pk}", begin_all(nurse, pk))
    with journal_scope(office.journal):
        assert Draft.objects.filter(patient_key=nurse.patient, kind="new_treatment").count() == 2
        assert not Treatment.objects.filter(patient_key=nurse.patient).exists()


def test_what_meets_another_of_the_protocol_is_warned_of_and_left_unticked(
    doctor: Screen, office: Office
) -> None:
    keep(doctor, "warfarin", name="Blodfortynnende", indication_text="Atrieflimmer")
    keep(doctor, "ibuprofen", name="Smerter", indication_text="Smerter")
    pk = protocol_of(office, doctor, "Blodfortynnende", "Smerter")
    assert begin_all(doctor, pk)["template"] == []
    assert "må avgjøres før sending" in doctor.get(f"protokoll/{pk}").content.decode()


def test_what_cannot_be_stored_is_named_and_nothing_is(doctor: Screen, office: Office) -> None:
    keep(doctor)
    keep(doctor, "simvastatin 20", name="Kolesterol")
    pk = protocol_of(office, doctor, "Blodtrykk", "Kolesterol")
    broken = the_template(office, "Kolesterol")
    with journal_scope(office.journal):
        broken.content["treatment"]["indication_text"] = ""
        broken.save()
        ids = [str(row.pk) for row in PrescriptionTemplate.objects.all()]
    token = begin_all(doctor, pk)["token"]
    sent: dict[str, Any] = {"token": token, "template": ids}
    answer = doctor.post(f"protokoll/{pk}", sent)
    assert answer.status_code == 422
    assert "Kolesterol: Skriv bruksområde." in answer.content.decode()
    with journal_scope(office.journal):
        assert not Treatment.objects.exists()


def test_a_protocol_is_shared_only_when_its_templates_are(doctor: Screen, office: Office) -> None:
    keep(doctor)
    keep(doctor, "simvastatin 20", name="Kolesterol")
    pk = protocol_of(office, doctor, "Blodtrykk", "Kolesterol")
    answer = personnel(doctor, f"protokoller/{pk}/del", {})
    assert answer.status_code == 422
    assert "Del malene først" in answer.content.decode()


def test_another_organisations_doctor_finds_nothing(in_journal: Any, prescriber: Any) -> None:
    made = acts.save(name="Delt", content=contents.content(), by=prescriber, shared=True)
    elsewhere = replace(prescriber, organisation_id=uuid4(), practitioner_id=uuid4())
    assert templates.listed(elsewhere) == ()
    with pytest.raises(NotFound):
        templates.one(made.pk, elsewhere)


def test_a_protocol_needs_two_templates(in_journal: Any, prescriber: Any) -> None:
    only = acts.save(name="Én", content=contents.content(), by=prescriber)
    with pytest.raises(Invalid) as refused:
        protocol_acts.save(name="Pakke", template_ids=[only.pk], by=prescriber)
    assert list(refused.value.fields) == ["templates"]


def test_what_is_often_prescribed_is_offered_and_opens_as_usual(doctor: Screen, office: Office) -> None:
    product = replace(contents.METOPROLOL, fest_id=first_hit("metoprolol 50").product.fest_id)
    with journal_scope(office.journal):
        me = doctor.portal.browser.session["actor"]["practitioner_id"]
        for indication in ("Mot høyt blodtrykk", "Mot høyt blodtrykk", "Migrene, jf. Oddvar"):
            row = rows.treatment(content=contents.content(product=product, indication_text=indication))
            rows.prescription(row, prescriber_id=me, refills=3)
    label, address = next(one for one in starts(doctor) if "vanlig=1" in one[1])
    assert label == "Metoprolol depottablett 50 mg"
    fields = doctor.form(address.removeprefix(doctor.root))
    assert (fields["t1"], fields["refills"], fields["indication_text"]) == ("1", "3", "Mot høyt blodtrykk")


def test_what_one_patient_alone_was_given_is_no_habit(doctor: Screen, office: Office) -> None:
    product = replace(contents.METOPROLOL, fest_id=first_hit("metoprolol 50").product.fest_id)
    with journal_scope(office.journal):
        me = doctor.portal.browser.session["actor"]["practitioner_id"]
        row = rows.treatment(content=contents.content(product=product, indication_text="Migrene"))
        for refills in (1, 2):
            rows.prescription(row, prescriber_id=me, refills=refills)
    _, address = next(one for one in starts(doctor) if "vanlig=1" in one[1])
    fields = doctor.form(address.removeprefix(doctor.root))
    assert fields["indication_text"] == ""
    assert fields.get("t1", "") == ""
