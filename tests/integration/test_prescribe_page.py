"""The prescribing form, from the chosen product to the row in the list."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from sfm.core import clock
from sfm.medication.models import Draft, Prescription, Treatment
from tests.factories import contents, treatments
from tests.integration.prescribing import Screen, as_typed, fields_of, form_address

if TYPE_CHECKING:
    from tests.office import Office

pytestmark = [
    pytest.mark.usefixtures("fest", "in_journal"),
    pytest.mark.filterwarnings("ignore:No directory at"),
]
METOPROLOL = "metoprolol 50"


@pytest.fixture
def doctor(office: Office) -> Screen:
    return Screen(office)


@pytest.fixture
def nurse(office: Office) -> Screen:
    return Screen(office, "nes", serial=1)


def rows(model: type[Any] = Treatment) -> list[Any]:
    return list(model.objects.all())


def test_a_product_becomes_a_row_with_an_unsent_prescription(doctor: Screen) -> None:
    address = form_address(METOPROLOL)
    answer = doctor.post(address, as_typed(doctor.form(address)))
    row, prescription = rows()[0], rows(Prescription)[0]
    assert answer.status_code == 303
    assert answer["Location"] == f"{doctor.root}legemidler?ny={row.pk}#row-{row.pk}"
    assert row.dosage_text == "1\N{NO-BREAK SPACE}tablett morgen og kveld"
    assert (row.patient_key, row.use_type, row.indication_text) == (doctor.patient, "1", "Mot høyt blodtrykk")
    assert (prescription.type, prescription.delivery, prescription.quantity) == ("E", "draft", Decimal(100))
    assert prescription.expires_on > clock.today()


def test_the_same_form_sent_twice_makes_one_row(doctor: Screen) -> None:
    address = form_address(METOPROLOL)
    sent = as_typed(doctor.form(address))
    first, second = doctor.post(address, sent), doctor.post(address, sent)
    assert first["Location"] == second["Location"]
    assert len(rows()) == 1


def test_add_and_new_leads_back_to_the_search(doctor: Screen) -> None:
    address = form_address(METOPROLOL)
    answer = doctor.post(address, as_typed(doctor.form(address), do="add_new"))
    assert answer["Location"].startswith(f"{doctor.root}ny?lagt=")
    assert "Lagt til i listen" in doctor.get("ny?lagt=1").content.decode()


def test_what_is_wrong_is_said_at_once_and_nothing_typed_is_lost(doctor: Screen) -> None:
    address = form_address(METOPROLOL)
    typed = as_typed(doctor.form(address), use_type="2", indication_text="", quantity="mange", comment="husk")
    answer = doctor.post(address, typed)
    shown = answer.content.decode()
    assert answer.status_code == 422
    for name in ("indication_text", "discontinue_on", "quantity"):
        assert f'href="#f-{name}"' in shown
        assert f'aria-describedby="e-{name}"' in shown
    again = fields_of(answer)
    assert {name: again[name] for name in ("quantity", "quick", "token", "use_type")} == {
        name: typed[name] for name in ("quantity", "quick", "token", "use_type")
    }
    assert rows() == []


def untouched(fields: dict[str, str]) -> dict[str, str]:
    """Sent without pressing a button that stores."""
    return {name: value for name, value in fields.items() if name != "do"}


def test_a_form_sent_by_no_button_stores_nothing(doctor: Screen) -> None:
    address = form_address(METOPROLOL)
    answer = doctor.post(address, untouched(as_typed(doctor.form(address), amount_by="quantity")))
    assert answer.status_code == 200
    assert fields_of(answer)["amount_by"] == "quantity"
    assert rows() == []


def test_choosing_a_package_keeps_what_was_typed(doctor: Screen) -> None:
    address = form_address(METOPROLOL)
    page = doctor.get(address).content.decode()
    package = page.partition("<optgroup")[2].partition('<option value="')[2].partition('"')[0]
    answer = doctor.post(address, untouched(as_typed(doctor.form(address), choice=package)))
    again = fields_of(answer)
    assert answer.status_code == 200
    assert (again["choice"], again["quick"]) == (package, "1+0+1")
    assert (again["amount_by"], again["package_count"]) == ("packages", "1")
    assert "no_substitution" in answer.content.decode()
    assert answer.content.decode().count("maks AUP") > 1, "at each package, and at the chosen one"


def test_a_brand_is_prescribed_as_one_of_its_packages(doctor: Screen) -> None:
    address = form_address("novorapid")
    fields = doctor.form(address)
    assert fields["amount_by"] == "packages"
    answer = doctor.post(address, as_typed(fields, quick="", dose_mode="text", dose_text="Som avtalt"))
    assert answer.status_code == 303
    assert rows()[0].product_kind == "package"
    assert rows(Prescription)[0].varenr == rows()[0].varenr != ""


def test_a_nurse_saves_a_draft_and_nothing_else(nurse: Screen) -> None:
    address = form_address(METOPROLOL)
    page = nurse.get(address).content.decode()
    assert "Lagre som utkast" in page
    assert ">Legg til" not in page
    sent = as_typed(nurse.form(address), do="add", comment="Fastlegen ba om dette")
    nurse.post(address, sent)
    nurse.post(address, sent)
    draft = rows(Draft)[0]
    assert (len(rows(Draft)), rows()) == (1, [])
    assert (draft.kind, draft.comment) == ("new_treatment", "Fastlegen ba om dette")


def existing(screen: Screen, **given: Any) -> Any:
    return treatments.with_prescription(screen.patient, **given)


def test_a_change_starts_from_the_row_and_changes_only_what_was_changed(
    doctor: Screen, office: Office
) -> None:
    row = existing(doctor)
    fields = doctor.form(f"behandling/{row.pk}/endre")
    assert (fields["t1"], fields["t5"], fields["version"]) == ("1", "1", "1")
    answer = doctor.post(f"behandling/{row.pk}/endre", fields | {"quick": "2 vesp"})
    changed = rows()[0]
    assert answer.status_code == 303
    assert changed.dosage_text == "2\N{NO-BREAK SPACE}tabletter kveld"
    assert (changed.indication_text, changed.starts_on) == (row.indication_text, row.starts_on)


def test_a_change_of_nothing_the_pharmacy_sees_makes_no_new_prescription(
    doctor: Screen, office: Office
) -> None:
    row = existing(doctor)
    later = (clock.today() + timedelta(days=90)).isoformat()
    address = f"behandling/{row.pk}/endre"
    doctor.post(address, doctor.form(address) | {"review_date": later})
    assert [one.delivery for one in rows(Prescription)] == ["accepted"]


def test_a_prescription_that_has_begun_is_left_alone_by_other_changes(doctor: Screen) -> None:
    row = treatments.treatment(doctor.patient)
    begun = clock.today() - timedelta(days=10)
    treatments.prescription(row, valid_from=begun)
    address = f"behandling/{row.pk}/endre"
    later = (clock.today() + timedelta(days=90)).isoformat()
    answer = doctor.post(address, doctor.form(address) | {"review_date": later})
    assert answer.status_code == 303
    assert [(one.delivery, one.valid_from) for one in rows(Prescription)] == [("accepted", begun)]


def test_a_colleague_who_was_first_is_named_and_both_versions_are_shown(doctor: Screen) -> None:
    row = existing(doctor)
    address = f"behandling/{row.pk}/endre"
    fields = doctor.form(address)
    doctor.post(address, fields | {"quick": "2 vesp"})
    answer = doctor.post(address, fields | {"quick": "3 vesp"})
    assert answer.status_code == 409
    said = " ".join(html.fromstring(answer.content).text_content().split())
    assert "endret raden" in said
    assert "Ingenting er lagret." in said
    assert "2 tabletter kveld" in said
    assert "3 tabletter kveld" in said


def test_a_nurse_proposes_a_change(nurse: Screen) -> None:
    row = existing(nurse)
    address = f"behandling/{row.pk}/endre"
    answer = nurse.post(address, nurse.form(address) | {"quick": "2 vesp"})
    assert answer.status_code == 303
    assert (rows(Draft)[0].kind, rows()[0].version) == ("change", 1)


def test_a_dose_the_form_cannot_say_is_kept_to_the_letter(doctor: Screen) -> None:
    from sfm.medication.rules.dosage import Dosage, DosagePeriod, FixedDose, StructuredDosage

    today = clock.today()
    periods = tuple(
        DosagePeriod(
            starts_on=today + timedelta(days=7 * n),
            ends_on=today + timedelta(days=7 * n + 6),
            fixed=(FixedDose(amount=Decimal(4 - n), time_of_day="1"),),
        )
        for n in range(2)
    )
    dosage = Dosage(unit="13", instruction=StructuredDosage(periods=periods))
    row = existing(doctor, content=contents.content(dosage=dosage))
    address = f"behandling/{row.pk}/endre"
    fields = doctor.form(address)
    assert fields["dose_mode"] == "kept"
    doctor.post(address, fields | {"indication_text": "Mot noe annet"})
    changed = rows()[0]
    assert (changed.dosage, changed.indication_text) == (row.dosage, "Mot noe annet")


def test_a_renewal_with_other_terms(doctor: Screen) -> None:
    row = existing(doctor)
    address = f"behandling/{row.pk}/fornye-med-endring"
    answer = doctor.post(address, doctor.form(address) | {"quantity": "50", "refills": "3"})
    new = next(one for one in rows(Prescription) if one.delivery == "draft")
    assert answer.status_code == 303
    assert (new.quantity, new.refills) == (Decimal(50), 3)


def test_a_prescription_is_added_to_a_row_without_one(doctor: Screen) -> None:
    row = treatments.treatment(doctor.patient)
    address = f"behandling/{row.pk}/resept"
    answer = doctor.post(address, doctor.form(address) | {"quantity": "98", "quantity_unit": "stk"})
    assert answer.status_code == 303
    assert [one.quantity for one in rows(Prescription)] == [Decimal(98)]


def test_an_outsider_finds_neither_the_patient_nor_the_row(doctor: Screen, nurse: Screen) -> None:
    row = existing(doctor)
    assert nurse.get(f"behandling/{row.pk}/endre").status_code == 404
    address = form_address(METOPROLOL)
    sent = as_typed(nurse.form(address))
    nurse.root = doctor.root
    assert nurse.post(address, sent).status_code == 409
    assert len(rows()) == 1


@pytest.mark.parametrize(
    "address", ["forskriv?kind=group&id=ukjent", "forskriv", "forskriv?kind=dose&id=%00"]
)
def test_an_unknown_product_is_not_found(doctor: Screen, address: str) -> None:
    assert doctor.get(address).status_code == 404


def test_the_preview_says_the_label_and_fills_the_boxes(doctor: Screen) -> None:
    typed = as_typed(doctor.form(form_address(METOPROLOL)), use_type="2")
    ends = (clock.today() + timedelta(days=10)).isoformat()
    answer = doctor.post(
        "forskriv/forhandsvis",
        typed | {"discontinue_on": ends},
        **{"HX-Request": "true", "HX-Trigger-Name": "quick"},
    )
    shown = answer.content.decode()
    assert "<html" not in shown
    assert "1\N{NO-BREAK SPACE}tablett</b> morgen og kveld" in shown
    assert "10 dager · i alt 20 tabletter" in shown
    assert 'data-use-quantity="20"' in shown
    assert 'hx-swap-oob="outerHTML"' in shown
    assert rows() == []


def test_the_preview_tells_what_it_did_not_understand(doctor: Screen) -> None:
    typed = as_typed(doctor.form(form_address(METOPROLOL)), quick="litt nå og da")
    shown = doctor.post("forskriv/forhandsvis", typed, **{"HX-Request": "true"}).content.decode()
    assert "Forstår ikke hurtigdoseringen" in shown
