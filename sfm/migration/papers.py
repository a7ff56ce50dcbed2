"""Past reviews, Helfo's decisions and templates: what stands beside the treatments and has a place of its own here.

What it lacks to be that is kept as the element it was, and the report says so (integration.md 10.4)."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Final

from sfm.core import clock
from sfm.core.errors import NotFound, Unavailable
from sfm.fest import catalogue
from sfm.fest.hits import ProductRef
from sfm.medication.models import MedicationReview, PrescriptionTemplate, ReimbursementDecision
from sfm.medication.queries import templates
from sfm.medication.rules import decisions, review_templates
from sfm.medication.rules import templates as rules
from sfm.migration import contents, source
from sfm.migration.rows import NOBODY, Taking

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from sfm.fest.product import Product
    from sfm.wire.safe_xml import Element

MIGRATED: Final = "Migrert system"
INFORMATION_TOO_LONG: Final = 2_000


def reviews(taking: Taking, patient: Element) -> None:
    """Each registered review, closed; the next planned date stands on the newest. A wish to be left out is kept."""
    about = source.child(patient, "Legemiddelgjennomgang")
    if about is None:
        return
    done = list(source.children(about, "RegistrertLegemiddelgjennomgang"))
    days = [source.instant(one, "Dato") or _midnight(source.day(one, "Dato")) for one in done]
    newest = max((at for at in days if at), default=None)
    planned = source.day(about, "DatoNestePlanlagt")
    for number, (one, at) in enumerate(zip(done, days, strict=True)):
        name = f"RegistrertLegemiddelgjennomgang/{number}"
        if at is None:
            taking.keep("review", name, one, deviation="bad_date")
        else:
            next_on = planned if at == newest else None
            taking.took("review", name, _review(taking, one, name, at, next_on))
    if source.flag(about, "EkskluderPasient") or (planned and newest is None):
        taking.keep("review", "Legemiddelgjennomgang/0", about)


def _review(taking: Taking, element: Element, name: str, at: datetime, next_on: date | None) -> UUID:
    ident = source.ident(f"{taking.source_patient}/{name}", scope="review") or NOBODY
    by = taking.user(source.text(element, "BrukerId"))
    sources = [said for one in source.children(element, "Kilde") if (said := one.get("DN") or one.get("V"))]
    told = source.text(element, "Kommentar")
    if sources:
        told = f"{told}\nKilder: {', '.join(sources)}.".strip()
    MedicationReview.objects.get_or_create(
        pk=ident,
        defaults={
            "patient_key": taking.patient,
            "template": review_templates.DEFAULT,
            "conclusion": told[:INFORMATION_TOO_LONG],
            "next_on": next_on,
            "state": "closed",
            "started_by_id": by or NOBODY,
            "started_by": taking.name_of(by) or MIGRATED,
            "started_at": at,
            "closed_by": taking.name_of(by) or MIGRATED,
            "closed_at": at,
        },
    )
    return ident


def applications(taking: Taking, patient: Element) -> None:
    """An application Helfo has answered is known by its decisions; one without answer, or about a product FEST does not
    have, is kept."""
    for number, element in enumerate(source.children(patient, "HelfoSoknader", "Soknad")):
        name = f"Soknad/{number}"
        product = _product(source.text(element, "LegemiddelId"))
        answers = [one for one in source.children(element, "Svar") if _can_be_read(one)]
        if product is None or not answers:
            taking.keep("application", name, element, deviation="no_place" if product else "not_in_fest")
            continue
        made = [
            _decision(taking, element, answer, f"{name}/{index}", product)
            for index, answer in enumerate(answers)
        ]
        taking.took("application", name, made[-1])


def _can_be_read(answer: Element) -> bool:
    decided = source.code(answer, "Beslutning")
    return decided in decisions.OUTCOMES and source.day(answer, "Vedtaksdato") is not None


def _decision(taking: Taking, element: Element, answer: Element, name: str, product: Product) -> UUID:
    ident = source.ident(f"{taking.source_patient}/{name}", scope="decision") or NOBODY
    reason = source.child(element, "RefKode")
    by = taking.person_with(source.text(element, "LegeHpr"))
    grounds = (source.display(answer, "Avslagsgrunn"), source.text(answer, "Begrunnelse"))
    decided = decisions.Decision(
        id=ident,
        outcome=source.code(answer, "Beslutning"),
        reference=source.text(answer, "M12MeldingsId"),
        basis=source.code(element, "RefHjemmel")[:8],
        product_name=product.name_form_strength,
        atc=product.atc.value,
        fest_id=product.ref.fest_id,
        code=(reason.get("V") or "") if reason is not None else "",
        system=(reason.get("S") or "") if reason is not None else "",
        code_name=(reason.get("DN") or "") if reason is not None else "",
        valid_from=source.day(answer, "Vedtaksdato") or clock.today(),
        valid_until=source.day(answer, "GyldigTil"),
        grounds=tuple(text for text in grounds if text),
    )
    gone = source.child(element, "Slettet") is not None
    ReimbursementDecision.objects.get_or_create(
        pk=ident,
        defaults={
            "patient_key": taking.patient,
            "source": decided.source,
            "outcome": decided.outcome,
            "reference": decided.reference,
            "valid_from": decided.valid_from,
            "valid_until": decided.valid_until,
            "content": decisions.to_data(decided),
            "recorded_by": by or NOBODY,
            "recorded_by_name": source.text(element, "SokerNavn")[:255] or MIGRATED,
            "recorded_at": source.instant(element, "Sendt") or clock.now(),
            "retired_at": clock.now() if gone else None,
        },
    )
    return ident


def _product(stated: str) -> Product | None:
    if not stated:
        return None
    try:
        current = catalogue.current()
        if stated.isdigit():
            return current.by_varenr(stated)
        return current.product(ProductRef(kind="", fest_id=stated))
    except (NotFound, Unavailable):
        return None


def template(taking: Taking, element: Element, organisation: UUID | None) -> None:
    """A Mal of a person here, or of the unit: then it is everyone's. One that cannot be begun from is kept."""
    stated, name = source.text(element, "Id"), source.text(element, "Navn")
    owner = taking.user(source.text(element, "BrukerId"))
    shared = bool(source.text(element, "InstitusjonsId"))
    content = contents.template(element, taking.report)
    ident = source.ident(stated, scope="template")
    if (
        ident is None
        or organisation is None
        or content is None
        or rules.name_problem(name)
        or not (owner or shared)
    ):
        taking.keep("template", stated, element)
        return
    today = clock.today()
    kept = rules.without_patient(content, today)
    PrescriptionTemplate.objects.get_or_create(
        pk=ident,
        defaults={
            "owner_id": owner or NOBODY,
            "owner_name": taking.name_of(owner) or MIGRATED,
            "organisation_id": organisation,
            "shared": shared,
            "content": templates.data(name.strip(), kept, rules.NO_END),
            "changed_at": clock.now(),
        },
    )
    taking.took("template", stated, ident)


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time.min, tzinfo=clock.OSLO) if day else None
