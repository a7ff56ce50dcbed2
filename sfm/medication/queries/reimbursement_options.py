"""Which reimbursements a product has on a day: FEST's with both date ranges, decisions from Helfo, and § 5-25."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfm.core import clock
from sfm.core.codes import volven
from sfm.core.errors import Unavailable
from sfm.fest import catalogue
from sfm.fest.models import ReimbursementGroup
from sfm.fest.models import Term as FestTerm
from sfm.medication import assortment
from sfm.medication.rules import product_kinds, reimbursement, reimbursement_wares, validity
from sfm.medication.rules.reimbursement import Option, Requirement, Term

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import date

    from sfm.fest.product import Condition, Reimbursement
    from sfm.fest.product import Product as FestProduct
    from sfm.medication.content import PrescriptionTerms, Product
    from sfm.medication.models import ReimbursementApplication
    from sfm.medication.rules.decisions import Decision

FROM_FEST = (reimbursement.PRE_APPROVED, reimbursement.INFECTION, reimbursement.HOSPITAL)  # rulings.md 23
SUPPLEMENT = "K"


def of(
    product: Product,
    found: FestProduct | None,
    today: date,
    *,
    granted: tuple[Decision, ...] = (),
    waiting: tuple[ReimbursementApplication, ...] = (),
) -> tuple[Option, ...]:
    if product_kinds.is_ware(product.kind):
        return tuple(_of_ware(product, today))
    if product.dispensing_group == SUPPLEMENT:
        return ()
    listed = [*_of_fest(found, today)] if found else [*_of_mixture(product, today)]
    individual = [] if _hospital_pays(listed) else [*_decided(granted), *_applied_for(waiting)]
    injury = Option(basis=reimbursement.INJURY, group="Godkjent yrkesskade")
    return tuple({one.value: one for one in (*listed, *individual, injury)}.values())


def expires_on(product: Product, terms: PrescriptionTerms) -> date | None:
    """The last day of a prescription written today where the reimbursement changes it (condition 28)."""
    found = assortment.fest_product(product, terms) if terms.legal_basis else None
    if found is None:
        return None
    value = f"{terms.legal_basis}|{terms.reimbursement_code}|{terms.reimbursement_system}"
    chosen = next((one for one in _of_fest(found, clock.today()) if one.value == value), None)
    changed = reimbursement.changed_validity(chosen) if chosen else ""
    return validity.expires_on(clock.today(), changed) if changed else None


def _hospital_pays(options: Iterable[Option]) -> bool:
    """Helfo refuses what a regional health authority finances."""
    return any(option.basis == reimbursement.HOSPITAL for option in options)


def _of_fest(found: FestProduct, today: date) -> Iterator[Option]:
    for group in found.reimbursements_on(today):
        if group.paragraph.value not in FROM_FEST:
            continue
        if not group.needs_code:
            yield _option(group, terms=_terms(group.conditions, today))
        for code in group.codes_on(today):
            terms = _terms((*code.conditions, *group.conditions), today)
            yield _option(
                group,
                terms=terms,
                code=code.code.value,
                system=code.code.system,
                name=code.code.display,
                shown=code.subterm or code.code.display,
            )


def _option(group: Reimbursement, *, terms: tuple[Term, ...], **code: str) -> Option:
    return Option(
        basis=group.paragraph.value,
        group=group.name,
        use=group.use,
        terms=terms,
        needs_decision=group.needs_decision,
        **code,
    )


def _terms(conditions: Iterable[Condition], today: date) -> tuple[Term, ...]:
    return tuple(term(condition) for condition in conditions if condition.holds_on(today))


def term(condition: Condition) -> Term:
    """A vilkår of FEST as it is judged."""
    return Term(
        id=condition.fest_id,
        number=condition.number,
        text=condition.text,
        applies_to=condition.applies_to,
        requirements=tuple(
            Requirement(type=part.type, values=part.values, names=part.names) for part in condition.structure
        ),
    )


def _of_ware(product: Product, today: date) -> Iterator[Option]:
    """§ 5 and § 6: the paragraph is that of the product group, with the group's own terms."""
    basis = reimbursement_wares.legal_basis(product.fest_id)
    if not basis:
        return
    groups = ReimbursementGroup.objects.filter(number=product.fest_id, expired_on=None)
    keys = {key for group in groups for key in group.conditions}
    yield Option(basis=basis, group=reimbursement_wares.name_of(basis), terms=_term_rows(keys, today))


def _term_rows(keys: Collection[str], today: date) -> tuple[Term, ...]:
    rows = FestTerm.objects.filter(key__in=keys, expired_on=None).order_by("number") if keys else ()
    return tuple(
        _term_row(row)
        for row in rows
        if (row.valid_from is None or row.valid_from <= today)
        and (row.valid_to is None or today <= row.valid_to)
    )


def _term_row(row: FestTerm) -> Term:
    return Term(
        id=row.key,
        number=row.number,
        text=row.text,
        applies_to=row.applies_to,
        requirements=tuple(
            Requirement(
                type=part["type"],
                values=(*part["texts"], *(code[0] for code in part["codes"])),
                names=tuple(code[-1] or code[0] for code in part["codes"]),
            )
            for part in row.structure
        ),
    )


def _of_mixture(product: Product, today: date) -> Iterator[Option]:
    """Groups tied to ATC instead of to products: if one ingredient is covered, the whole mixture is (fest.md 5.4)."""
    atcs = _ingredient_atcs(product)
    if not atcs:
        return
    groups = ReimbursementGroup.objects.filter(needs_link=False, expired_on=None, paragraph__in=FROM_FEST)
    for group in groups.exclude(atc=""):
        if any(atc.startswith(group.atc) for atc in atcs):
            yield from _of_group(group, today)


def _of_group(group: ReimbursementGroup, today: date) -> Iterator[Option]:
    """A group as its row in FEST has it, with its own terms and those of each code."""
    said: dict[str, Any] = {
        "basis": group.paragraph,
        "group": group.name,
        "use": group.use,
        "needs_decision": group.needs_decision,
    }
    if not group.needs_code:
        yield Option(**said, terms=_term_rows(group.conditions, today))
    day = today.isoformat()
    for code in group.codes:
        if code["from"] <= day <= (code["until"] or "9999"):
            own = [key for key, first, last in code.get("terms", ()) if first <= day <= (last or "9999")]
            yield Option(
                **said,
                terms=_term_rows([*own, *group.conditions], today),
                code=code["code"],
                system=code["system"],
                name=code["name"],
                shown=code["subterm"] or code["name"],
            )


def _ingredient_atcs(product: Product) -> tuple[str, ...]:
    ids = (
        {part.substance_id for part in product.recipe.ingredients if part.substance_id}
        if product.recipe
        else set()
    )
    if not ids:
        return (product.atc,) if product.atc and product.kind == product_kinds.COMPOUNDED else ()
    try:
        bones = catalogue.current().skeleton
    except Unavailable:
        return ()
    products = (*bones.groups.values(), *bones.brands.values())
    return tuple({one.atc for one in products if one.atc and ids & set(bones.substance_ids(one))})


def _decided(granted: tuple[Decision, ...]) -> Iterator[Option]:
    """A decision after a paragraph that is only read is shown with the others, and offers nothing."""
    for one in granted:
        if one.basis not in reimbursement.BASES:
            continue
        yield Option(
            basis=one.basis,
            group=f"Vedtak {one.reference}",
            use=f"gjelder til {one.valid_until:%d.%m.%Y}" if one.valid_until else "gjelder inntil videre",
            code=one.code,
            system=one.system,
            name=one.code_name,
            shown=one.code_name,
        )


def _applied_for(waiting: tuple[ReimbursementApplication, ...]) -> Iterator[Option]:
    for one in waiting:
        diagnosis = one.content.get("diagnosis", {})
        yield Option(
            basis=reimbursement.INDIVIDUAL,
            group="Søknad er sendt til Helfo",
            code=diagnosis.get("code", ""),
            system=diagnosis.get("system", "") or volven(7435, "").system,
            name=diagnosis.get("name", ""),
            shown=diagnosis.get("name", ""),
        )
