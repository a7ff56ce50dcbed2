"""Our content as M1 and back, for every kind of dose and product; and what the wire cannot say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest

from sfm.core.errors import Invalid
from sfm.exchange.translate import dosage, prescription, records
from sfm.medication.rules import dosage_text
from sfm.wire import m1, m251, schemas
from sfm.wire.values import cs
from tests.factories import contents
from tests.unit.wire import official

DAY = date(2026, 3, 2)
FEST = datetime(2026, 3, 1, 8, tzinfo=UTC)
PACKAGE = prescription.PackageFacts(
    varenr="154021", brand="Oppdiktin", size="100", unit="stk", unit_name="stykk"
)


def built(content, package=None):
    terms = content.prescription
    return prescription.to_m1(content, terms, prescribed_on=DAY, catalogue_updated_at=FEST, package=package)


@pytest.mark.parametrize(
    "said",
    ["1+0+1", "½ kveld", "2+0+1", "1 morgen mandag og torsdag", "1x4"],
)
def test_a_fixed_dose_goes_out_and_comes_back(said):
    given = contents.dosage(said)
    wire = dosage.to_wire(given, starts_on=DAY)
    text = dosage_text.text(given)
    back = dosage.from_wire(wire, text=text)
    assert wire
    assert dosage_text.text(back) == text
    assert not back.text_override


@pytest.mark.parametrize("said", ["1 vb maks 4", "1 hver 3. dag", "etter avtale"])
def test_what_the_wire_cannot_say_goes_as_text_alone(said):
    assert dosage.to_wire(contents.dosage(said), starts_on=DAY) == ()


@pytest.mark.parametrize(
    ("content", "package"),
    [
        (contents.content(), None),
        (contents.content(dosage=contents.dosage("1 vb maks 4"), use_type="3"), None),
        (
            contents.content(
                prescription=contents.terms(
                    quantity=None, quantity_unit="", package_count=Decimal("2.5"), varenr="154021"
                )
            ),
            PACKAGE,
        ),
        (
            contents.content(
                prescription=contents.terms(
                    legal_basis="200",
                    reimbursement_code="K86",
                    reimbursement_system="2.16.578.1.12.4.1.1.7170",
                    note_to_pharmacy="Oppdiktet merknad",
                    refills=3,
                )
            ),
            None,
        ),
        (contents.content(product=replace(contents.METOPROLOL, fest_id="12345", atc="")), None),
    ],
)
def test_each_prescription_fits_the_official_schema(content, package):
    official.folder()
    raw = m1.to_xml(built(content, package))
    assert schemas.validate(raw) == []
    assert m1.parse(raw) == built(content, package)


def test_a_prescription_read_back_is_the_same_treatment():
    content = contents.content()
    found = m1.parse(m1.to_xml(built(content))).medication
    product = prescription.product_of(found)
    assert (product.name_form_strength, product.atc, product.form_code, product.dispensing_group) == (
        content.product.name_form_strength,
        content.product.atc,
        content.product.form_code,
        content.product.dispensing_group,
    )
    assert product.strength == "50 mg"
    assert prescription.dosage_of(found) == content.dosage


def test_a_brand_without_package_is_refused_and_never_sent_as_a_substance():
    brand = contents.content(product=replace(contents.METOPROLOL, kind="brand", brand="Selo-Zok"))
    with pytest.raises(Invalid, match="Velg pakning"):
        prescription.to_m1(
            brand, contents.terms(), prescribed_on=DAY, catalogue_updated_at=FEST, package=None
        )


def listed(kind, at, *ids):
    """A list of one kind as it is opened; the sender is the same for all."""
    medication = m1.MEDICATION.to_xml(built(contents.content()).medication)
    entries = tuple(
        m251.SharedListEntry(id=one, type=cs("U", "Uten resept"), changed_at=at, medication=medication)
        for one in ids
    )
    organisation = SimpleNamespace(prescriber=None, name="Oppdiktapoteket")
    info = SimpleNamespace(generated_at=at, sender=SimpleNamespace(organisation=organisation))
    return SimpleNamespace(
        kind=SimpleNamespace(code=kind),
        envelope=SimpleNamespace(info=info),
        body=SimpleNamespace(entries=entries),
        extensions=(),
    )


def test_lines_a_pharmacy_has_added_since_are_to_be_decided_and_older_ones_are_not():
    doctors = listed("ERM251", datetime(2026, 2, 1, tzinfo=UTC), "a")
    newer = listed("ERM252", datetime(2026, 2, 2, tzinfo=UTC), "a", "b")
    older = listed("ERM252", datetime(2026, 1, 2, tzinfo=UTC), "c")
    assert [one.lib_id for one in records._asked_for([older, newer], doctors)] == ["b"]
    assert records._asked_for([older], doctors) == ()
