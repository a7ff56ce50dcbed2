"""The real Basis payloads: they are read, and what we answer has their structure, but for what is explained here."""
# ruff: noqa: F811  a fixture is imported where it is used

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from sfm.core import clock
from sfm.fhir.basis import parameters
from sfm.fhir.basis.read import bundle, statement
from sfm.fhir.data_sharing.r4 import json_form
from sfm.fhir.data_sharing.r4.check import check
from sfm.medication.content import Product
from sfm.medication.models import CriticalReaction, MedicationList
from sfm.medication.particulars import Ingredient, Recipe
from sfm.medication.rules.dosage import Dosage, ShortDose
from sfm.tenancy.scope import journal_scope
from tests.contract.basis_examples import examples
from tests.factories import contents, sending
from tests.factories import treatments as rows
from tests.integration.basis import Basis, Document, basis  # noqa: F401

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.filterwarnings("ignore:No directory at", "ignore::DeprecationWarning")
RESPONSES = ("response_getmedex1.json", "response_getmed_20250225.json")

SAID, BY = "extension:sfm-reseptamendment.extension:", "extension:sfm-regInfo.extension:provider"
# What real answers have and ours have not: profile and the beginning of the path, and why
MISSING = {
    ("Medication", ""): "an ingredient is written as sfm-Substance, also when it is a product",
    ("KjPractitionerRole", "code"): "the category of who registered a reaction is not known to us",
    ("KjPractitionerRole", "organization"): "nor the unit",
    ("KjPractitionerRole", "practitioner.identifier"): "nor the number",
    ("KjPractitionerRole", "practitioner.reference"): "a name is no resource",
    ("sfm-MedicationStatement", "extension:effectiveDateTime"): "written as the element R4 has for it",
    ("sfm-MedicationStatement", f"{SAID}reimbursementcode.valueCodeableConcept.coding.display"): "the code alone",
    ("sfm-MedicationStatement", f"{SAID}ereseptdosing.extension:endtime"): "said when a period ends; none does here",
    ("sfm-Practitioner", "birthDate"): "the journal does not hold it of health personnel",
    ("sfm-Practitioner", "gender"): "likewise",
    ("sfm-PractitionerRole", "code.text"): "PLL author is said by the code 7490 L",
    ("sfm-PractitionerRole", "organization.identifier"): "M9.12 is kept with names of parties alone",
}  # fmt: skip
# What ours have and real answers have not, for the same reason or for strict R4
MORE = {
    ("*", "meta.versionId"): "so that an unchanged resource can be told",
    ("*", "meta.lastUpdated"): "likewise",
    ("sfm-MedicationComposition", "identifier.system"): "bdl-9: the identifier of a document has a system",
    ("sfm-MedicationComposition", "section.emptyReason"): "documented; in these examples no section is empty",
    ("sfm-MedicationStatement", "effectiveDateTime"): "the element instead of the extension",
    ("sfm-MedicationStatement", "extension:sfm-discontinuation.extension:note"): "documented",
    ("*", "extension:sfm-reseptamendment.extension:amount"): "documented; with the code of 7452 beside its name",
    ("sfm-BandaPrescription", "extension:sfm-reseptamendment"): "the same amendment as on a medicine",
    ("sfm-PLL-info", "extension:sfm-pllInformation.extension:relatedparties"): "documented; of multidose patients",
    ("sfm-Medication", "extension:sfm-medicationdetails.extension:name"): "documented; of what is no package",
    ("sfm-Patient", "address"): "address with use and line, as it is sent in",
    ("sfm-Patient", "name.use"): "official",
    ("sfm-Practitioner", "qualification"): "no-basis: category and specialty",
    ("sfm-MedicationStatement", f"{BY}.valueReference.identifier"): "HPR, so that no look-up is needed",
    ("sfm-MedicationComposition", "author.identifier"): "likewise",
    ("KjAllergyIntolerance", "code"): "text, and what was chosen",
    ("KjAllergyIntolerance", "reaction.manifestation.text"): "likewise",
}  # fmt: skip


@pytest.mark.parametrize("name", ["request_getmed.json", *RESPONSES, "response_OperationOutcome_error.json"])
def test_real_payloads_are_r4_to_us(name: str) -> None:
    content = json_form.read(examples(name))
    check(content, str(content["resourceType"]))


@pytest.mark.parametrize(("name", "count"), [(RESPONSES[0], 3), (RESPONSES[1], 29)])
def test_a_real_document_sent_back_is_read_whole(name: str, count: int) -> None:
    """With what a sender adds: whom it replaces, and who goes good for it."""
    content = json_form.read(examples(name))
    composition = content["parameter"][0]["resource"]["entry"][0]["resource"]
    composition["relatesTo"] = [{"code": "replaces", "targetIdentifier": dict(composition["identifier"])}]
    composition["attester"] = [{"mode": "legal", "party": composition["author"][0]}]
    sent = bundle.read(parameters.read(content))
    found = statement.of_document(sent)
    assert len(found) == count
    assert all(one.key and one.path for one in found)
    assert {one.ending is not None for one in found} == ({True, False} if count > 3 else {False})


def shapes(content: dict[str, Any]) -> dict[str, set[str]]:
    """Profile → every path there is, with extensions by name and without indices."""
    found: dict[str, set[str]] = {}
    for entry in content["parameter"][0]["resource"]["entry"]:
        resource = entry["resource"]
        profile = resource["meta"]["profile"][0].rpartition("/")[2]
        found.setdefault(profile, set()).update(_paths(resource, ""))
    return found


def _paths(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            url = one.get("url", "") if isinstance(one, dict) else ""
            here = f"{path}:{url.rpartition('/')[2]}" if url and path.endswith("extension") else path
            yield from _paths(one, here)
    elif isinstance(value, dict):
        for name, part in value.items():
            if not (name == "url" and "extension" in path):
                yield from _paths(part, f"{path}.{name}" if path else name)
    else:
        yield path


@pytest.fixture
def rich(basis: Basis) -> Basis:
    """Kari with one of everything the real answers hold."""
    with journal_scope(basis.office.journal):
        key = sending.patient()
        by = _doctor(basis)
        head = {"has_pll": True, "pll_head": uuid4(), "pll_signed_by": by.name, "pll_signed_at": clock.now()}
        MedicationList.objects.create(patient_key=key, multidose_pharmacy="Oppdiktet apotek", **head)
        _treatments(key, by)
        CriticalReaction.objects.create(
            patient_key=key, agent_kind="atc", agent_code="J01CE02", agent_text="Fenoksymetylpenicillin",
            reaction="2", severity="1", certainty="1", verification="1", source_of_information="2",
            registered_by=by.name, known_to=["KJ"], updated=clock.now(), created=clock.now(),
        )  # fmt: skip
    return basis


def _doctor(basis: Basis) -> Any:
    from sfm.identity import users

    return users.actor_for(basis.office.people["berg"], basis.office.organisation)


def _treatments(key: UUID, by: Any) -> None:
    """A package with a short dose and refund, renewed; a compounded one; one discontinued; a ware."""
    listed = {"by": by, "sources": ["lokal", "PLL"]}
    terms = contents.terms(
        quantity=None, quantity_unit="", package_count=Decimal(1), varenr=_varenr(), legal_basis="200",
        reimbursement_code="-90", reimbursement_system="2.16.578.1.12.4.1.1.7434",
    )  # fmt: skip
    short = Dosage(unit="13", instruction=ShortDose(code="5507", template="1 <dose> morgen"))
    package = contents.content(product=_package(), prescription=terms, dosage=short, starts_on=clock.today())
    row = rows.treatment(key, content=package, **listed)
    said = {name: getattr(terms, name) for name in ("package_count", "varenr", "quantity", "quantity_unit")}
    said |= {
        "legal_basis": "200",
        "reimbursement_code": "-90",
        "reimbursement_system": terms.reimbursement_system,
    }
    old = rows.prescription(
        row,
        by=by,
        rf_status="T",
        recalled_at=clock.now(),
        recall_reason="1",
        recall_id=uuid4(),
        recall_note="Ny",
        **said,
    )
    rows.prescription(row, by=by, previous_id=old.pk, prescribed_on=clock.today(), **said)
    parts = (
        Ingredient(
            name="Oppdiktin",
            substance_id="ID_00000000-0000-4000-8000-0000000000A9",
            amount=Decimal(1),
            unit="mg",
        ),
        Ingredient(name="Vann", dilution="ad"),
    )
    recipe = Recipe(instructions="Blandes", amount=Decimal(450), unit="ml", ingredients=parts)
    mixture = Product(
        kind="compounded", name_form_strength="Oppdiktet mikstur", substance="Oppdiktet mikstur",
        form="oppl", form_code="136", dispensing_group="C", recipe=recipe,
    )  # fmt: skip
    rows.with_prescription(key, content=contents.content(product=mixture), **listed)
    structured = replace(contents.content(), discontinue_on=clock.today() + timedelta(days=30))
    rows.with_prescription(key, content=structured, dosage_ends_on=clock.today(), **listed)
    gone = rows.with_prescription(key, content=contents.content(product=contents.SIMVASTATIN), **listed)
    gone.lifecycle, gone.discontinued_at, gone.discontinuation_reason = "discontinued", clock.now(), "A"
    gone.discontinuation_note = "Ferdig"
    gone.save()
    ware = Product(
        kind="consumable", fest_id="505", name_form_strength="Stomiutstyr", substance="Stomiutstyr"
    )
    made = rows.treatment(
        key, content=contents.content(product=ware, dosage=contents.dosage("etter behov")), by=by
    )
    rows.prescription(
        made,
        by=by,
        legal_basis="505",
        rf_status="T",
        recalled_at=clock.now(),
        recall_reason="3",
        recall_id=uuid4(),
    )


def _package() -> Any:
    from sfm.fest import catalogue
    from sfm.medication import prescribing

    return prescribing.product_of(catalogue.current().by_varenr(_varenr()))


def _varenr() -> str:
    from sfm.fest.models import Drug

    return str(Drug.objects.filter(kind="package").exclude(varenr="").order_by("varenr").first().varenr)


def test_our_answer_has_the_structure_of_the_real_ones(rich: Basis, settings: SettingsWrapper) -> None:
    rich.rf.down = True  # an answer without a list would take the list away again
    settings.BASIS_SOURCE_WAIT = 0
    answer = rich.get()
    assert answer.status_code == 200, answer.content
    ours = shapes(answer.json())
    real: dict[str, set[str]] = {}
    for name in RESPONSES:
        for profile, found in shapes(json.loads(examples(name))).items():
            real.setdefault(profile, set()).update(found)
    gone = {(p, path) for p, found in real.items() for path in found - ours.get(p, set())}
    unexplained = {one for one in gone if not any(_is_about(one, known) for known in MISSING)}
    assert not unexplained
    unused = [known for known in MISSING if not any(_is_about(one, known) for one in gone)]
    assert not unused, "explained, and no longer so"
    new = {(p, path) for p, found in ours.items() for path in found - real.get(p, set())}
    assert not {one for one in new if not any(_is_about(one, known) for known in MORE)}


def _is_about(one: tuple[str, str], known: tuple[str, str]) -> bool:
    return known[0] in ("*", one[0]) and one[1].startswith(known[1])
