"""The extensions are XSD 1.1, which only a test dependency understands."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import xmlschema

from sfm.wire import m1, m5, m251_extension
from sfm.wire.binding import Root
from sfm.wire.m251_extension import (
    Author,
    AuthorOrganisation,
    AuthorPerson,
    EntryDosage,
    HandledWarning,
    ListExtension,
    MedicationReview,
    Reference,
    TreatmentChange,
    TreatmentComment,
)
from sfm.wire.values import cv
from tests.unit.wire import official

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
DISCONTINUED = m1.Discontinuation(at=NOW, reason=cv("1", 7494, "Avsluttet"), note="Ferdig")
AUTHOR = Author(
    person=AuthorPerson(hpr_number="009999999", given_name="Lege", family_name="Demosen"),
    organisation=AuthorOrganisation(her_id="8000001", name="Oppdiktet legekontor"),
)
CODE = cv("1", 7479, "Oppdiktet")
VALUES = [
    (
        "ER-M1-2013-10-08-extension-1.xsd",
        m1.EXTENSION,
        m1.PrescriptionExtension(
            version="1",
            dosage=m1.DosageExtension(intake_advice=(CODE,), dosage_text="1", additional_text="med mat"),
            discontinuation=DISCONTINUED,
            diagnosis=cv("R78", 7170, "Akutt bronkitt"),
        ),
    ),
    (
        "ER-M5-2013-04-16-extension-1.xsd",
        m5.EXTENSION,
        m5.RecallExtension(version="1", discontinuation=DISCONTINUED),
    ),
    (
        "ER-M251-2013-10-08-extension-1.xsd",
        m251_extension.EXTENSION,
        ListExtension(
            version="1",
            dosages=(EntryDosage(entry_id="a", intake_advice=(CODE,), additional_text="med mat"),),
            warnings=(
                HandledWarning(
                    entry_ids=("a", "b"),
                    id="c",
                    type=CODE,
                    code=CODE,
                    at=NOW,
                    author=AUTHOR,
                    reference=Reference(identifier="1", timestamp=NOW, type="FEST", display="Interaksjon"),
                ),
            ),
            changes=(TreatmentChange(entry_id="a", codes=(CODE,), at=NOW, author=AUTHOR),),
            comments=(TreatmentComment(entry_id="a", at=NOW, note="Oppdiktet", author=AUTHOR),),
            review=MedicationReview(at=NOW, author=AUTHOR),
        ),
    ),
]


@pytest.mark.parametrize(("file_name", "root", "value"), VALUES, ids=lambda part: str(part)[:20])
def test_an_extension_validates(file_name: str, root: Root[object], value: object) -> None:
    folder = official.folder()
    schema = xmlschema.XMLSchema11(
        str(folder / file_name),
        locations={"http://www.kith.no/xmlstds": str(folder / "kith.xsd")},
        validation="lax",
    )
    schema.validate(root.to_xml(value).decode())
    assert root.parse(root.to_xml(value)) == value
    with pytest.raises(xmlschema.XMLSchemaException):
        schema.validate(root.to_xml(value).decode().replace("2026-03-02T", "i fjor "))
