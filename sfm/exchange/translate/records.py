"""What RF answers, as records to merge: M9.6 with its M1s, M9.12 with its lists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sfm.core import clock, names
from sfm.exchange import signatures
from sfm.exchange.translate import list_extension, particulars, wares
from sfm.exchange.translate import prescription as prescriptions
from sfm.medication import content_data
from sfm.medication.content import PrescriptionTerms, TreatmentContent
from sfm.medication.rules import dosage_text, product_kinds, validation
from sfm.medication.rules.merge import Record
from sfm.wire import messages
from sfm.wire.safe_xml import WireFormatError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sfm.medication.particulars import Particulars
    from sfm.wire import m1, m96, m251, m912
    from sfm.wire.messages import Opened
    from sfm.wire.parties import Party


@dataclass(frozen=True, kw_only=True)
class RfAnswer:
    """M9.6, read. `unreadable` counts prescriptions that are listed and cannot be shown. `listed`: ReseptId → recalled,
    of all of them. `foreign`: RF says that it is about somebody else."""

    records: tuple[Record, ...]
    listed: Mapping[str, bool]
    search_status: str
    foreign: bool
    locked_elsewhere: bool
    newer_identity: bool
    only_own: bool
    unreadable: int = 0


@dataclass(frozen=True, kw_only=True)
class ListAnswer:
    """M9.12, read. `head` is the parent of our next list."""

    records: tuple[Record, ...]
    head: str
    signed_by: str
    signature: str
    signed_at: datetime | None
    version: Opened | None
    physician: str
    pharmacy: str
    newer_identity: bool
    foreign: bool  # RF says that it is about somebody else


Belongs = Callable[[str | None], bool]


def of_m96(opened: Opened, *, ours: Belongs) -> RfAnswer:
    """`ours` says whether a national number is the patient's. A prescription of somebody else is never shown: a
    reference number that is mistyped finds it (eresept.md 5.4)."""
    body: m96.PrescriptionList = opened.body
    patient = body.patient
    named = _numbers(patient) if patient else ()
    attached, unreadable = _attached(opened, lambda pid: pid in named or ours(pid))
    records = [
        _listed(item, *attached[item.prescription_id.lower()])
        for item in body.prescriptions
        if item.prescription_id.lower() in attached
    ]
    missing = len(body.prescriptions) - len(records)
    return RfAnswer(
        records=tuple(records),
        locked_elsewhere=bool(body.has_locked),
        listed={
            item.prescription_id.lower(): item.recalled or item.status.code == "T"
            for item in body.prescriptions
        },
        search_status=(body.search_status.code or "") if body.search_status else "",
        foreign=patient is not None and not any(map(ours, named)),
        newer_identity=bool(patient and patient.others),
        only_own=bool(body.patient_reservation),
        unreadable=max(unreadable, missing),
    )


def _numbers(patient: m96.PatientIdentity | m912.ListedPatient) -> tuple[str, ...]:
    """Every number RF says is this person's."""
    return (patient.national_id, *patient.others)


def _attached(opened: Opened, ours: Belongs) -> tuple[dict[str, tuple[Opened, str]], int]:
    """Each M1 of the patient by its id, with how its signature stands; and how many are left out."""
    found, unreadable = {}, 0
    for attachment in opened.attachments:
        try:
            message = messages.open_message(attachment)
        except WireFormatError:
            unreadable += 1
            continue
        patient = message.envelope.info.patient
        if ours(patient.national_id if patient else None):
            found[message.id.lower()] = message, signatures.of(attachment, message)
        else:
            unreadable += 1
    return found, unreadable


def _listed(item: m96.ListedPrescription, message: Opened, signature: str) -> Record:
    prescription: m1.Prescription = message.body
    renewal = item.renewal
    previous = (renewal.previous_prescription_id or "") if renewal else ""
    base = of_m1(message)
    data = {
        **base.data,
        "recalled_at": _iso(item.recall.at if item.recall else None),
        "recall_reason": item.recall_reason or "",
        "dispensed": [
            {
                "at": entry.latest_at.isoformat(),
                "name": entry.name_form_strength,
                "amount": f"{entry.latest_packages.normalize():f} pk",
                "pharmacy": item.dispenser_name or "",
            }
            for entry in item.dispensed
        ],
        "locked": bool(prescription.locked),
        "signature": signature,
    }
    return replace(
        base,
        status=item.status.code or "",
        recalled=item.recalled,
        previous_id=previous.lower(),
        data=data,
    )


def of_m1(message: Opened) -> Record:
    """A prescription as a record, without what RF knows of it."""
    body: m1.Prescription = message.body
    writer = _writer(message.envelope.info.sender)
    content = _content(message, body)
    return Record(
        source="RF",
        resept_id=message.id.lower(),
        changed_at=message.envelope.info.generated_at,
        by=writer["label"],
        by_short=writer["short"],
        fields=fields_of(content) if content else {},
        data={
            "content": content_data.to_data(content) if content else None,
            "prescribed_on": body.prescribed_on.isoformat(),
            "expires_on": body.expires_on.isoformat(),
            "prescriber_hpr": writer["hpr"],
            "prescriber_name": writer["name"],
            "organisation": writer["organisation"],
        },
    )


def _content(message: Opened, body: m1.Prescription) -> TreatmentContent | None:
    said = particulars.read(body, message.extensions)
    if body.medication is not None:
        terms = _terms(body, body.medication)
        return content_of(body.medication, starts_on=None, terms=replace(terms, particulars=said))
    if body.commodity is None:
        return None
    product = wares.product_of(body.commodity)
    return TreatmentContent(
        product=product,
        use_type=product_kinds.NUTRITION_USE if product.kind == product_kinds.NUTRITION else "1",
        indication_text="",
        dosage=wares.dosage_of(body.commodity),
        prescription=_ware_terms(body, body.commodity, said),
    )


def _ware_terms(
    body: m1.Prescription, commodity: m1.PrescribedCommodity, said: Particulars
) -> PrescriptionTerms:
    basis = commodity.legal_basis
    return PrescriptionTerms(
        expires_on=body.expires_on,
        package_count=commodity.package_count,
        valid_from=body.earliest_dispensing_on,
        legal_basis=(basis.code or "") if basis else "",
        note_to_pharmacy=commodity.note or "",
        particulars=said,
    )


def of_m912(opened: Opened, *, ours: Belongs) -> ListAnswer:
    patient: m912.ListedPatient = opened.body.patient
    lists = [(messages.open_message(raw), raw) for raw in patient.messages]
    newest, raw = max(
        ((found, raw) for found, raw in lists if found.kind.code == "ERM251"),
        key=lambda one: one[0].envelope.info.generated_at,
        default=(None, b""),
    )
    signer = _writer(newest.envelope.info.sender) if newest else {"name": ""}
    physician, pharmacy = patient.physician, patient.pharmacy
    return ListAnswer(
        records=(*(of_list(newest) if newest else ()), *_asked_for([one for one, _ in lists], newest)),
        head=(patient.head or "").lower(),
        signed_by=signer["name"],
        signature=signatures.of(raw, newest) if newest else "",
        signed_at=newest.envelope.info.generated_at if newest else None,
        version=newest,
        physician=_person(physician.family_name, physician.given_name)
        if physician and not physician.active_until
        else "",
        pharmacy=pharmacy.name if pharmacy and not pharmacy.active_until else "",
        newer_identity=bool(patient.others),
        foreign=not any(map(ours, _numbers(patient))),
    )


def of_list(message: Opened) -> tuple[Record, ...]:
    """The entries of an M25.x, and what the extension says beside them."""
    body: m251.SharedMedicationList = message.body
    sender = _writer(message.envelope.info.sender)
    comments = list_extension.comments(message)
    return tuple(_entry(entry, sender, comments.get(entry.id.lower(), [])) for entry in body.entries)


def _asked_for(lists: Iterable[Opened], newest: Opened | None) -> tuple[Record, ...]:
    """Lines a pharmacy has added since the doctor's list: to be included or discontinued in the next (rule 9.2-8)."""
    since = newest.envelope.info.generated_at if newest else None
    known = {entry.id.lower() for entry in newest.body.entries} if newest else set()
    found = [one for one in lists if one.kind.code == "ERM252"]
    last = max(found, key=lambda one: one.envelope.info.generated_at, default=None)
    if last is None or (since is not None and last.envelope.info.generated_at <= since):
        return ()
    return tuple(record for record in of_list(last) if record.lib_id not in known)


def _entry(entry: m251.SharedListEntry, sender: dict[str, str], comments: list[dict[str, Any]]) -> Record:
    medication = entry.parsed_medication()
    ended = entry.discontinuation
    content = content_of(medication, starts_on=entry.started_on, terms=None)
    return Record(
        source="PLL",
        lib_id=entry.id.lower(),
        resept_id=(entry.prescription_id or "").lower(),
        discontinued=ended is not None and ended.at <= clock.now(),
        changed_at=entry.changed_at,
        by=sender["label"],
        by_short=sender["short"],
        fields=fields_of(content),
        data={
            "content": content_data.to_data(content),
            "type": entry.type.code or "U",
            "expires_on": entry.expires_on.isoformat() if entry.expires_on else "",
            "discontinued_at": _iso(ended.at if ended else None),
            "discontinuation_reason": (ended.reason.code or "") if ended else "",
            "discontinuation_note": (ended.note or "") if ended else "",
            "comments": comments,
        },
    )


def content_of(
    medication: m1.PrescribedMedication, *, starts_on: date | None, terms: PrescriptionTerms | None
) -> TreatmentContent:
    return TreatmentContent(
        product=prescriptions.product_of(medication),
        use_type=use_type(prescriptions.code(medication.prescribing.use_type)),
        indication_text=medication.prescribing.indication_text or "",
        dosage=prescriptions.dosage_of(medication),
        starts_on=starts_on,
        prescription=terms,
    )


def use_type(code: str) -> str:
    """9101; a code we do not know, or none, is «fast»: the dose says the rest."""
    return code if code in validation.USE_TYPES else "1"


def fields_of(content: TreatmentContent) -> dict[str, str]:
    """What is compared between sources."""
    return {
        "name_form_strength": content.product.name_form_strength,
        "dosage_text": dosage_text.text(content.dosage),
        "use_type": content.use_type,
        "indication_text": content.indication_text,
    }


def _terms(body: m1.Prescription, medication: m1.PrescribedMedication) -> PrescriptionTerms:
    packages = medication.package_count
    basis, reason = medication.legal_basis, medication.reimbursement_code
    item = medication.prescribing.package
    return PrescriptionTerms(
        expires_on=body.expires_on,
        package_count=packages,
        varenr=item.item_number if item else "",
        quantity=None if packages is not None or medication.quantity is None else medication.quantity.value,
        quantity_unit=(medication.quantity.unit or "") if medication.quantity and packages is None else "",
        refills=medication.refills,
        valid_from=body.earliest_dispensing_on,
        legal_basis=(basis.code or "") if basis else "",
        reimbursement_code=(reason.code or "") if reason else "",
        reimbursement_system=(reason.system or "") if reason else "",
        no_substitution=prescriptions.code(medication.no_generic_substitution) == "1",
        note_to_pharmacy=medication.note or "",
    )


def _writer(party: Party) -> dict[str, str]:
    organisation = party.organisation
    person = organisation.prescriber
    name = _person(person.family_name, person.given_name) if person else ""
    return {
        "name": name,
        "hpr": ((person.number("HPR") or "") if person else "").lstrip("0"),
        "organisation": organisation.name,
        "label": names.label(name, organisation.name),
        "short": names.label(names.short(name), organisation.name),
    }


def _person(family: str | None, given: str | None) -> str:
    return f"{given or ''} {family or ''}".strip()


def _iso(value: datetime | None) -> str:
    return value.isoformat() if value else ""


def to_data(record: Record) -> dict[str, Any]:
    """A record for the snapshot, as JSON."""
    return {
        "source": record.source,
        "lib_id": record.lib_id,
        "resept_id": record.resept_id,
        "previous_id": record.previous_id,
        "status": record.status,
        "recalled": record.recalled,
        "discontinued": record.discontinued,
        "changed_at": _iso(record.changed_at),
        "by": record.by,
        "by_short": record.by_short,
        "fields": dict(record.fields),
        "data": dict(record.data),
    }


def from_data(data: dict[str, Any]) -> Record:
    changed = data["changed_at"]
    return Record(**{**data, "changed_at": datetime.fromisoformat(changed) if changed else None})
