"""A patient as alerts see them: treatments in use, reactions, and what has been decided before."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Subquery

from sfm.core import clock
from sfm.core.errors import NotFound
from sfm.fest.hits import ProductRef
from sfm.fest.interactions import DrugKeys as Keys
from sfm.medication import content_data
from sfm.medication.models import Lifecycle, MedicationList, Treatment, WarningDecision
from sfm.medication.queries import knowledge, reactions, remembered, words
from sfm.medication.rules import alert_decisions, alerts, dosage_data, dosage_text, product_kinds
from sfm.medication.rules.alert_decisions import Decision, Dose
from sfm.medication.rules.alerts import Reaction, Subject
from sfm.tenancy.scope import current_journal_id

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Mapping

    from sfm.fest.catalogue import Catalogue
    from sfm.medication.content import Product, TreatmentContent
    from sfm.medication.models import CriticalReaction, Draft
    from sfm.medication.rules.alerts import Alert

COLUMNS = (
    "shelf",
    "patient_key", "version", "product_kind", "fest_id", "name_form_strength", "substance", "strength", "atc",
    "substance_ids", "dosage", "lifecycle", "discontinued_at",
)  # fmt: skip
IN_FEST = ("group", "brand", "package")
UNWRITTEN = UUID(int=0)
"""What a product is called while it is no row: in the form, in a search."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A treatment in use, or one that is being written, with what its daily amount is counted from."""

    subject: Subject
    strength: str
    dosage: Mapping[str, Any]

    @cached_property
    def dose(self) -> Dose | None:
        """None while no dose has been written."""
        try:
            read = dosage_data.from_data(dict(self.dosage))
        except (KeyError, ValueError):
            return None
        return alert_decisions.daily_dose(read, self.strength) if dosage_text.text(read) else None


@dataclass(frozen=True, kw_only=True)
class Judged:
    """An alert, and what has been decided about it. `returned`: why it asks again."""

    alert: Alert
    decision: Decision | None = None
    returned: str = ""

    @property
    def handled(self) -> bool:
        return self.decision is not None and not self.returned

    @property
    def blocks(self) -> bool:
        return self.alert.mandatory and not self.handled


@dataclass(frozen=True, kw_only=True)
class Picture:
    entries: tuple[Entry, ...]
    reactions: tuple[Reaction, ...]
    decisions: Mapping[str, Decision]
    catalogue: Catalogue
    asked: dict[Hashable, tuple[Judged, ...]] = field(default_factory=dict)
    """What has been found about products that were searched for: a patient is searched for many times."""

    def with_entry(self, entry: Entry) -> Picture:
        """The entry instead of the row it is about, or beside the others."""
        others = tuple(one for one in self.entries if one.subject.id != entry.subject.id)
        return replace(self, entries=(*others, entry), asked={})

    def without(self, entry: Entry) -> Picture:
        left = tuple(one for one in self.entries if one.subject.id != entry.subject.id)
        return replace(self, entries=left, asked={})

    def judged(self, about: Collection[UUID] | None = None) -> tuple[Judged, ...]:
        """Every alert, or those that touch one of the rows in `about`; worst first."""
        subjects = [entry.subject for entry in self.entries]
        found = alerts.check(subjects, self.reactions, self.catalogue.interactions, about=about)
        return tuple(self._judge(alert) for alert in found)

    def doses(self, identities: Iterable[str]) -> dict[str, Dose]:
        """The highest daily amount per identity; without those whose dose nobody has written yet."""
        found = {
            identity: [
                entry.dose for entry in self.entries if entry.subject.identity == identity and entry.dose
            ]
            for identity in set(identities)
        }
        return {identity: alert_decisions.together(doses) for identity, doses in found.items() if doses}

    def revision(self, alert: Alert) -> str:
        if not alert.interaction:
            return ""
        return knowledge.revisions(self.catalogue.version).get(alert.interaction, "")

    def _judge(self, alert: Alert) -> Judged:
        decision = self.decisions.get(alert.key)
        if decision is None:
            return Judged(alert=alert)
        why = alert_decisions.returned(
            alert,
            decision,
            doses=self.doses(alert.subjects),
            revision=self.revision(alert),
            now=clock.now(),
        )
        return Judged(alert=alert, decision=decision, returned=why)


def load(patient_key: UUID) -> Picture | None:
    """One SQL query while nothing about the patient has changed, else four. None without FEST."""
    version, stamp = standing(patient_key)
    catalogue = knowledge.of_version(version)
    return None if catalogue is None else of_standing(patient_key, catalogue, stamp)


def standing(patient_key: UUID) -> tuple[int | None, UUID | None]:
    """The catalogue version in use, and the stamp of the patient's list, in one query."""
    own = MedicationList.objects.filter(patient_key=patient_key).values("stamp")[:1]
    return knowledge.IN_USE.annotate(stamp=Subquery(own)).values_list("pk", "stamp").first() or (None, None)


def of_standing(patient_key: UUID, catalogue: Catalogue, stamp: UUID | None) -> Picture:
    key = stamp and ("alerts", current_journal_id(), patient_key, stamp, catalogue.version, clock.today())
    return remembered.recall(key, lambda: _read(patient_key, catalogue))


def _read(patient_key: UUID, catalogue: Catalogue) -> Picture:
    rows = Treatment.objects.filter(patient_key=patient_key, lifecycle__in=COUNTING).only(*COLUMNS)
    return of_rows(patient_key, rows, (), reactions.rows(patient_key), catalogue)


def of_rows(
    patient_key: UUID,
    treatments: Iterable[Treatment],
    drafts: Iterable[Draft],
    critical: Iterable[CriticalReaction],
    catalogue: Catalogue,
) -> Picture:
    """From rows already read. One SQL query: the decisions."""
    known = tuple(_reaction(row) for row in critical)
    deep = any(reaction.kind == "excipient" for reaction in known)
    entries = [_of_treatment(row, catalogue, deep=deep) for row in treatments if counts(row)]
    entries += [_of_draft(draft, catalogue, deep=deep) for draft in drafts if draft.kind == "new_treatment"]
    return Picture(
        entries=tuple(entries), reactions=known, decisions=_decisions(patient_key), catalogue=catalogue
    )


COUNTING = (Lifecycle.ACTIVE, Lifecycle.SUSPENDED)


def counts(row: Treatment) -> bool:
    """In use, paused, or about to be: what has ended meets nothing, nor what is kept for the practice's own use."""
    ended = row.discontinued_at is not None and row.discontinued_at <= clock.now()
    return row.lifecycle in COUNTING and not ended and row.shelf != product_kinds.PRACTICE


def entry(ident: UUID, content: TreatmentContent, picture: Picture, *, proposed: bool = False) -> Entry:
    """What is being written, before it is a row."""
    deep = any(reaction.kind == "excipient" for reaction in picture.reactions)
    return Entry(
        subject=_subject(ident, content.product, content.product.kind, picture.catalogue, deep, proposed),
        strength=content.product.strength,
        dosage=dosage_data.to_data(content.dosage),
    )


def _of_treatment(row: Treatment, catalogue: Catalogue, *, deep: bool) -> Entry:
    return Entry(
        subject=_subject(row.pk, row, row.product_kind, catalogue, deep, False),
        strength=row.strength,
        dosage=row.dosage,
    )


def _of_draft(draft: Draft, catalogue: Catalogue, *, deep: bool) -> Entry:
    content = content_data.from_data(draft.proposal)
    return Entry(
        subject=_subject(draft.pk, content.product, content.product.kind, catalogue, deep, True),
        strength=content.product.strength,
        dosage=dosage_data.to_data(content.dosage),
    )


def _subject(
    ident: UUID, product: Product | Treatment, kind: str, catalogue: Catalogue, deep: bool, proposed: bool
) -> Subject:
    fixed, possible = brands(product.fest_id, catalogue)
    inside, maybe = excipients(kind, product.fest_id, catalogue) if deep else (frozenset(), frozenset())
    return Subject(
        id=ident,
        name=words.generic(product.substance) or product.name_form_strength,
        keys=Keys.of(
            atc=product.atc,
            substances=product.substance_ids,
            kin=catalogue.skeleton.kin,
            parts=catalogue.skeleton.atc_parts(product.fest_id),
        ),
        brands=fixed,
        may_be=possible,
        excipients=inside,
        may_contain=maybe,
        proposed=proposed,
    )


def brands(fest_id: str, catalogue: Catalogue) -> tuple[frozenset[str], frozenset[str]]:
    """The brand that is fixed, and those the pharmacy chooses among."""
    bones = catalogue.skeleton
    if fest_id in bones.brands:
        return frozenset({fest_id}), frozenset()
    if fest_id in bones.brand_of:
        return frozenset({bones.brand_of[fest_id]}), frozenset()
    return frozenset(), frozenset(bones.brands_of.get(fest_id, ()))


def excipients(kind: str, fest_id: str, catalogue: Catalogue) -> tuple[frozenset[str], frozenset[str]]:
    """In every brand, and in some."""
    if kind not in IN_FEST or not fest_id:
        return frozenset(), frozenset()
    try:
        product = catalogue.product(ProductRef(kind=kind, fest_id=fest_id))
    except NotFound:
        return frozenset(), frozenset()
    held = [frozenset(name.casefold() for name in brand.excipients) for brand in product.brands]
    if not held:
        return frozenset(), frozenset()
    everywhere = frozenset.intersection(*held)
    return everywhere, frozenset.union(*held) - everywhere


def _reaction(row: CriticalReaction) -> Reaction:
    return Reaction(
        id=row.pk,
        kind=row.agent_kind,
        code=row.agent_code,
        text=row.agent_text,
        words=reactions.words_of(row),
        since=row.created,
    )


def _decisions(patient_key: UUID) -> dict[str, Decision]:
    """The newest of each key."""
    rows = WarningDecision.objects.filter(patient_key=patient_key).order_by("at")
    return {row.warning_key: _decision(row) for row in rows}


def _decision(row: WarningDecision) -> Decision:
    return Decision(
        key=row.warning_key,
        grade=row.severity,
        action=row.action,
        reason=row.reason_code,
        text=row.reason_text,
        by=row.by_name,
        by_id=row.by_id,
        at=row.at,
        valid_until=row.valid_until,
        doses={
            subject: Dose(amount=None if amount is None else Decimal(amount), measure=measure)
            for subject, (amount, measure) in row.doses.items()
        },
        revision=row.revision,
    )
