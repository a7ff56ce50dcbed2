"""What FEST says of the product today decides whether, and for how long, it can be prescribed again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from sfm.core import clock
from sfm.core.errors import Invalid
from sfm.exchange import signing
from sfm.fest import catalogue
from sfm.fest.models import Drug
from sfm.medication import prescribing
from sfm.medication.actions import treatments
from sfm.medication.models import Prescription
from sfm.medication.rules import validity
from tests.factories import contents
from tests.factories import treatments as rows
from tests.integration.prescribing import first_hit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.content import Product
    from sfm.medication.models import Treatment

pytestmark = pytest.mark.usefixtures("fest", "in_journal")


def chosen(text: str) -> Product:
    return prescribing.product_of(catalogue.product(first_hit(text).product))


def prescribed(text: str, patient: UUID, days: int = 730) -> Treatment:
    """A treatment with a prescription written a month ago, for `days` days."""
    row = rows.treatment(patient, content=contents.content(product=chosen(text)))
    written = clock.today() - timedelta(days=30)
    rows.prescription(row, prescribed_on=written, expires_on=written + timedelta(days=days))
    return row


def renew(row: Treatment, by: Actor, **given: object) -> Prescription:
    where = {"treatment_id": row.pk, "patient": row.patient_key, "version": row.version}
    treatments.renew(by=by, **where, **given)  # type: ignore[arg-type]
    return Prescription.objects.get(delivery="draft")


@pytest.mark.parametrize(
    ("text", "duration"), [("metoprolol 50", "P1Y"), ("apocillin 660", "P10D"), ("cerazette", "P3Y")]
)
def test_a_renewal_holds_as_long_as_fest_says(
    text: str, duration: str, prescriber: Actor, patient: UUID
) -> None:
    new = renew(prescribed(text, patient), prescriber)
    assert new.expires_on == validity.expires_on(clock.today(), duration)


def test_nobody_may_go_beyond_a_year_where_fest_does_not(prescriber: Actor, patient: UUID) -> None:
    longer = contents.terms(expires_on=validity.expires_on(clock.today()) + timedelta(days=1))
    with pytest.raises(Invalid) as refused:
        renew(prescribed("metoprolol 50", patient), prescriber, terms=longer)
    assert list(refused.value.fields) == ["expires_on"]


def leave_fest(row: Treatment) -> None:
    Drug.objects.filter(key=row.fest_id).update(expired_on=date(2026, 1, 1))
    catalogue.current()._one.cache_clear()


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    yield
    catalogue.current()._one.cache_clear()


def test_a_product_that_has_left_fest_is_refused_at_renewal(prescriber: Actor, patient: UUID) -> None:
    row = prescribed("metoprolol 50", patient)
    leave_fest(row)
    with pytest.raises(Invalid, match="Produktet er utgått") as refused:
        renew(row, prescriber)
    assert refused.value.code == "E09"


def test_a_product_that_leaves_fest_after_renewal_blocks_the_signing(
    prescriber: Actor, patient: UUID
) -> None:
    row = prescribed("metoprolol 50", patient)
    renew(row, prescriber)
    leave_fest(row)
    blockers = signing.review(patient_key=patient, by=prescriber, session_id="s").blockers
    assert [(b.code, b.text) for b in blockers] == [("B8", "Produktet er utgått. Velg et annet.")]


def test_what_the_pharmacy_does_not_see_can_change_on_a_product_that_is_gone(
    prescriber: Actor, patient: UUID
) -> None:
    row = prescribed("metoprolol 50", patient, days=200)
    leave_fest(row)
    content = replace(
        treatments.content_rows.content_of(row, Prescription.objects.get()),
        review_date=clock.today() + timedelta(days=60),
    )
    treatments.change(
        treatment_id=row.pk, content=content, by=prescriber, patient=patient, version=row.version
    )
    assert not Prescription.objects.filter(delivery="draft").exists()
