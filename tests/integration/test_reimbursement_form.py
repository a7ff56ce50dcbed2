"""Refusjon in the prescribing form: what is offered, which terms must be confirmed, and what is kept of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sfm.core import clock
from sfm.fest import catalogue
from sfm.fest.models import ReimbursementGroup
from sfm.identity.models import Practitioner
from sfm.medication import prescribing
from sfm.medication.content import Product
from sfm.medication.models import Prescription, StatedDiagnosis, TermConfirmation, Treatment
from sfm.medication.particulars import Ingredient, Recipe
from sfm.medication.queries import reimbursement_options
from tests.integration.prescribing import Screen, as_typed, first_hit, form_address

if TYPE_CHECKING:
    from tests.office import Office

pytestmark = [
    pytest.mark.usefixtures("fest", "in_journal"),
    pytest.mark.filterwarnings("ignore:No directory at"),
]
ICPC, ICD, OWN = (f"2.16.578.1.12.4.1.1.{number}" for number in (7170, 7435, 7434))
LOOK = {"HX-Request": "true", "HX-Trigger-Name": "reimbursement"}


@pytest.fixture
def doctor(office: Office) -> Screen:
    return Screen(office)


def options(page: str) -> list[str]:
    start = page.index('id="reimbursement"')
    return [
        part.partition('"')[0] for part in page[start : page.index("</select>", start)].split('value="')[1:]
    ]


def term_of(page: str) -> str:
    return page.partition('name="term_met" value="')[2].partition('"')[0]


def test_preferred_codes_stand_first_and_the_others_last(doctor: Screen) -> None:
    page = doctor.get(form_address("metoprolol 50")).content.decode()
    found = options(page)
    assert f"200|K86|{ICPC}" in found
    assert found.index(f"200|K86|{ICPC}") < found.index(f"200|I10|{ICD}")
    assert "§ 2 Forhåndsgodkjent · ICPC-2" in page
    assert found[-1] == "800||"


def test_terms_are_shown_when_the_code_is_chosen_and_must_be_confirmed(doctor: Screen) -> None:
    address = form_address("tiotropium")
    typed = as_typed(
        doctor.form(address), reimbursement=f"200|R95|{ICPC}", dose_mode="text", dose_text="Som avtalt"
    )
    shown = doctor.post("forskriv/forhandsvis", typed, **LOOK).content.decode()
    assert "Diagnosen skal være bekreftet med spirometri." in shown
    assert 'hx-swap-oob="outerHTML"' in shown
    refused = doctor.post(address, typed)
    assert refused.status_code == 422
    assert "Bekreft at vilkåret for refusjon er oppfylt." in refused.content.decode()
    assert doctor.post(address, typed | {"term_met": term_of(shown)}).status_code == 303
    kept = TermConfirmation.objects.get()
    row = Treatment.objects.get()
    assert (kept.treatment_id, kept.outcome, kept.by_name) == (row.pk, "met", "Vilde Oppdiktet Demoberg")
    assert kept.content["text"].startswith("Diagnosen skal være bekreftet")
    assert Prescription.objects.get().reimbursement_code == "R95"


def test_a_confirmed_term_is_not_asked_again_at_renewal(doctor: Screen) -> None:
    address = form_address("tiotropium")
    typed = as_typed(
        doctor.form(address), reimbursement=f"200|R95|{ICPC}", dose_mode="text", dose_text="Som avtalt"
    )
    term = term_of(doctor.post("forskriv/forhandsvis", typed, **LOOK).content.decode())
    doctor.post(address, typed | {"term_met": term})
    row = Treatment.objects.get()
    Prescription.objects.update(delivery="accepted", rf_status="E", signed_at=clock.now())
    renewing = f"behandling/{row.pk}/fornye-med-endring"
    page = doctor.get(renewing).content.decode()
    assert "Bekreftet oppfylt av" in page
    assert 'name="term_met"' not in page
    assert doctor.post(renewing, doctor.form(renewing)).status_code == 303
    assert TermConfirmation.objects.count() == 1


def test_what_only_a_specialist_may_prescribe_needs_a_reason_of_others(
    doctor: Screen, office: Office
) -> None:
    address = form_address("isotretinoin")
    typed = as_typed(
        doctor.form(address), reimbursement=f"200|S96|{ICPC}", dose_mode="text", dose_text="Som avtalt"
    )
    refused = doctor.post(address, typed).content.decode()
    assert "skal forskrives av spesialist i hud og veneriske sykdommer" in refused
    assert 'name="term_reason"' in refused
    Practitioner.objects.filter(pk=office.people["berg"].pk).update(specialities=["16"])
    shown = doctor.post("forskriv/forhandsvis", typed, **LOOK).content.decode()
    assert "du er spesialist i hud og veneriske sykdommer".capitalize() in shown
    assert 'name="term_reason"' not in shown


def test_a_reason_is_kept_with_the_term_it_sets_aside(doctor: Screen) -> None:
    address = form_address("isotretinoin")
    typed = as_typed(
        doctor.form(address),
        reimbursement=f"200|S96|{ICPC}",
        dose_mode="text",
        dose_text="Som avtalt",
        term_reason="Startet av hudlege i fjor",
    )
    assert doctor.post(address, typed).status_code == 303
    kept = TermConfirmation.objects.get()
    assert (kept.outcome, kept.content["reason"]) == ("exception", "Startet av hudlege i fjor")


def test_condition_28_says_how_long_the_prescription_holds(doctor: Screen) -> None:
    address = form_address("trimetoprim")
    typed = as_typed(doctor.form(address), reimbursement=f"200|U71|{ICPC}")
    shown = doctor.post("forskriv/forhandsvis", typed, **LOOK).content.decode()
    assert "Sett utløpsdato" in shown
    until = clock.today().replace(year=clock.today().year + 1) - timedelta(days=1)
    assert f'data-value="{until:%d.%m.%Y}"' in shown


def test_a_code_fest_does_not_list_today_is_refused(doctor: Screen) -> None:
    address = form_address("metoprolol 50")
    answer = doctor.post(address, as_typed(doctor.form(address), reimbursement=f"200|R95|{ICPC}"))
    assert answer.status_code == 422
    assert "gjelder ikke for dette legemidlet i dag" in answer.content.decode()


def test_individual_reimbursement_needs_a_decision(doctor: Screen) -> None:
    address = form_address("metoprolol 50")
    assert not any(value.startswith("300") for value in options(doctor.get(address).content.decode()))
    answer = doctor.post(address, as_typed(doctor.form(address), reimbursement=f"300|I10|{ICD}"))
    assert "§ 3 krever vedtak fra Helfo" in answer.content.decode()


def test_a_nurse_proposes_and_leaves_the_terms_to_the_doctor(office: Office) -> None:
    nurse = Screen(office, "nes", serial=1)
    address = form_address("tiotropium")
    typed = as_typed(
        nurse.form(address), reimbursement=f"200|R95|{ICPC}", dose_mode="text", dose_text="Som avtalt"
    )
    shown = nurse.post("forskriv/forhandsvis", typed, **LOOK).content.decode()
    assert 'name="term_met"' not in shown
    assert "Legen bekrefter" in shown
    assert nurse.post(address, typed).status_code == 303
    assert TermConfirmation.objects.count() == 0


def test_a_products_own_terms_are_judged_for_the_patient_and_told(doctor: Screen) -> None:
    child = doctor.get(form_address("desloratadin smeltetablett")).content.decode()
    assert "Beregnet på barn fra 6 år til 12 år." in child
    assert "Gjelder under 12 år, pasienten er" in child
    assert "INR skal kontrolleres." in doctor.get(form_address("warfarin")).content.decode()


def test_a_diagnosis_of_the_record_system_lifts_its_code(doctor: Screen) -> None:
    for code, verification in (("K86", ""), ("K77", "refuted")):
        StatedDiagnosis.objects.create(
            patient_key=doctor.patient, system=ICPC, code=code, verification=verification, updated=clock.now()
        )
    page = doctor.get(form_address("metoprolol 50")).content.decode()
    lifted = page.partition('<optgroup label="Passer med diagnosen i journalen">')[2].partition(
        "</optgroup>"
    )[0]
    assert f"200|K86|{ICPC}" in lifted
    assert "K77" not in lifted
    assert options(page).count(f"200|K86|{ICPC}") == 1


def test_who_started_the_treatment_answers_the_term_and_is_kept(doctor: Screen) -> None:
    address = form_address("metylfenidat")
    typed = as_typed(doctor.form(address), reimbursement=f"200|P81|{ICPC}", dose_mode="text", dose_text="x")
    shown = doctor.post("forskriv/forhandsvis", typed, **LOOK).content.decode()
    assert "Hvem startet behandlingen?" in shown
    assert '<option value="40">Psykiatri</option>' in shown
    assert doctor.post(address, typed).status_code == 422
    said = {"started_hpr": "9400202", "started_name": "Oline Demospesialist", "started_speciality": "40"}
    nobody = doctor.post(address, typed | said | {"started_hpr": ""})
    assert "Skriv HPR-nummeret til den som startet behandlingen" in nobody.content.decode()
    assert doctor.post(address, typed | said).status_code == 303
    assert Prescription.objects.get().particulars["initiator"]["speciality_name"] == "Psykiatri"
    row = Treatment.objects.get()
    again = doctor.get(f"behandling/{row.pk}/endre").content.decode()
    assert "Startet av Oline Demospesialist, spesialist i psykiatri" in again


def test_a_mixture_is_covered_when_one_of_its_ingredients_is(doctor: Screen) -> None:
    covered = ReimbursementGroup.objects.get(number="C1")
    substance = prescribing.product_of(catalogue.product(first_hit("metoprolol 50").product))
    ReimbursementGroup.objects.filter(pk=covered.pk).update(needs_link=False, atc=substance.atc[:5])
    recipe = Recipe(
        instructions="Bland.",
        ingredients=(Ingredient(name="Metoprolol", substance_id=substance.substance_ids[0]),),
    )
    mixture = Product(
        kind="compounded", name_form_strength="Demomikstur", substance="Demomikstur", recipe=recipe
    )
    found = reimbursement_options.of(mixture, None, clock.today())
    assert {"K86", "I10"} <= {one.code for one in found if one.basis == "200"}
    other = replace(mixture, recipe=replace(recipe, ingredients=(Ingredient(name="Vann"),)))
    assert {one.basis for one in reimbursement_options.of(other, None, clock.today())} == {"800"}
