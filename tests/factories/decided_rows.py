"""Prescriptions that rest on a decision from Helfo, an application, or on what FEST says of who pays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sfm.core import clock
from sfm.core.codes import volven
from sfm.fest.product import Reimbursement, ReimbursementCode
from sfm.medication.models import ReimbursementApplication
from sfm.medication.particulars import Initiator
from sfm.medication.rules.decisions import REFUSED, Decision
from tests.factories.invented_products import METFORMIN, OMEPRAZOLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.factories.prescription_table import Case

ICPC, ICD_HELFO = "2.16.578.1.12.4.1.1.7170", "2.16.578.1.12.4.1.1.7435"
NEEDS_DECISION, ONLY_HERE = "krever vedtak fra Helfo", "gjelder ikke for dette legemidlet i dag"
INDIVIDUAL = {"legal_basis": "300", "reimbursement_code": "-90", "reimbursement_system": ICD_HELFO}
PRE_APPROVED = {"legal_basis": "200", "reimbursement_code": "T90", "reimbursement_system": ICPC}


@dataclass(frozen=True, kw_only=True)
class FestLinks:
    """As much of a product of FEST as says who pays for it."""

    groups: tuple[Reimbursement, ...]

    def reimbursements_on(self, day: date) -> tuple[Reimbursement, ...]:
        return tuple(group for group in self.groups if group.valid_on(day))


def decision(**given: Any) -> Decision:
    today = clock.today()
    values: dict[str, Any] = {
        "id": UUID(int=1),
        "outcome": "J",
        "reference": "2026/4711",
        "basis": "300",
        "product_name": METFORMIN.name_form_strength,
        "atc": METFORMIN.atc,
        "code": "-90",
        "system": ICD_HELFO,
        "code_name": "Palliativ behandling i livets sluttfase",
        "valid_from": today - timedelta(days=30),
        "valid_until": today + timedelta(days=300),
        "daily_maximum": Decimal(2000),
        "daily_unit": "mg",
    }
    return Decision(**(values | given))


def links(paragraph: str, *, needs_decision: bool = False, ends: date | None = None) -> FestLinks:
    begins = clock.today() - timedelta(days=900)
    code = ReimbursementCode(
        code=volven(7170, "T90", "Diabetes type 2"),
        subterm="",
        valid_from=begins,
        valid_until=ends,
        conditions=(),
    )
    coded = paragraph == "200"
    return FestLinks(
        groups=(
            Reimbursement(
                group_id="oppdiktet",
                paragraph=volven(7427, paragraph, ""),
                name="Oppdiktet refusjonsgruppe",
                use="",
                needs_code=coded,
                needs_decision=needs_decision,
                valid_from=begins,
                valid_until=None,
                codes=(code,) if coded else (),
                conditions=(),
            ),
        )
    )


def application() -> ReimbursementApplication:
    return ReimbursementApplication(
        content={
            "product": {"atc": METFORMIN.atc, "name": METFORMIN.name_form_strength},
            "diagnosis": {
                "code": "-90",
                "system": ICD_HELFO,
                "name": "Palliativ behandling i livets sluttfase",
            },
        }
    )


def rows(case: Callable[..., Case]) -> Iterator[Case]:
    yield from _individual(case)
    yield from _from_fest(case)
    yield from _started(case)


def _individual(case: Callable[..., Case]) -> Iterator[Case]:
    today = clock.today()
    yield case("§ 3 med vedtak", METFORMIN, decisions=(decision(),), **INDIVIDUAL)
    yield case(
        "§ 3 med vedtak for hele ATC-gruppen", METFORMIN, decisions=(decision(atc="A10B"),), **INDIVIDUAL
    )
    yield case("§ 3 med søknad sendt", METFORMIN, waiting=(application(),), **INDIVIDUAL)
    for name, granted, refused in (
        ("§ 3 uten vedtak", (), NEEDS_DECISION),
        ("§ 3, vedtaket er utløpt", (decision(valid_until=today - timedelta(days=1)),), NEEDS_DECISION),
        (
            "§ 3, vedtaket gjelder fra i morgen",
            (decision(valid_from=today + timedelta(days=1)),),
            NEEDS_DECISION,
        ),
        ("§ 3, vedtak for et annet virkestoff", (decision(atc=OMEPRAZOLE.atc),), NEEDS_DECISION),
        ("§ 3, søknaden er avslått", (decision(outcome=REFUSED),), NEEDS_DECISION),
        ("§ 3, vedtak for en annen diagnose", (decision(code="-50", code_name="HIV"),), "gjelder -50 HIV"),
    ):
        yield case(name, METFORMIN, decisions=granted, refused=refused, **INDIVIDUAL)
    yield case(
        "§ 3 uten kode", METFORMIN, decisions=(decision(),), legal_basis="300", refused="krever refusjonskode"
    )
    for basis in ("301", "302"):
        yield case(
            f"§ 3 {'a' if basis == '301' else 'b'}",
            METFORMIN,
            decisions=(decision(basis=basis),),
            refused="brukes ikke på nye resepter",
            **(INDIVIDUAL | {"legal_basis": basis}),
        )


def _from_fest(case: Callable[..., Case]) -> Iterator[Case]:
    yield case("§ 2 med kode", METFORMIN, listed=links("200"), **PRE_APPROVED)
    ended = links("200", ends=clock.today() - timedelta(days=1))
    yield case("§ 2, koden gjelder ikke lenger", METFORMIN, listed=ended, refused=ONLY_HERE, **PRE_APPROVED)
    other = PRE_APPROVED | {"reimbursement_code": "K86"}
    yield case("§ 2, kode for noe annet", METFORMIN, listed=links("200"), refused=ONLY_HERE, **other)
    decided = links("200", needs_decision=True)
    granted = decision(basis="200", code="T90", system=ICPC, code_name="Diabetes type 2")
    yield case("§ 2 som krever vedtak", METFORMIN, listed=decided, decisions=(granted,), **PRE_APPROVED)
    yield case(
        "§ 2 som krever vedtak, uten", METFORMIN, listed=decided, refused=NEEDS_DECISION, **PRE_APPROVED
    )
    run_out = replace(granted, valid_until=clock.today() - timedelta(days=1))
    yield case(
        "§ 2 som krever vedtak, utløpt",
        METFORMIN,
        listed=decided,
        decisions=(run_out,),
        refused=NEEDS_DECISION,
        **PRE_APPROVED,
    )
    yield case(
        "§ 2 som krever vedtak, søkt", METFORMIN, listed=decided, waiting=(application(),), **PRE_APPROVED
    )
    yield case("H-resept", METFORMIN, listed=links("950"), legal_basis="950")
    yield case("H-resept for noe annet", METFORMIN, listed=links("200"), legal_basis="950", refused=ONLY_HERE)
    yield case(
        "§ 3 når helseforetaket betaler",
        METFORMIN,
        listed=links("950"),
        decisions=(decision(),),
        refused=NEEDS_DECISION,
        **INDIVIDUAL,
    )
    yield case("yrkesskade", METFORMIN, listed=links("200"), legal_basis="800")


def _started(case: Callable[..., Case]) -> Iterator[Case]:
    specialist = Initiator(
        hpr="9400202", name="Oline Demospesialist", speciality="37", speciality_name="Nevrologi"
    )
    yield case("startet av spesialist", METFORMIN, said={"initiator": specialist})
    hospital = Initiator(hospital="Oppdiktet sykehus", her_id="8090300")
    yield case("startet på sykehus", METFORMIN, said={"initiator": hospital})
    for name, who, refused in (
        ("startet av en uten nummer", replace(specialist, hpr=""), "Skriv HPR-nummeret til den som startet"),
        ("startet av en med galt nummer", replace(specialist, hpr="94"), "sju til ni siffer"),
    ):
        yield case(name, METFORMIN, said={"initiator": who}, refused=refused)
