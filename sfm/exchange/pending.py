"""What one sending of a patient would hold: read once, for the review page and again, under lock, for the signing."""

from __future__ import annotations

import hashlib
import json
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfm.core import clock
from sfm.core.errors import SfmError
from sfm.core.ids import PatientKey
from sfm.exchange import envelopes, reference_numbers
from sfm.exchange.translate import parties
from sfm.exchange.translate.shared_list import is_locked
from sfm.gateways.rf import clock_check
from sfm.identity.principal import SECURITY_LEVEL
from sfm.medication import assortment, content_data, content_rows
from sfm.medication.models import (
    Delivery,
    Draft,
    Lifecycle,
    MedicationList,
    Prescription,
    Review,
    SourceStatus,
    Treatment,
)
from sfm.medication.queries import chains, lar, reimbursement, warnings
from sfm.medication.rules import blockers, particular_checks, product_kinds, rights, validation
from sfm.medication.rules.blockers import Blocker
from sfm.medication.rules.particular_checks import Person
from sfm.patients import vault
from sfm.tenancy.models import Organisation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.content import TreatmentContent
    from sfm.medication.queries.alert_facts import Judged
    from sfm.medication.queries.chains import Chain
    from sfm.patients.identity import PatientIdentity

GIVEN = ("created", "changed", "renewed", "prescribed", "reactivated")
PERSONAL = "LE"  # PLL is sent by lege only (RF 207, 209)


@dataclass(frozen=True, kw_only=True)
class NewPrescription:
    row: Treatment
    prescription: Prescription
    content: TreatmentContent


@dataclass(frozen=True, kw_only=True)
class Recall:
    row: Treatment | None
    prescription: Prescription
    replaced_by: UUID | None  # the new prescription of a renewal: its M1 goes first


@dataclass(frozen=True, kw_only=True)
class Pending:
    """Everything unsent of one patient."""

    person: PatientIdentity
    head: MedicationList
    rows: tuple[Treatment, ...]
    chains: Mapping[UUID, Chain]
    unsent: tuple[Treatment, ...]
    prescriptions: tuple[NewPrescription, ...]
    recalls: tuple[Recall, ...]
    sends_list: bool
    list_is_owed: bool  # changed by someone who may not send it
    without: frozenset[UUID] = frozenset()  # rows the list is sent without the change of (rulings.md 1)

    @property
    def refused(self) -> tuple[Treatment, ...]:
        """Rows whose new prescription RF has said no to: the list may be sent without their change."""
        return tuple(row for row in self.unsent if _was_refused(self.chains.get(row.pk)))

    @property
    def is_empty(self) -> bool:
        return not (self.unsent or self.prescriptions or self.recalls or self.sends_list)

    @property
    def patient_facts(self) -> Person:
        """What the particulars of a prescription depend on."""
        person = self.person
        return Person(born=person.born, sex=person.sex, has_number=person.has_national_id)

    def is_locked(self, new: NewPrescription) -> bool:
        """RF takes it with a reference number only, and lists it to nobody without."""
        terms = new.content.prescription
        return terms is not None and particular_checks.needs_number(
            terms.particulars, has_number=self.person.has_national_id
        )

    @property
    def locked(self) -> tuple[NewPrescription, ...]:
        return tuple(
            new for new in self.prescriptions if new.prescription.type == "E" and self.is_locked(new)
        )

    @property
    def locked_rows(self) -> tuple[Treatment, ...]:
        """Rows that stand on a locked prescription, or will: left out of PLL (rulings.md 10)."""
        now = {new.row.pk for new in self.locked}
        return tuple(row for row in self.rows if row.pk in now or is_locked(self.chains.get(row.pk)))

    def content_hash(self) -> str:
        """Of everything a message would say: any change makes another hash."""
        said = {
            "head": str(self.head.pll_head),
            "list": [[str(r.pk), r.version] for r in self.rows] if self.sends_list else [],
            "unsent": [[str(r.pk), r.version, r.unsent_verb] for r in self.unsent],
            "new": [[str(n.prescription.pk), content_data.to_data(n.content)] for n in self.prescriptions],
            "recalls": [[str(r.prescription.pk), r.prescription.recall_reason] for r in self.recalls],
            "without": sorted(str(pk) for pk in self.without),
            "person": [self.person.family, self.person.given, self.person.pid],
        }
        return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def read(patient_key: UUID, by: Actor, *, without: frozenset[UUID] = frozenset()) -> Pending:
    """The unsent work of the patient, as the database has it now. The rows `without` stand in the list as RF last
    accepted them, and nothing of their change is sent."""
    head = MedicationList.objects.filter(patient_key=patient_key).first() or MedicationList(
        patient_key=patient_key
    )
    rows = tuple(
        Treatment.objects.filter(patient_key=patient_key)
        .exclude(lifecycle=Lifecycle.ENTERED_IN_ERROR, unsent_verb="")
        .order_by("substance", "pk")
    )
    prescriptions = list(
        Prescription.objects.filter(patient_key=patient_key).order_by("-prescribed_on", "-created")
    )
    by_id = {row.pk: row for row in rows}
    unsent = tuple(row for row in rows if row.unsent_verb and row.pk not in without)
    person = vault.open_identity(PatientKey(patient_key))
    changed = bool(unsent) or head.pll_outdated
    enabled = _list_enabled(by) and person.has_national_id
    return Pending(
        person=person,
        head=head,
        rows=tuple(_as_accepted(rows, without)) if without else rows,
        chains=chains.by_treatment(_as_sent(prescriptions, without)),
        unsent=unsent,
        prescriptions=tuple(new for new in _new(prescriptions, by_id) if new.row.pk not in without),
        recalls=tuple(
            recall
            for recall in _recalls(prescriptions, by_id)
            if recall.prescription.treatment_id not in without
        ),
        sends_list=changed and enabled and _may_send_list(by),
        list_is_owed=bool(unsent) and head.has_pll and not (enabled and _may_send_list(by)),
        without=without,
    )


def _as_accepted(rows: Iterable[Treatment], without: frozenset[UUID]) -> Iterator[Treatment]:
    """What was never accepted is not in the list; what was, is never dropped from it."""
    for row in rows:
        if row.pk not in without:
            yield row
        elif row.unsent_verb != "created":
            standing = copy(row)
            content_rows.restore(standing, row.unsent_base or {})
            yield standing


def _as_sent(prescriptions: list[Prescription], without: frozenset[UUID]) -> Iterator[Prescription]:
    """Of the rows `without`: no draft, and no recall that is only planned."""
    for one in prescriptions:
        if one.treatment_id not in without:
            yield one
        elif one.delivery != Delivery.DRAFT:
            standing = copy(one)
            if standing.recall_delivery == Delivery.DRAFT:
                standing.recall_delivery = ""
            yield standing


def _was_refused(chain: Chain | None) -> bool:
    if chain is None:
        return False
    last = chain.last
    return bool(chain.unsent and chain.unsent.errors) or (
        last is not None and last.delivery == Delivery.REJECTED
    )


def _new(prescriptions: list[Prescription], rows: Mapping[UUID, Treatment]) -> list[NewPrescription]:
    drafts = (p for p in prescriptions if p.delivery == Delivery.DRAFT and p.treatment_id in rows)
    return [
        NewPrescription(
            row=rows[draft.treatment_id],
            prescription=draft,
            content=content_rows.content_of(rows[draft.treatment_id], draft),
        )
        for draft in drafts
        if draft.treatment_id
    ]


def _recalls(prescriptions: list[Prescription], rows: Mapping[UUID, Treatment]) -> list[Recall]:
    renewals = {
        p.previous_id: p.pk
        for p in prescriptions
        if p.delivery == Delivery.DRAFT and p.previous_id and p.type == "E"
    }
    return [
        Recall(
            row=rows.get(p.treatment_id) if p.treatment_id else None,
            prescription=p,
            replaced_by=renewals.get(p.pk) if p.recall_reason in ("1", "3") else None,
        )
        for p in prescriptions
        if p.recall_delivery == Delivery.DRAFT
    ]


def _list_enabled(by: Actor) -> bool:
    unit = Organisation.objects.filter(pk=by.organisation_id).only("pll_enabled_from").first()
    since = unit.pll_enabled_from if unit else None
    return since is not None and since <= clock.today()


def _may_send_list(by: Actor) -> bool:
    return by.personnel_category == PERSONAL and by.may("pll.send")


def blockers_of(
    pending: Pending, by: Actor, claims: Mapping[str, object] | None = None
) -> tuple[Blocker, ...]:
    """`claims` None: the level is not known yet, and judged at the signing itself."""
    unhandled = warnings.unhandled(pending.head.patient_key, _prescribed(pending))
    return _numbers_awaited(pending, by) + blockers.check(
        blockers.Facts(
            now=clock.now(),
            can_be_asked=pending.person.has_national_id,
            rf_answered_at=_rf_answered(pending.head.patient_key),
            has_pll=pending.head.has_pll,
            may_confirm=by.may("lib.confirm_in_use") and _may_send_list(by),
            open_drafts=_to_decide(pending.head.patient_key, by),
            level_4=claims is None or str(claims.get(SECURITY_LEVEL)) == "4",
            unit_problem=_unit_problem(by),
            clock_is_off=clock_check.is_off(),
            name_too_long=parties.too_long(pending.person),
            rows=tuple(_row(row, pending, by, unhandled.get(row.pk, ())) for row in pending.unsent),
            pending=tuple(
                blockers.Row(id=row.pk, name=row.name_form_strength)
                for row in pending.rows
                if row.review == Review.PENDING_DECISION and row.shelf == product_kinds.LIB
            ),
        )
    )


def _to_decide(patient_key: UUID, by: Actor) -> int:
    """Drafts by others that are not put off. They stop whoever may decide them, and nobody else (as rulings.md 2)."""
    if not by.may("draft.approve"):
        return 0
    waiting = Draft.objects.filter(patient_key=patient_key, state="submitted")
    return waiting.exclude(author_id=by.practitioner_id).count()


def _rf_answered(patient_key: UUID) -> datetime | None:
    status = SourceStatus.objects.filter(patient_key=patient_key, source="RF").first()
    return status.succeeded_at if status else None


def _unit_problem(by: Actor) -> str:
    try:
        envelopes.author(by)
    except SfmError as error:
        return error.text
    return ""


def _numbers_awaited(pending: Pending, by: Actor) -> tuple[Blocker, ...]:
    """B8: each locked prescription needs a number (71, 258); those in the prescriber's own name one each."""
    locked = pending.locked
    shared = any(not _own_name(new) for new in locked)
    needed = sum(_own_name(new) for new in locked) + shared
    if not needed or reference_numbers.free(by) >= needed:
        return ()
    row = locked[0].row
    text = reference_numbers.WAITING
    return (Blocker(code="B8", text=text, treatment_id=row.pk, subject=row.name_form_strength),)


def _own_name(new: NewPrescription) -> bool:
    terms = new.content.prescription
    return terms is not None and terms.particulars.own_name


def _of_today(new: NewPrescription | None, pending: Pending) -> dict[str, str]:
    """B8: FEST may have changed since the row was made, and some terms depend on the patient."""
    terms = new.content.prescription if new else None
    if new is None or terms is None:
        return {}
    person = pending.patient_facts
    return {
        **assortment.problems(new.content.product, terms, person=person),
        **particular_checks.of_person(terms, person, clock.today()),
        **lar.problems(new.content, patient_key=pending.head.patient_key, treatment_id=new.row.pk),
    }


def _not_reimbursed(new: NewPrescription | None, pending: Pending, by: Actor) -> dict[str, str]:
    """B7: a hjemmel that does not hold today, or terms nobody has confirmed."""
    terms = new and new.content.prescription
    if not new or not terms or not terms.legal_basis:
        return {}
    return reimbursement.assess(
        new.content,
        patient_key=pending.head.patient_key,
        actor=by,
        patient=reimbursement.Patient(born=pending.person.born, sex=pending.person.sex),
        treatment_id=new.row.pk,
    ).problems


def _prescribed(pending: Pending) -> set[UUID]:
    """The rows somebody has chosen to give, here and now: warnings are asked about for these alone."""
    new = {new.row.pk for new in pending.prescriptions}
    return new | {row.pk for row in pending.unsent if row.unsent_verb in GIVEN}


def _row(row: Treatment, pending: Pending, by: Actor, unhandled: tuple[Judged, ...]) -> blockers.Row:
    new = next((n for n in pending.prescriptions if n.row.pk == row.pk), None)
    problems = validation.check(new.content, today=clock.today(), actor=by) if new else {}
    return blockers.Row(
        id=row.pk,
        name=row.name_form_strength,
        conflict=bool(row.difference and row.difference.get("conflict")),
        problems={name: text for name, text in problems.items() if name != "product"}
        | _of_today(new, pending)
        | _not_reimbursed(new, pending, by),
        refusal=_refusal(row, new, pending, by),
        warnings=tuple(_warning(judged, row.pk) for judged in unhandled),
    )


def _warning(judged: Judged, row: UUID) -> tuple[str, str]:
    """B3 for a reaction, B2 for an interaction (clinical.md 4.8)."""
    alert = judged.alert
    if alert.kind == "reaction":
        return "B3", f"{alert.title} er ikke håndtert."
    return "B2", f"{alert.title}: {', '.join(alert.others(row))}. Varselet er ikke håndtert."


def _refusal(row: Treatment, new: NewPrescription | None, pending: Pending, by: Actor) -> str:
    if new is not None:
        terms = new.content.prescription
        return rights.refusal(
            by,
            atc=row.atc,
            dispensing_group=row.dispensing_group,
            kind=row.product_kind,
            own_practice=terms is not None and terms.particulars.own_practice,
        )
    if any(recall.prescription.treatment_id == row.pk for recall in pending.recalls):
        return "" if by.may(rights.PRESCRIBE) else "Du har ikke rett til å tilbakekalle resepten."
    return ""
