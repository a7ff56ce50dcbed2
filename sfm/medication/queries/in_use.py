"""(Legemidler i bruk, LIB) The list page: eight SQL queries however long it is, one when nothing has changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sfm.core import clock
from sfm.core.errors import NotFound
from sfm.medication.models import Delivery, Lifecycle, MedicationList, Prescription, Review, Treatment
from sfm.medication.queries import (
    alert_facts,
    alert_marks,
    authorship,
    chains,
    draft_rows,
    knowledge,
    market_marks,
    reactions,
    remembered,
    row_view,
    sources,
    words,
)
from sfm.medication.queries.rows import InUse, RowGroup
from sfm.medication.rules import product_kinds
from sfm.tenancy.scope import current_journal_id

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.models import CriticalReaction, Draft
    from sfm.medication.queries.chains import Chain
    from sfm.medication.queries.rows import InUseRow, Mark, Reactions, SourceLine

TITLES = {
    "must_handle": "Må håndteres",
    "news": "Nytt og endret siden sist",
    "permanent": "Fast",
    "course": "Kur",
    "as_needed": "Ved behov",
    "multidose": "Multidose",
    "supplements": "Kosttilskudd",
    "inactive": "Inaktive, ikke tatt stilling til",
    "discontinued": "Seponert siste 90 dager",
}
COLLAPSED = ("inactive", "discontinued")
BY_USE = {"1": "permanent", "2": "course", "3": "as_needed", "4": "permanent", "5": "supplements"}
# What a row shows and its actions are judged by; everything else stays in the database
TREATMENT_COLUMNS = (
    "patient_key", "version", "name_form_strength", "substance", "strength", "form", "brand", "atc",
    "dispensing_group", "product_kind", "fest_id", "substance_ids", "dosage", "use_type", "indication_text",
    "dosage_text", "starts_on", "discontinued_at", "review_date", "in_multidose", "lifecycle", "review",
    "suspended_from", "suspended_to", "dosage_kind", "review_note", "difference", "unsent_verb", "unsent_by", "sources",
    "shelf", "fest_version",
)  # fmt: skip
PRESCRIPTION_COLUMNS = (
    "treatment_id", "type", "prescribed_on", "expires_on", "refills", "legal_basis", "prescriber_id", "delivery",
    "errors", "rf_status", "rf_missing_since", "recall_delivery", "recalled_at", "last_dispensed_at",
    "locked", "agency_status",
)  # fmt: skip
LOCKED = "Pasienten har låst resept. Referansenummer kreves."
LIST_SIGNATURE = "Signaturen på den delte listen (PLL) kunne ikke bekreftes."
ON_PAPER = (  # a pharmacy and no doctor: the paper card is itself a prescription (clinical.md 13)
    "Papirmultidose: ordinasjonskortet hos apoteket er selv en resept. E-resept på det samme kan gi dobbel utlevering."
)
NEW_IDENTITY = "Pasienten har fått nytt fødselsnummer i Reseptformidleren. Oppdater i journalsystemet."


def load(
    patient_key: UUID, *, actor: Actor, show_discontinued: bool = False, shelf: str = product_kinds.LIB
) -> InUse:
    """Everything the list page shows. `show_discontinued`: also those discontinued more than 90 days ago. `shelf`:
    another list than LIB, of the same patient."""
    head, fest = _head(patient_key), knowledge.version_shown()
    key = _memory_key(head, fest, actor, show_discontinued)
    content = remembered.recall(key, lambda: _content(head, fest, actor, show_discontinued))
    return _page(head, content, _sources(head), key, shelf)


def row(treatment_id: UUID, *, patient_key: UUID, actor: Actor) -> InUseRow:
    """One row anew, after something was done with it. Raises NotFound for a foreign or vanished row."""
    treatment = Treatment.objects.filter(pk=treatment_id, patient_key=patient_key).first()
    if treatment is None or treatment.is_erased:
        raise NotFound
    own = Prescription.objects.filter(patient_key=patient_key, treatment_id=treatment_id)
    chain = chains.chain(list(own.order_by("-prescribed_on", "-created")))
    draft = draft_rows.of_treatment(treatment_id, patient_key=patient_key)
    picture = alert_facts.load(patient_key)
    marks = alert_marks.of(picture.judged({treatment_id}), treatment_id) if picture else ()
    return row_view.row(
        treatment,
        chain,
        draft,
        actor=actor,
        today=clock.today(),
        marks=marks,
        multidose=_head(patient_key).has_multidose,
        editable=authorship.may_edit(actor, patient_key=patient_key, treatment_id=treatment_id),
    )


Placed = tuple[str, "InUseRow"]


@dataclass(frozen=True, kw_only=True)
class Content:
    """What is made of a patient's rows, and remembered."""

    groups: Mapping[str, tuple[RowGroup, ...]]  # by list: LIB, NIB, FIB, VIB
    reactions: Reactions
    total: int
    unsent: int
    sendable: int
    news: int


def _head(patient_key: UUID) -> MedicationList:
    found = list(MedicationList.objects.filter(patient_key=patient_key))
    return found[0] if found else MedicationList(patient_key=patient_key, version=0)


def _memory_key(head: MedicationList, fest: int | None, actor: Actor, show_discontinued: bool) -> Hashable:
    """Everything the rows depend on: the journal, the patient's rows, the day, and who looks with which rights."""
    if head.stamp is None:
        return None
    who = (actor.practitioner_id, actor.hpr, actor.permissions)
    of_head = (
        head.stamp,
        head.version,
        head.has_pll,
        head.has_multidose,
        head.no_known_reactions_at,
        fest,
    )
    return (current_journal_id(), head.patient_key, of_head, clock.today(), who, show_discontinued)


def _sources(head: MedicationList) -> tuple[SourceLine, ...]:
    key = head.sources_stamp and (current_journal_id(), head.patient_key, head.sources_stamp, clock.today())
    return remembered.recall(key, lambda: sources.load(head.patient_key))


def _content(head: MedicationList, fest: int | None, actor: Actor, show_discontinued: bool) -> Content:
    drafts = draft_rows.waiting(head.patient_key)
    critical = reactions.rows(head.patient_key)
    rows = _rows(head, fest, drafts, critical, actor, show_discontinued)
    unsent = sum(row.unsent for _, row in rows)
    return Content(
        groups={
            shelf: _groups([(place, row) for place, row in rows if row.shelf == shelf])
            for shelf in product_kinds.SHELVES
        },
        reactions=replace(
            reactions.of_rows(critical, head), proposed=sum(draft.kind == "reaction" for draft in drafts)
        ),
        total=len(rows),
        unsent=unsent,
        sendable=unsent + sum("Må signeres" in row.prescription.status for _, row in rows if not row.unsent),
        news=sum(place == "news" for place, _ in rows),
    )


def _rows(
    head: MedicationList,
    fest: int | None,
    drafts: list[Draft],
    critical: list[CriticalReaction],
    actor: Actor,
    show_discontinued: bool,
) -> list[Placed]:
    today, patient_key = clock.today(), head.patient_key
    treatments = list(
        Treatment.objects.filter(patient_key=patient_key)
        .only(*TREATMENT_COLUMNS)
        .exclude(lifecycle=Lifecycle.ENTERED_IN_ERROR, unsent_verb="")
        .exclude(review=Review.DISMISSED)
    )
    marks = _marks(head, fest, treatments, drafts, critical)
    prescriptions = Prescription.objects.filter(patient_key=patient_key).order_by(
        "-prescribed_on", "-created"
    )
    by_treatment = chains.by_treatment(prescriptions.only(*PRESCRIPTION_COLUMNS))
    by_draft = {draft.treatment_id: draft for draft in drafts if draft.treatment_id}
    theirs = authorship.own_rows(actor, patient_key)
    placed = []
    for treatment in treatments:
        if treatment.has_ended and not (
            show_discontinued or treatment.unsent_verb or row_view.recently_ended(treatment)
        ):
            continue
        chain, draft = by_treatment.get(treatment.pk, chains.EMPTY), by_draft.get(treatment.pk)
        shown = row_view.row(
            treatment,
            chain,
            draft,
            actor=actor,
            today=today,
            marks=marks.get(treatment.pk, ()),
            multidose=head.has_multidose,
            editable=theirs is None or treatment.pk in theirs,
        )
        placed.append((group_of(treatment, chain, draft, has_pll=head.has_pll), shown))
    placed += [
        ("must_handle", draft_rows.row(draft, actor, marks.get(draft.pk, ())))
        for draft in drafts
        if draft.kind == "new_treatment"
    ]
    return placed


def _marks(
    head: MedicationList,
    fest: int | None,
    treatments: list[Treatment],
    drafts: list[Draft],
    critical: list[CriticalReaction],
) -> dict[UUID, tuple[Mark, ...]]:
    catalogue = knowledge.of_version(fest) if treatments or drafts else None
    if catalogue is None:
        return {}
    picture = alert_facts.of_rows(head.patient_key, treatments, drafts, critical, catalogue)
    return market_marks.added(alert_marks.of_list(picture), treatments, catalogue)


def group_of(treatment: Treatment, chain: Chain, draft: Draft | None, *, has_pll: bool) -> str:
    """Where the row stands (clinical.md 4.4)."""
    if draft is not None or _must_be_handled(treatment, chain, has_pll=has_pll):
        return "must_handle"
    if treatment.review in (Review.UNSEEN_NEW, Review.UNSEEN_CHANGED):
        return "news"
    if treatment.review in (Review.PENDING_DECISION, Review.HISTORY_ONLY):
        return "inactive"
    if treatment.has_ended or treatment.lifecycle == Lifecycle.ENTERED_IN_ERROR:
        return "discontinued"
    if treatment.in_multidose:
        return "multidose"
    return "supplements" if treatment.dispensing_group == "K" else BY_USE[treatment.use_type]


def _must_be_handled(treatment: Treatment, chain: Chain, *, has_pll: bool) -> bool:
    if treatment.review == Review.PENDING_DECISION and has_pll:
        return True
    if treatment.review != Review.CONFIRMED and (treatment.difference or {}).get("conflict"):
        return True
    back = treatment.suspended_to if treatment.lifecycle == Lifecycle.SUSPENDED else None
    if back is not None and back < clock.today():
        return True
    last = chain.last
    refused = last is not None and last.delivery in (Delivery.REJECTED, Delivery.RESIGN)
    return refused or (last is not None and last.recall_delivery in (Delivery.REJECTED, Delivery.RESIGN))


def _groups(rows: list[Placed]) -> tuple[RowGroup, ...]:
    placed: dict[str, list[InUseRow]] = {}
    for place, row in rows:
        placed.setdefault(place, []).append(row)
    return tuple(
        RowGroup(
            key=key,
            title=title,
            rows=tuple(sorted(placed[key], key=lambda row: row.sort_key)),
            collapsed=key in COLLAPSED,
        )
        for key, title in TITLES.items()
        if key in placed
    )


def _page(
    head: MedicationList, content: Content, asked: tuple[SourceLine, ...], key: Hashable, shelf: str
) -> InUse:
    others = (group for other, groups in content.groups.items() if other != shelf for group in groups)
    return InUse(
        patient_key=head.patient_key,
        version=head.version,
        groups=content.groups[shelf],
        reactions=content.reactions,
        sources=asked,
        pll_text=_pll_text(head),
        multidose_text=_multidose_text(head),
        notices=_notices(head),
        unsent_count=content.unsent,
        sendable_count=content.sendable,
        news_count=content.news,
        asking=any(line.state == "asking" for line in asked),
        total=content.total,
        in_lar=head.in_lar,
        memory_key=key and (key, shelf),
        shelf=shelf,
        elsewhere=tuple(row for group in others for row in group.rows),
    )


def _pll_text(head: MedicationList) -> str:
    if not head.has_pll:
        return "Uten PLL"
    if head.pll_outdated:
        return "PLL er ikke oppdatert"
    if head.pll_signed_at is None:
        return "Har PLL"
    day = words.short_day(words.local_day(head.pll_signed_at))
    return f"Har PLL · signert {day} av {head.pll_signed_by}"


def _multidose_text(head: MedicationList) -> str:
    parties = [party for party in (head.multidose_physician, head.multidose_pharmacy) if party]
    return f"Multidose · {' · '.join(parties)}" if parties else ""


def _notices(head: MedicationList) -> tuple[str, ...]:
    return tuple(
        text
        for text, applies in (
            (LOCKED, head.locked_elsewhere),
            (NEW_IDENTITY, head.newer_identity),
            (ON_PAPER, head.multidose_pharmacy and not head.multidose_physician),
            (LIST_SIGNATURE, head.pll_signature in words.DOUBTFUL_SIGNATURES),
        )
        if applies
    )
