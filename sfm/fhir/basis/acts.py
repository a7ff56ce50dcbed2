"""What a person has done in another system's screens, done here by the same verbs as ours (sfm.medication.actions)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.db.models import Q

from sfm.core import clock
from sfm.core.errors import Conflict, Forbidden, Invalid
from sfm.fhir.basis.read import content as reading
from sfm.fhir.basis.read import parts
from sfm.fhir.data_sharing.r4.faults import BadContent, Fault
from sfm.medication import content_rows
from sfm.medication.actions import prescriptions, rows, treatments
from sfm.medication.models import Lifecycle, Prescription, Review, Treatment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from django.db.models import QuerySet

    from sfm.core.actor import Actor
    from sfm.fhir.basis.read.compare import Changed
    from sfm.fhir.basis.read.statement import Statement
    from sfm.medication.content import TreatmentContent

# Field of a form → where a statement says it
PLACES = {
    "product": "medicationReference",
    "use_type": "dosage[0].extension:sfm-use",
    "indication_text": "dosage[0].extension:sfm-application-area",
    "dosage": "dosage[0]",
    "starts_on": "effectiveDateTime",
    "discontinue_on": "extension:sfm-discontinuation.timedate",
    "expires_on": "extension:sfm-reseptamendment.expirationdate",
    "valid_from": "extension:sfm-reseptamendment.earliestdispence",
    "package_count": "extension:sfm-reseptamendment.numberofpackages",
    "quantity": "extension:sfm-reseptamendment.amount",
    "quantity_unit": "extension:sfm-reseptamendment.amount",
    "refills": "extension:sfm-reseptamendment.reit",
    "legal_basis": "extension:sfm-reseptamendment.reimbursementparagraph",
    "reimbursement_code": "extension:sfm-reseptamendment.reimbursementcode",
    "note_to_pharmacy": "extension:sfm-reseptamendment.note",
    "no_substitution": "extension:sfm-generic-substitution",
    "reason": "extension:sfm-discontinuation.reason",
    "note": "extension:sfm-discontinuation.note",
    "at": "extension:sfm-discontinuation.timedate",
}
WARE_GROUP = "extension:sfm-reseptdocbanda.productgroup"
RENEWALS = ("1", "3")  # 7500: recalled because a new one is written
UNKNOWN_REASON = "X"


@dataclass(kw_only=True)
class Doer:
    """Does the acts of one document, inside the caller's transaction. `by_treatment` tells afterwards which statement
    each row stands in."""

    patient: UUID
    by: Actor
    known: Mapping[str, Statement]  # statements of the document by url
    by_treatment: dict[UUID, Statement] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    done: int = 0

    def do(self, found: Iterable[Changed]) -> None:
        """Raises BadContent with every fault; then nothing is to be kept. New prescriptions go first: they recall what
        they replace."""
        changed = list(found)
        for one in sorted(changed, key=lambda one: not one.creates):
            self._guarded(one, self._do)
        if self.faults:
            raise BadContent(*self.faults)

    def confirm(self, statements: Iterable[Statement]) -> None:
        """A line of the shared list that is sent back belongs to the list we send (M25.1 is whole)."""
        lines = {one.list_id for one in statements if one.list_id}
        pending = Treatment.objects.filter(patient_key=self.patient, review=Review.PENDING_DECISION)
        mine = [(row.pk, row.version) for row in pending if row.lib_id in lines]
        if mine:
            treatments.confirm_many_in_use(ids=mine, by=self.by, patient=self.patient)

    def _guarded(self, one: Changed, act: Callable[[Changed], None]) -> None:
        try:
            act(one)
        except Invalid as error:
            self.faults += _of_domain(one.now, error)
        except Forbidden as error:
            self.faults.append(_fault(one.now, "", error.text, "the user may not do this", "forbidden"))
        except Conflict as error:
            self.faults.append(_fault(one.now, "identifier", error.text, "in use already", "conflict"))

    def _do(self, one: Changed) -> None:
        row = self._row(one)
        if row is not None:
            self.by_treatment[row.pk] = one.now
        if one.creates:
            self._prescribe(one, row)
        elif row is None:
            self._start(one)
        elif one.ends:
            self._end(one.now, row)
        elif one.revives:
            treatments.undo_discontinue(treatment_id=row.pk, **self._on(row))
            self.done += 1
        elif one.recalls:
            self._recall(one.now, row)
        elif one.says_something_new and one.now.is_head:
            self._change(one.now, row)

    def _on(self, row: Treatment) -> dict[str, Any]:
        return {"by": self.by, "patient": self.patient, "version": row.version}

    def _row(self, one: Changed) -> Treatment | None:
        """The treatment a statement is about: its own, or that of the statement it continues."""
        found = self._own(one.now) if one.before is not None else None
        if found is None and one.now.based_on in self.known:
            found = self._own(self.known[one.now.based_on])
        if found is None and one.now.list_id is not None:
            found = self._by_line(one.now.list_id)
        return found

    def _own(self, statement: Statement) -> Treatment | None:
        ident = statement.prescription_id
        link = self._link(ident)
        pk = link.treatment_id if link else statement.treatment_id
        if pk is None:
            return self._by_line(statement.list_id) if statement.list_id else None
        found: Treatment | None = self._rows().filter(pk=pk).first()
        return found

    def _link(self, ident: UUID | None) -> Prescription | None:
        if ident is None:
            return None
        found: Prescription | None = Prescription.objects.filter(pk=ident, patient_key=self.patient).first()
        return found

    def _by_line(self, line: UUID) -> Treatment | None:
        found: Treatment | None = self._rows().filter(Q(pk=line, shared_id=None) | Q(shared_id=line)).first()
        return found

    def _rows(self) -> QuerySet[Treatment]:
        return Treatment.objects.filter(patient_key=self.patient).exclude(
            lifecycle=Lifecycle.ENTERED_IN_ERROR
        )

    def _prescribe(self, one: Changed, row: Treatment | None) -> None:
        now = one.now
        if _is_known(now.prescription_id):
            raise Conflict("Resept-id-en er allerede brukt.")
        if row is None:
            made = self._new(now, with_terms=True)
        else:
            self._require_room(row)
            made = self._continue(now, row)
        if now.prescription_id is None:
            raise Invalid("En ny resept må ha en ReseptId.")
        prescriptions.number_draft(made, now.prescription_id)
        self.by_treatment[made.pk] = now
        self.done += 1

    def _require_room(self, row: Treatment) -> None:
        """An entry of the list has one prescription that can be dispensed on: the old is recalled in the same go."""
        active = rows.active_prescription(row)
        if active is None:
            return
        old = next((one for one in self.known.values() if one.prescription_id == active.pk), None)
        if old is None or not old.recall:
            raise Invalid(
                "Legemiddelet har allerede en ekspederbar resept. Den må tilbakekalles (recallinfo) samtidig."
            )

    def _continue(self, now: Statement, row: Treatment) -> Treatment:
        """The same again is a renewal; anything else a change, which recalls the old with another reason."""
        known = content_rows.content_of(row, None)
        content = reading.of(now, known=known, with_terms=True)
        if content.prescription is None:
            raise Invalid("Resepten mangler innhold.")
        same = content_rows.snapshot(row, content_rows.SIGNED) == _as_snapshot(row, content)
        if not same:
            return treatments.change(treatment_id=row.pk, content=content, **self._on(row))
        standing = Prescription.objects.filter(patient_key=self.patient, treatment_id=row.pk).exists()
        act = treatments.renew if standing else treatments.add_prescription
        return act(treatment_id=row.pk, terms=content.prescription, **self._on(row))

    def _start(self, one: Changed) -> None:
        made = self._new(one.now, with_terms=False)
        self.by_treatment[made.pk] = one.now
        self.done += 1

    def _new(self, now: Statement, *, with_terms: bool) -> Treatment:
        ident = now.list_id or now.treatment_id or uuid4()
        if Treatment.objects.filter(Q(pk=ident) | Q(shared_id=ident)).exists():
            raise Conflict("PLL-id-en er allerede brukt på en annen behandling.")
        content = reading.of(now, known=None, with_terms=with_terms)
        return treatments.create(content=content, by=self.by, patient=self.patient, treatment_id=ident)

    def _end(self, now: Statement, row: Treatment) -> None:
        ending = now.ending
        if ending is None or ending.at is None:
            return
        reason = next(iter(ending.reasons), UNKNOWN_REASON)
        treatments.discontinue(
            treatment_id=row.pk,
            reason=reason,
            note=ending.note,
            at=clock.local(ending.at).date() if ending.at > clock.now() else None,
            **self._on(row),
        )
        self.done += 1

    def _recall(self, now: Statement, row: Treatment) -> None:
        link = self._link(now.prescription_id)
        if link is not None and link.recall_delivery == "draft":
            return  # a renewal or a discontinuation of this document has seen to it
        if link is None or not link.is_active:
            raise Invalid("Resepten er ikke aktiv, og kan ikke tilbakekalles.")
        if parts.code(parts.child(now.recall, "recallcode")) in RENEWALS:
            raise Invalid("Resepten er tilbakekalt som fornyet, men den nye resepten mangler.")
        note = parts.text(parts.child(now.recall, "text"))
        treatments.recall(treatment_id=row.pk, note=note[:250], **self._on(row))
        self.done += 1

    def _change(self, now: Statement, row: Treatment) -> None:
        if rows.active_prescription(row) is not None:
            raise Invalid(
                "En endring av et legemiddel med ekspederbar resept krever ny resept (createeresept)."
            )
        content = reading.of(now, known=content_rows.content_of(row, None), with_terms=False)
        treatments.change(treatment_id=row.pk, content=content, **self._on(row))
        self.done += 1


def _is_known(ident: UUID | None) -> bool:
    return ident is not None and bool(Prescription.objects.filter(pk=ident).exists())


def _as_snapshot(row: Treatment, content: TreatmentContent) -> dict[str, object]:
    """What the row would say with this content; the row itself is not touched."""
    trial = Treatment(patient_key=row.patient_key)
    content_rows.fill(trial, content)
    return content_rows.snapshot(trial, content_rows.SIGNED)


def _of_domain(now: Statement, error: Invalid) -> list[Fault]:
    fields = getattr(error, "fields", None) or {}
    if not fields:
        return [_fault(now, "", error.text, "refused by a rule")]
    return [
        _fault(
            now,
            (PLACES | ({"product": WARE_GROUP} if now.is_ware else {})).get(name, ""),
            text,
            f"{name} missing or invalid",
        )
        for name, text in fields.items()
    ]


def _fault(now: Statement, place: str, text: str, diagnostics: str, code: str = "business-rule") -> Fault:
    path = f"{now.path}.{place}" if place else now.path
    return Fault(path=path, code=code, text=text, diagnostics=diagnostics)
