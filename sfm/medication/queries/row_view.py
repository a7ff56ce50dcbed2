"""One treatment as one row of the list: status, badges, dose, prescription, dates (clinical.md 4.2–4.3)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from sfm.core import clock, names
from sfm.medication.models import Delivery, Lifecycle, Prescription, Review
from sfm.medication.queries import row_actions, words
from sfm.medication.queries.rows import Badge, DateLine, Difference, Dose, InUseRow, PrescriptionCell, Status
from sfm.medication.rules import dosage_text, product_kinds

if TYPE_CHECKING:
    from sfm.core.actor import Actor
    from sfm.medication.content import PrescriptionTerms
    from sfm.medication.models import Draft, Treatment
    from sfm.medication.queries.chains import Chain
    from sfm.medication.queries.rows import Mark

GROUP_BADGES = {
    group: Badge(text=group, name=f"Reseptgruppe {group}", kind=f"group-{group.lower()}") for group in "AB"
}
LOCKED = Badge(text="🔒 Låst", name="Låst resept: hentes ut med referansenummer", kind="locked")
SEVERAL = Badge(text="Flere resepter", name="Flere gyldige resepter på samme behandling", kind="warn")
MULTIDOSE = Badge(text="Multidose", name="Pakkes i multidose", kind="multidose")
EXPIRING = timedelta(days=60)
WITHOUT = PrescriptionCell(headline="Uten resept")
UNSENT_LIST = {
    "created": "Ny, ikke sendt",
    "changed": "Endret, ikke sendt",
    "renewed": "Fornyet, ikke sendt",
    "prescribed": "Ny resept, ikke sendt",
    "discontinued": "Seponert, ikke sendt",
    "reactivated": "Tatt i bruk igjen, ikke sendt",
    "recalled": "Tilbakekalt, ikke sendt",
    "confirmed": "Bekreftet, ikke sendt",
    "suspended": "Pauset, ikke sendt",
    "resumed": "Gjenopptatt, ikke sendt",
    "entered_in_error": "Slettet, ikke sendt",
    "linked": "Slått sammen, ikke sendt",
    "recalled_older": "Eldre resepter tilbakekalles, ikke sendt",
    "to_multidose": "Til multidose, ikke sendt",
    "from_multidose": "Ut av multidose, ikke sendt",
}
HANDLED = {
    "renewed": "✓ behandlet, fornyes",
    "changed": "✓ behandlet, endres",
    "confirmed": "✓ bekreftet i bruk",
    "linked": "✓ slått sammen",
}
PAPER = "P"  # 7491: RF never knows it
NO_DRAFT_STATUS = Status(text="Utkast", tone="draft")


def row(
    treatment: Treatment,
    chain: Chain,
    draft: Draft | None,
    *,
    actor: Actor,
    today: date,
    marks: tuple[Mark, ...] = (),
    multidose: bool = False,
    editable: bool = True,
) -> InUseRow:
    actions = row_actions.of_treatment(
        treatment,
        active=chain.active,
        unsent=chain.unsent,
        last=chain.last,
        draft=draft,
        actor=actor,
        several_active=chain.several_active,
        multidose=multidose,
        editable=editable,
    )
    return InUseRow(
        id=treatment.id,
        kind="treatment",
        version=treatment.version,
        status=status(treatment, draft, today),
        substance=_name(treatment),
        strength=words.strength(treatment.strength),
        form=words.generic(treatment.form),
        brand=treatment.brand,
        badges=badges(treatment.dispensing_group, chain.current, in_multidose=treatment.in_multidose)
        + ((SEVERAL,) if chain.several_active else ()),
        dose=dose(treatment.dosage_text),
        indication=treatment.indication_text,
        difference=difference(treatment),
        marks=marks,
        prescription=prescription_cell(treatment, chain, today),
        dates=dates(treatment, chain, today),
        sources=words.sources(treatment.sources),
        shelf=treatment.shelf,
        atc=treatment.atc,
        actions=actions,
        unsent=bool(treatment.unsent_verb),
        sort_key=_sort_key(treatment),
        expiring=("renew" in actions or "draft_renew" in actions)
        and _expiring(treatment, chain.current, today),
    )


def _name(treatment: Treatment) -> str:
    """A product group is written as FEST names it; a substance in small letters."""
    if product_kinds.is_ware(treatment.product_kind):
        return treatment.substance
    return words.generic(treatment.substance) or treatment.name_form_strength


def _expiring(treatment: Treatment, current: Prescription | None, today: date) -> bool:
    """A and B are never renewed together with others (clinical.md 5.3)."""
    together = treatment.dispensing_group not in GROUP_BADGES
    return together and current is not None and current.expires_on <= today + EXPIRING


def _sort_key(treatment: Treatment) -> str:
    """A–Å; what has ended stands by its end, newest first (MEDv-100)."""
    name = treatment.substance.casefold()
    if not treatment.has_ended or treatment.discontinued_at is None:
        return name
    return f"{date.max.toordinal() - words.local_day(treatment.discontinued_at).toordinal():07} {name}"


def status(treatment: Treatment, draft: Draft | None, today: date) -> Status:
    """First match wins (clinical.md 4.3)."""
    if draft is not None:
        return of_draft(draft)
    detail, review = treatment.review_note, treatment.review
    if treatment.lifecycle == Lifecycle.ENTERED_IN_ERROR:
        return Status(text="Feilregistrert", detail="slettes når du signerer", tone="ended")
    if review == Review.CONFIRMED:
        return _settled(treatment, today)
    if treatment.difference and treatment.difference.get("conflict"):
        return Status(text="Konflikt", detail=detail, tone="pending")
    if review == Review.UNSEEN_NEW:
        return Status(text="Ny", detail=detail, tone="changed")
    if review == Review.UNSEEN_CHANGED:
        return Status(text="Endret", detail=detail, tone="changed")
    if review == Review.DISMISSED:
        return Status(text="Ikke aktuelt", detail=detail, tone="ended")
    return Status(text="Inaktiv", detail=detail, tone="pending")


def of_draft(draft: Draft) -> Status:
    if draft.state == "deferred":
        return Status(text="Utkast", detail=f"utsatt av {names.short(draft.decided_by)}", tone="draft")
    return Status(text="Utkast", detail=f"av {names.short(draft.author_name)}", tone="draft")


def _settled(treatment: Treatment, today: date) -> Status:
    if treatment.lifecycle == Lifecycle.SUSPENDED:
        return _suspended(treatment, today)
    if treatment.has_ended:
        at = treatment.discontinued_at
        return Status(text="Seponert", detail=words.day(words.local_day(at)) if at else "", tone="ended")
    handled = HANDLED.get(treatment.unsent_verb, "")
    tone = "handled" if handled else ""
    if treatment.discontinued_at is not None:
        stop = words.local_day(treatment.discontinued_at)
        return Status(text=f"Seponeres {words.short_day(stop)}", detail=handled, tone=tone)
    if treatment.starts_on is not None and treatment.starts_on > today:
        return Status(text=f"Starter {words.short_day(treatment.starts_on)}", detail=handled, tone=tone)
    return Status(text="I bruk", detail=handled, tone=tone)


def _suspended(treatment: Treatment, today: date) -> Status:
    """Stays among what is in use, and is seen; a pause that is over asks what now."""
    since, until = treatment.suspended_from, treatment.suspended_to
    if until is not None and until < today:
        return Status(text="Pause over", detail=f"skulle vare til {words.short_day(until)}", tone="pending")
    said = f"fra {words.short_day(since)}" if since is not None and since > today else ""
    said = f"{said} til {words.short_day(until)}".strip() if until is not None else said
    return Status(text="Pauset", detail=said or "til videre", tone="suspended")


def badges(
    group: str, current: Prescription | PrescriptionTerms | None, *, in_multidose: bool
) -> tuple[Badge, ...]:
    found = []
    if group in GROUP_BADGES:
        found.append(GROUP_BADGES[group])
    if current is not None and current.legal_basis:
        found.append(
            Badge(text="§", name=f"Hjemmel {words_of_basis(current.legal_basis)}", kind="reimbursed")
        )
    if isinstance(current, Prescription) and current.locked:
        found.append(LOCKED)
    if isinstance(current, Prescription) and current.agency_status:
        status = words.AGENCY_STATUS[current.agency_status]
        found.append(Badge(text="DMP", name=f"Godkjenningsfritak: {status.lower()}", kind="agency"))
    if in_multidose:
        found.append(MULTIDOSE)
    return tuple(found)


def words_of_basis(code: str) -> str:
    """7427: 200 is § 2, 300 is § 3 …, 950 is H-resept."""
    if code == "950":
        return "H-resept"
    if code[0] in "56" and len(code) == len("504"):  # handelsvarer: 504 is § 5 nr. 4
        return f"§ {code[0]}" + (f" nr. {int(code[1:])}" if int(code[1:]) else "")
    return f"§ {code[0]}" + (f" {'abcdefg'[int(code[2]) - 1]}" if code[2:] not in ("", "0") else "")


def dose(text: str) -> Dose:
    before, amount, after = dosage_text.cut(text)
    return Dose(before=before, amount=amount, after=after)


def difference(treatment: Treatment) -> Difference | None:
    if treatment.review == Review.CONFIRMED:
        return None
    found = treatment.difference
    if not found or "before" not in found:
        return None
    return Difference(before=found["before"], after=found["after"], by=found.get("by", ""))


def prescription_cell(treatment: Treatment, chain: Chain, today: date) -> PrescriptionCell:
    current = chain.current
    if current is None:
        note = UNSENT_LIST.get(treatment.unsent_verb, "")
        return PrescriptionCell(headline="Uten resept", status=note, tone="unsent") if note else WITHOUT
    expired = current.expires_on < today and current.delivery != Delivery.DRAFT
    return PrescriptionCell(
        headline=headline(current),
        detail=_detail(current),
        status=state_text(current, treatment),
        due=f"Utløpt {words.day(current.expires_on)}" if expired else "",
        error="; ".join(error["text"] for error in current.errors),
        tone="due" if expired else _tone(current, treatment),
    )


def headline(prescription: Prescription) -> str:
    name = words.TYPES.get(prescription.type, "Resept")
    return f"{name} · {words_of_basis(prescription.legal_basis)}" if prescription.legal_basis else name


def _detail(prescription: Prescription) -> str:
    parts = [f"til {words.day(prescription.expires_on)}"]
    if prescription.refills:
        parts.append(f"reit {prescription.refills}")
    return " · ".join(parts)


def state_text(prescription: Prescription, treatment: Treatment | None = None) -> str:
    recall = prescription.recall_delivery
    if prescription.rf_status == "U" and (recall == Delivery.ACCEPTED or prescription.recalled_at):
        return "Tilbakekalles når ekspedering er ferdig"
    if recall == Delivery.DRAFT:
        unsent = UNSENT_LIST.get(treatment.unsent_verb, "") if treatment else ""
        return unsent or "Tilbakekalles, ikke sendt"
    if recall and recall not in (Delivery.ACCEPTED, Delivery.WITHDRAWN):
        return f"Tilbakekalling: {words.DELIVERY[recall].lower()}"
    if prescription.rf_missing_since:
        return words.GONE_FROM_RF
    if prescription.type == PAPER and prescription.delivery == Delivery.ACCEPTED:
        return "Skrives ut på papir"
    if prescription.rf_status and prescription.delivery != Delivery.REJECTED:
        return words.RF_STATUS[prescription.rf_status]
    return words.DELIVERY[prescription.delivery]


def _tone(prescription: Prescription, treatment: Treatment) -> str:
    if prescription.recall_delivery in words.TONE and prescription.recall_delivery != Delivery.ACCEPTED:
        return words.TONE[prescription.recall_delivery]
    if treatment.unsent_verb and prescription.delivery == Delivery.ACCEPTED:
        return "unsent"
    if prescription.rf_missing_since:
        return "due"
    return words.TONE[prescription.delivery]


def dates(treatment: Treatment, chain: Chain, today: date) -> tuple[DateLine, ...]:
    found = []
    if treatment.starts_on is not None:
        start = treatment.starts_on
        found.append(DateLine(label="START", value=words.day(start), future=start > today))
    if treatment.suspended_to is not None and treatment.lifecycle == Lifecycle.SUSPENDED:
        back = treatment.suspended_to
        found.append(DateLine(label="PAUSET TIL", value=words.day(back), due=back < today))
    if treatment.discontinued_at is not None and not treatment.has_ended:
        stop = words.local_day(treatment.discontinued_at)
        found.append(
            DateLine(label="SEPONERES", value=words.day(stop), due=stop <= today, future=stop > today)
        )
    if treatment.review_date is not None:
        due = treatment.review_date <= today
        found.append(DateLine(label="REVURDERES", value=words.day(treatment.review_date), due=due))
    if chain.last_dispensed_at is not None:
        found.append(
            DateLine(label="SIST UTLEVERT", value=words.day(words.local_day(chain.last_dispensed_at)))
        )
    return tuple(found)


def recently_ended(treatment: Treatment) -> bool:
    """Within the 90 days a discontinued entry stays on the list."""
    at = treatment.discontinued_at
    return at is None or clock.now() - at <= timedelta(days=90)
