"""The life of a prescription in RF (E, U, R, T, B, A, F), and what each step sets in motion."""

from __future__ import annotations

import base64
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from lxml import etree

from sfm.simulators.rf import posting, state
from sfm.simulators.rf.models import Event, Organisation, Patient, Practitioner, Prescription
from sfm.simulators.rf.reading import Incoming, find, parse, required_day, text, value
from sfm.simulators.rf.verdict import refuse

LISTED = ("E", "U")
RECALLED, BEING_DISPENSED = "1", "2"  # 7503


def accept(message: Incoming) -> Prescription:
    """A checked M1 becomes a prescription: E, or B when it is an application sent straight to SLV."""
    if Prescription.objects.filter(resept_id=message.msg_id).exists():
        raise refuse(10, message.msg_id)
    body = message.payload
    drug, ware = find(body, "ReseptDokLegemiddel"), find(body, "ReseptDokHandelsvare")
    part = drug if drug is not None else ware
    application = text(drug, "LegemiddelUtenMt/DirektesoknadSlv") in {"true", "1"}
    prescription = Prescription.objects.create(
        resept_id=message.msg_id,
        pid=message.patient.pid if message.patient else "",
        patient_name=message.patient.name if message.patient else "",
        hpr=message.sender.hpr,
        her=message.sender.her,
        status="B" if application else "E",
        slv_status="2" if application else "",
        drug=drug_name(part),
        atc=_attribute(part, "Atc", "V"),
        group=_attribute(part, "Reseptgruppe", "V"),
        varenr=(part.findtext(".//{*}Varenr") or "") if part is not None else "",
        amount=Decimal(text(part, "Antall") or value(part, "Mengde") or "0"),
        refills=int(text(part, "Reiterasjon") or 0),
        prescribed=required_day(text(body, "Forskrivningsdato")),
        expires=required_day(text(body, "Utloper")),
        locked=text(body, "LastResept") in {"true", "1"},
        refnr=text(body, "RefNr"),
        dispatch_her=text(body, "EkspAnm/Utleverer"),
        received=state.now(),
        xml=message.raw,
    )
    tell_kj(prescription)
    return prescription


def _attribute(part: etree._Element | None, name: str, attribute: str) -> str:
    found = None if part is None else part.find(f".//{{*}}{name}")
    return str(found.get(attribute, "")) if found is not None else ""


def drug_name(part: etree._Element | None) -> str:
    """What the console and KJ call it: the mixture's name, name with form and strength, or the group of the ware."""
    if part is None:
        return ""
    mixture = part.findtext(".//{*}Legemiddelblanding/{*}Navn")
    return mixture or part.findtext(".//{*}NavnFormStyrke") or _attribute(part, "ProdGruppe", "DN")


def recall(prescription: Prescription, message: Incoming) -> None:
    """M5 on a prescription: T at once, or marked when a pharmacy has it (then T when that ends)."""
    if prescription.status == "T" or prescription.recall:
        raise refuse(16)
    if prescription.status == "R":
        raise refuse(96)
    if prescription.status not in {"E", "U", "B"}:
        raise refuse(15)
    body = message.payload
    prescription.recall = {
        "msg_id": message.msg_id,
        "at": state.now().isoformat(),
        "reason": value(body, "Arsak"),
        "note": text(body, "Merknad"),
        "hpr": message.sender.hpr,
        "her": message.sender.her,
        "xml": base64.b64encode(message.raw).decode(),
    }
    prescription.replaced_by = text(body, "NyReseptId")
    Prescription.objects.filter(resept_id=prescription.replaced_by).update(replaces=prescription.resept_id)
    if prescription.status == "U":
        prescription.save()
        posting.recall_receipt(prescription, BEING_DISPENSED)
        tell_kj(prescription)
    else:
        complete_recall(prescription)


def complete_recall(prescription: Prescription) -> None:
    prescription.status, prescription.ended, prescription.holder_her = "T", state.now(), ""
    prescription.save()
    posting.recall_receipt(prescription, RECALLED)
    if prescription.recall and prescription.recall["hpr"] != prescription.hpr:
        posting.deleted_by_other(prescription)
    tell_kj(prescription)


def fetch(prescription: Prescription, pharmacy: Organisation) -> None:
    """M9.3: E becomes U, held by that pharmacy."""
    if prescription.status == "U" and prescription.holder_her != pharmacy.her:
        raise refuse(69)
    if prescription.status not in LISTED:
        raise refuse({"R": 96, "T": 97, "A": 63, "B": 64, "X": 62}.get(prescription.status, 41))
    if (
        prescription.dispatch_her
        and prescription.dispatch_her != pharmacy.her
        and not prescription.dispensings.exists()
    ):
        raise refuse(70)
    prescription.status, prescription.holder_her = "U", pharmacy.her
    prescription.save()
    tell_kj(prescription)


def release(prescription: Prescription, *, finished: bool) -> None:
    """Dispensing ended: R when finished, else E again; a waiting recall takes effect instead."""
    if prescription.recall:
        complete_recall(prescription)
        return
    prescription.status, prescription.holder_her = ("R" if finished else "E"), ""
    prescription.ended = state.now() if finished else None
    prescription.save()
    tell_kj(prescription)


def expire() -> None:
    """Past Utloper a prescription is gone from RF; only KJ still shows it, as F."""
    for old in Prescription.objects.filter(expires__lt=state.today()).exclude(
        status__in=("F", "R", "T", "A")
    ):
        old.status, old.ended = "F", state.now()
        old.save()
        tell_kj(old)


def visible() -> QuerySet[Prescription]:
    """What RF still has: not expired, and not past the deletion period after its end."""
    expire()
    limit = state.now() - timedelta(days=state.get("deletion_days"))
    return (
        (
            Prescription.objects.exclude(status="F")
            .exclude(ended__lt=limit)
            .exclude(expires__lt=state.today())
            | Prescription.objects.filter(Q(status__in=("R", "T", "A")), ended__gte=limit)
        )
        .distinct()
        .order_by("-received", "resept_id")
    )


def tell_kj(prescription: Prescription) -> None:
    Event.objects.create(body={"event": "prescription", "prescription": summary(prescription)})


def summary(prescription: Prescription) -> dict[str, Any]:
    """The prescription as JSON: for the state API and for Kjernejournal."""
    prescriber = Practitioner.objects.filter(hpr=prescription.hpr).first()
    organisation = Organisation.objects.filter(her=prescription.her).first()
    body = parse(bytes(prescription.xml))
    use = body.find(".//{*}Forskrivning")
    return {
        "resept_id": prescription.resept_id,
        "pid": prescription.pid,
        "patient_name": prescription.patient_name,
        "status": prescription.status,
        "drug": prescription.drug,
        "atc": prescription.atc,
        "varenr": prescription.varenr,
        "group": prescription.group,
        "amount": str(prescription.amount),
        "refills": prescription.refills,
        "prescribed": prescription.prescribed.isoformat(),
        "expires": prescription.expires.isoformat(),
        "dosage_text": text(use, "DosVeiledEnkel"),
        "indication": text(use, "Bruksomrade"),
        "use": value(use, "Bruk"),
        "locked": prescription.locked,
        "refnr": prescription.refnr,
        "slv_status": prescription.slv_status,
        "holder_her": prescription.holder_her,
        "dispatch_her": prescription.dispatch_her,
        "hpr": prescription.hpr,
        "prescriber": prescriber.name if prescriber else "",
        "her": prescription.her,
        "organisation": organisation.name if organisation else "",
        "received": prescription.received.isoformat(),
        "ended": prescription.ended.isoformat() if prescription.ended else None,
        "replaces": prescription.replaces,
        "replaced_by": prescription.replaced_by,
        "recall": {k: v for k, v in prescription.recall.items() if k != "xml"}
        if prescription.recall
        else None,
        "m1": base64.b64encode(bytes(prescription.xml)).decode(),
    }


def patient_of(prescription: Prescription) -> Patient | None:
    return Patient.objects.filter(pid=prescription.pid).first()
