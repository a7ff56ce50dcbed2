"""(Vilkår for legemidlet) What FEST says must be thought of when a product is prescribed.

Judged where it can be, told where not. Never a stop: an unmet term is a warning (fest.md 5.5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfm.core import clock
from sfm.medication import assortment
from sfm.medication.content import PrescriptionTerms
from sfm.medication.queries import reimbursement_options
from sfm.medication.rules import reimbursement
from sfm.medication.rules.reimbursement import Circumstances, Option

if TYPE_CHECKING:
    from sfm.medication.content import Product
    from sfm.medication.queries.reimbursement import Patient

SHOWN = ("1", "4", "5", "7")  # 7437; 3 belongs to the reimbursement, 6 to legemiddelgjennomgang
GROUPS = {"4": "Forskrivning", "5": "Antibiotika", "7": "Førerkort"}
EXEMPTION = "34"  # shown with the reason for godkjenningsfritak


@dataclass(frozen=True, kw_only=True)
class Line:
    """`unmet`: why it does not hold for this patient; "" when it holds, or nobody can compute it."""

    heading: str
    text: str
    unmet: str = ""


def of(product: Product, patient: Patient) -> tuple[Line, ...]:
    """What does not hold first. A product FEST does not know has none."""
    found = assortment.fest_product(product, PrescriptionTerms(expires_on=clock.today()))
    if found is None:
        return ()
    today = clock.today()
    asked = [
        one
        for one in found.conditions
        if one.group in SHOWN and one.number != EXEMPTION and one.holds_on(today)
    ]
    groups = {one.fest_id: one.group for one in asked}
    facts = Circumstances(today=today, born=patient.born, sex=patient.sex)
    option = Option(basis="", group="", terms=tuple(reimbursement_options.term(one) for one in asked))
    lines = [
        Line(
            heading=GROUPS.get(groups[one.term.id], "Legemiddel"),
            text=one.term.text,
            unmet=one.why if one.state == reimbursement.UNMET else "",
        )
        for one in reimbursement.judge(option, facts, {})
    ]
    return tuple(sorted(lines, key=lambda line: not line.unmet))
