"""Treatments of a patient file: one row per LibId, one prescription per ReseptId, one line of history per version."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sfm.core import clock
from sfm.medication import content_data, content_rows
from sfm.medication.actions import ledger
from sfm.medication.models import (
    Delivery,
    Lifecycle,
    Prescription,
    Review,
    RfStatus,
    Treatment,
    TreatmentEvent,
)
from sfm.migration import contents, source
from sfm.migration.report import DROPPED, KEPT
from sfm.migration.rows import Taking

if TYPE_CHECKING:
    from datetime import datetime

    from sfm.migration.contents import Item
    from sfm.wire.safe_xml import Element

KINDS: Final = ("Legemiddelbehandling", "NIBBehandling", "FIBBehandling", "VaksineBehandling")
INFOS: Final = ("LegemiddelForskrivningsInfo", "HandelsvareForskrivningsInfo")
RF_STATUS: Final = {label.lower(): value for value, label in RfStatus.choices if value}
NOT_IN_RF: Final = ("", "e-resept not in rf")
PENDING, RECALL_PENDING, FAILED = "M1Pending", "M5Pending", ("M1Failed", "M5Failed")
READIED: Final = 4  # task: send klargjort melding
ORIGIN: Final = "migrert"
FOREIGN_SOURCES: Final = ("rf", "kj", "pll")
RECALL_REASONS: Final = frozenset("12345")
DISCONTINUATIONS: Final = 1  # length of a 7494 code


@dataclass(kw_only=True)
class Version:
    """A Prescription element: one state a prescription was in."""

    element: Element
    item: Item | None
    at: datetime
    id: UUID
    prescription: str  # FM's PrescriptionId

    @property
    def head(self) -> bool:
        """`InVib` and `Aktiv` are missing in older exports."""
        return source.flag(self.element, "Aktiv") is True


@dataclass(kw_only=True)
class Read:
    """A Behandling with its versions in the order they were made."""

    element: Element
    kind: str
    versions: list[Version] = field(default_factory=list)

    @property
    def newest(self) -> Version:
        """The active version; where none is, or several are, the latest of them."""
        active = [version for version in self.versions if version.head]
        return (active or self.versions)[-1]


def take_all(taking: Taking, patient: Element) -> None:
    for kind in KINDS:
        for element in source.children(patient, "Behandlinger", kind):
            _take(taking, _read(taking, element, kind))


def _read(taking: Taking, element: Element, kind: str) -> Read:
    infos = {
        source.text(info, "Id"): info
        for name in INFOS
        for info in source.children(element, "PrescriptionDetails", name)
    }
    items: dict[str, Item] = {}
    read = Read(element=element, kind=kind)
    for number, one in enumerate(source.children(element, "Prescription")):
        ref = source.text(one, "ForskrivningsInfoId")
        if ref not in items and ref in infos:
            items[ref] = contents.read(infos[ref], element, taking.report)
        read.versions.append(_version(taking, one, items.get(ref), number))
    read.versions.sort(key=lambda version: version.at)
    return read


def _version(taking: Taking, one: Element, item: Item | None, number: int) -> Version:
    prescription = source.text(one, "PrescriptionId")
    stated = source.text(one, "PrescriptionVersionId") or f"{prescription}/{number}"
    at = source.instant(one, "Tidspunkt")
    if at is None:
        taking.report.deviates("bad_date", kind="version", source=stated, said="Tidspunkt")
    if source.child(one, "InVib") is None:
        taking.report.deviates("derived", kind="version", source=stated, said="InVib")
    made = source.ident(stated, scope="version")
    assert made is not None  # noqa: S101  a text that is not empty always gives an id
    return Version(element=one, item=item, at=at or clock.now(), id=made, prescription=prescription)


def _take(taking: Taking, read: Read) -> None:
    stated = source.text(read.element, "LibId")
    row_id = source.ident(stated, scope="treatment")
    usable = [version for version in read.versions if version.item is not None]
    if row_id is None or not usable:
        taking.keep("treatment", stated, read.element, deviation="unreadable_content")
        taking.report.found("version", KEPT, len(read.versions))
        return
    held = Treatment.objects.filter(pk=row_id).first()
    if held is not None and held.patient_key != taking.patient:
        taking.keep("treatment", stated, read.element, deviation="conflict")
        taking.report.found("version", KEPT, len(read.versions))
        return
    row = held or _new_row(taking, read, row_id)
    _prescriptions(taking, read, row)
    _history(taking, read, row)
    taking.took("treatment", stated, row.pk)
    _particulars(taking, read, row)


def _new_row(taking: Taking, read: Read, row_id: UUID) -> Treatment:
    """A row that is not there yet. One that is, is never written over: the journal has worked on it since."""
    newest = read.newest if read.newest.item else [v for v in read.versions if v.item][-1]
    item = newest.item
    assert item is not None  # noqa: S101  chosen above for having one
    row = Treatment(id=row_id, patient_key=taking.patient, created=read.versions[0].at)
    content_rows.fill(row, item.content)
    row.shelf = {"NIBBehandling": "nib", "FIBBehandling": "fib", "VaksineBehandling": "vib"}.get(
        read.kind, row.shelf
    )
    row.sources = [ORIGIN]
    row.registered_by = _by(newest, "Registered by", "Created by")
    row.last_changed, row.last_changed_by = newest.at, _by(newest, "LastEdited by", "Registered by")
    known = source.flag(newest.element, "LokalKjent") is not False
    row.review = Review.CONFIRMED if known else Review.UNSEEN_NEW
    row.review_note = "" if known else "innflyttet, ikke kjent lokalt"
    _stop(taking, read, newest, row)
    row.save(force_insert=True)
    return row


def _stop(taking: Taking, read: Read, newest: Version, row: Treatment) -> None:
    """Seponering stands on the version of a medicine and on the treatment of a ware; Slettet takes the row away."""
    stop = source.child(newest.element, "Seponering")
    stop = stop if stop is not None else source.child(read.element, "Seponering")
    if stop is not None:
        row.discontinued_at = source.instant(stop, "Tidspunkt")
        reason = source.code(stop, "Arsak")
        if len(reason) != DISCONTINUATIONS:
            taking.report.deviates(
                "unknown_code", kind="treatment", source=str(row.pk), said="Seponering/Arsak"
            )
        row.discontinuation_reason = reason if len(reason) == DISCONTINUATIONS else ""
        row.discontinuation_note = source.text(stop, "Merknad")
        if row.discontinued_at is None or row.discontinued_at <= clock.now():
            row.lifecycle = Lifecycle.DISCONTINUED
            row.discontinued_at = row.discontinued_at or newest.at
    gone = source.child(newest.element, "Tilbakekalling", "Slettet")
    removed = source.child(newest.element, "Tilbakekalling", "Fjernet")
    if (gone is not None or removed is not None or source.flag(newest.element, "InVib") is False) and (
        row.lifecycle == Lifecycle.ACTIVE
    ):
        at = source.instant(gone, "Tidspunkt") or source.instant(removed, "Tidspunkt") or newest.at
        row.lifecycle, row.discontinued_at = Lifecycle.DISCONTINUED, at


def _prescriptions(taking: Taking, read: Read, row: Treatment) -> None:
    """One per PrescriptionId, as its newest version says."""
    newest: dict[str, Version] = {}
    for version in read.versions:
        newest[version.prescription] = version
    for stated, version in newest.items():
        if version.item is None or version.item.content.prescription is None:
            taking.report.found("prescription", DROPPED)
            taking.report.deviates("unreadable_content", kind="prescription", source=stated)
            continue
        taking.took("prescription", stated, _prescription(taking, read, row, version).pk)


def _prescription(taking: Taking, read: Read, row: Treatment, version: Version) -> Prescription:
    element, item = version.element, version.item
    assert item is not None  # noqa: S101  the caller looked
    message_id = source.ident(source.text(element, "ReseptId")) or source.ident(
        version.prescription, scope="prescription"
    )
    held = Prescription.objects.filter(pk=message_id or row.pk).first()
    if held is not None:
        return held
    terms = item.content.prescription
    assert terms is not None  # noqa: S101  the caller looked
    made = Prescription(id=message_id, treatment_id=row.pk, patient_key=taking.patient, created=version.at)
    content_rows.fill_terms(made, terms)
    made.prescribed_on = item.prescribed_on or clock.local(version.at).date()
    made.content = content_data.to_data(item.content)
    made.previous_id = _previous(read, element)
    made.prescriber_hpr = _hpr(element)[:9]
    made.prescriber_name = _by(version, "Forskriver", "Signed by", "Registered by")
    made.prescriber_id = taking.person_with(made.prescriber_hpr)
    made.prescriber_organisation = taking.organisation if made.prescriber_id else ""
    _fate(taking, made, version)
    made.save(force_insert=True)
    return made


def _fate(taking: Taking, made: Prescription, version: Version) -> None:
    """Where it stands. What was never sent is never sent by us either: it waits for its prescriber (task 4)."""
    element = version.element
    sending, status = source.text(element, "RfSendStatus"), source.text(element, "RfStatus")
    made.rf_status = RF_STATUS.get(status.lower(), "")
    if made.rf_status:
        made.rf_status_at = version.at
    elif status.lower() not in NOT_IN_RF:
        taking.report.deviates("unknown_code", kind="prescription", source=str(made.pk), said="RfStatus")
    ours = source.text(element, "ItemSource").lower() not in FOREIGN_SOURCES or made.prescriber_id is not None
    made.delivery = Delivery.ACCEPTED if ours and made.rf_status else Delivery.FOREIGN
    if sending == PENDING or sending in FAILED:
        made.delivery = Delivery.RESIGN
        made.errors = [{"code": sending, "text": source.text(element, "RFSendFeilmelding")[:255]}]
    elif made.type == contents.PAPER or not made.rf_status:
        made.delivery = Delivery.WITHDRAWN if not made.rf_status and ours else made.delivery
    made.signed_at = version.at
    _recall(made, element)
    if sending in (PENDING, RECALL_PENDING, *FAILED):
        taking.report.deviates("not_sent", kind="prescription", source=str(made.pk), said=sending)
        ledger.work_item(READIED, patient=taking.patient, owner_hpr=made.prescriber_hpr, subject_id=made.pk)


def _recall(made: Prescription, element: Element) -> None:
    recall = source.child(element, "Tilbakekalling")
    if recall is None:
        return
    made.recalled_at = source.instant(recall, "Tidspunkt")
    reason = source.code(recall, "Arsak")
    made.recall_reason = reason if reason in RECALL_REASONS else ""
    made.recall_note = source.text(recall, "Merknad")
    pending = source.text(element, "RfSendStatus") == RECALL_PENDING
    made.recall_delivery = Delivery.RESIGN if pending else Delivery.ACCEPTED


def _previous(read: Read, element: Element) -> UUID | None:
    """The renewal chain names PrescriptionIds; ours is made of ReseptIds."""
    before = source.text(element, "RefForrigePrescription")
    if not before:
        return None
    named = [source.text(v.element, "ReseptId") for v in read.versions if v.prescription == before]
    found = next((one for one in reversed(named) if one), "")
    return source.ident(found) or source.ident(before, scope="prescription")


def _history(taking: Taking, read: Read, row: Treatment) -> None:
    """Each version as it was written, with what it changed."""
    before: dict[str, Any] = {}
    known = set(
        TreatmentEvent.objects.filter(pk__in=[version.id for version in read.versions]).values_list(
            "pk", flat=True
        )
    )
    for version in read.versions:
        after = _snapshot(version) or before
        old, new = content_rows.changes(before, after)
        before = after
        taking.took(
            "version", source.text(version.element, "PrescriptionVersionId") or str(version.id), version.id
        )
        if version.id in known:
            continue
        TreatmentEvent.objects.create(
            id=version.id,
            treatment_id=row.pk,
            patient_key=taking.patient,
            verb="migrated",
            before=old or None,
            after=new or None,
            note=_said(version),
            by_name=_by(version, "LastEdited by", "Registered by", "Forskriver"),
            at=version.at,
        )


def _snapshot(version: Version) -> dict[str, Any]:
    if version.item is None:
        return {}
    row = Treatment()
    content_rows.fill(row, version.item.content)
    stop = source.child(version.element, "Seponering")
    row.discontinued_at = source.instant(stop, "Tidspunkt")
    row.discontinuation_reason = source.code(stop, "Arsak")[:1]
    return {name: value for name, value in content_rows.snapshot(row).items() if name in SHOWN and value}


SHOWN: Final = (
    "name_form_strength", "use_type", "indication_text", "dosage_text", "starts_on", "discontinued_at",
    "discontinuation_reason",
)  # fmt: skip


def _said(version: Version) -> str:
    """What the version says beside its content."""
    element = version.element
    parts = [
        source.text(element, "RfStatus"),
        source.text(element, "RfSendStatus"),
        source.text(element, "Kladd"),
    ]
    number = source.text(element, "ReseptId")
    return "; ".join([part for part in parts if part] + ([f"resept {number}"] if number else []))


def _by(version: Version, *roles: str) -> str:
    """The name of the first who had one of these parts."""
    named = {
        source.text(one, "TypeOppdatering"): source.text(one, "Navn")
        for one in source.children(version.element, "Brukere", "Bruker")
    }
    return next((named[role] for role in roles if named.get(role)), next(iter(named.values()), ""))[:255]


def _hpr(element: Element) -> str:
    found = (source.text(one, "Hpr") for one in source.children(element, "Brukere", "Bruker"))
    return next((number.lstrip("0") for number in found if number), "")


def _particulars(taking: Taking, read: Read, row: Treatment) -> None:
    """What hangs on a treatment and has no table of ours, each with its original."""
    for kind, name in (
        ("comment", "LokalKommentar"),
        ("question", "Sporsmal"),
        ("interaction", "InteraksjonHandtert"),
    ):
        for number, element in enumerate(source.children(read.element, name)):
            taking.keep(kind, f"{row.pk}/{name}/{number}", element)
    for name in ("Utlevering", "SlvSvar"):
        for element in source.children(read.element, name):
            taking.keep("dispensing", source.text(element, "MsgId"), element, deviation="")
