"""(Favoritter) What a prescriber often prescribes, and how: counted from their own signed prescriptions.

A dose or an indication is proposed only when the prescriber has written the very same for several patients: what was
said of one person never turns up at another's.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sfm.core import clock
from sfm.core.errors import Unavailable
from sfm.fest import catalogue
from sfm.fest.hits import ProductRef
from sfm.medication import content_rows
from sfm.medication.content import Product, TreatmentContent
from sfm.medication.models import Prescription, Treatment
from sfm.medication.queries import remembered
from sfm.medication.rules import dosage_data, product_kinds
from sfm.tenancy.scope import current_journal_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.content import PrescriptionTerms

LOOKED_BACK = timedelta(days=365)
COUNTED = 1_000  # the newest prescriptions of a year
LOOKED_AT = 40  # of one product
SEVERAL = 2  # patients
OFTEN = 2  # times
SHOWN = 8
LIFE = 10 * 60.0  # seconds
COLUMNS = ("fest_id", "product_kind", "name_form_strength", "substance", "atc", "dispensing_group")


def listed(actor: Actor) -> tuple[tuple[Product, int], ...]:
    """The products most often prescribed, with how many times, that FEST still has."""
    often = [(product, count) for product, count in _counted(actor) if count >= OFTEN][: SHOWN * 2]
    there = _in_use(product for product, _ in often)
    return tuple((product, count) for product, count in often if product.fest_id in there)[:SHOWN]


def counts(actor: Actor) -> Mapping[str, int]:
    """FEST id to how many times, for ranking hits."""
    return {product.fest_id: count for product, count in _counted(actor)}


def usual(product: Product, terms: PrescriptionTerms | None, actor: Actor) -> TreatmentContent | None:
    """The product as this person usually prescribes it, valid as `terms` says; None when there is no usual way."""
    written = _own(actor).filter(treatment_id__in=_of_product(product.fest_id)).order_by("-signed_at")
    recent = list(written[:LOOKED_AT])
    rows = Treatment.objects.in_bulk({one.treatment_id for one in recent})
    habits = [(rows[one.treatment_id], one) for one in recent if one.treatment_id in rows]
    way = _shared((row.patient_key, _way(row, one)) for row, one in habits if row.dosage_kind != "text")
    if not way:
        return None
    told = json.loads(way)
    why = _shared((row.patient_key, row.indication_text) for row, _ in habits)
    return TreatmentContent(
        product=product,
        use_type=told["use_type"],
        indication_text=why,
        dosage=dosage_data.from_data(told["dosage"]),
        starts_on=clock.today(),
        prescription=terms and _amounts(terms, told, habits),
    )


def _counted(actor: Actor) -> list[tuple[Product, int]]:
    key = (current_journal_id(), "favourites", actor.practitioner_id)
    return remembered.recall(key, lambda: _count(actor), life=LIFE)


def _count(actor: Actor) -> list[tuple[Product, int]]:
    since = clock.now() - LOOKED_BACK
    recent = _own(actor).filter(signed_at__gte=since).order_by("-signed_at")
    times = Counter(recent.values_list("treatment_id", flat=True)[:COUNTED])
    found = Treatment.objects.filter(pk__in=times, product_kind__in=product_kinds.IN_FEST).exclude(fest_id="")
    products: dict[str, Product] = {}
    total: Counter[str] = Counter()
    for said in found.values("pk", *COLUMNS):
        total[said["fest_id"]] += times[said.pop("pk")]
        products.setdefault(said["fest_id"], Product(kind=said.pop("product_kind"), **said))
    return [(products[fest_id], count) for fest_id, count in total.most_common()]


def _own(actor: Actor) -> Any:
    return Prescription.objects.filter(prescriber_id=actor.practitioner_id, signed_at__isnull=False)


def _of_product(fest_id: str) -> Any:
    return Treatment.objects.filter(fest_id=fest_id).values("pk")


def _in_use(products: Iterable[Product]) -> set[str]:
    refs = [ProductRef(kind=product.kind, fest_id=product.fest_id) for product in products]
    try:
        found = catalogue.current().products(refs)
    except Unavailable:
        return set()
    today = clock.today()
    return {
        ref.fest_id
        for ref, product in found.items()
        if product.expired_on is None or product.expired_on > today
    }


def _way(row: Treatment, written: Prescription) -> str:
    """What is compared: use, dose and amount, as one text."""
    terms = content_rows.terms_of(written)
    amounts = {"quantity": terms.quantity, "unit": terms.quantity_unit, "packages": terms.package_count}
    said = {"use_type": row.use_type, "dosage": row.dosage | {"reason": ""}, "refills": terms.refills}
    return json.dumps(said | {name: str(value) for name, value in amounts.items()}, sort_keys=True)


def _shared(said: Iterable[tuple[UUID, str]]) -> str:
    """What was said of most patients, if of several; else nothing."""
    patients: dict[str, set[UUID]] = defaultdict(set)
    for patient, text in said:
        patients[text].add(patient)
    best = max(patients, key=lambda text: len(patients[text]), default="")
    return best if best and len(patients[best]) >= SEVERAL else ""


def _amounts(
    terms: PrescriptionTerms, told: dict[str, Any], habits: list[tuple[Treatment, Prescription]]
) -> PrescriptionTerms:
    same = next(one for row, one in habits if json.loads(_way(row, one)) == told)
    as_before = content_rows.terms_of(same)
    return replace(
        terms,
        package_count=as_before.package_count,
        quantity=as_before.quantity,
        quantity_unit=as_before.quantity_unit,
        varenr=as_before.varenr,
        refills=as_before.refills,
    )
