"""Other doctors, invented: they prescribe, recall and update the list, signed with certificates of their own, through
the same door and the same checks as the product."""

from __future__ import annotations

import base64
import uuid
from datetime import date, timedelta
from typing import Any

from lxml import etree

from sfm.simulators.rf import certificates, desk, lists, signatures, state
from sfm.simulators.rf.drugs import prescription_body
from sfm.simulators.rf.models import ListMessage, Organisation, Patient, Practitioner, Prescription
from sfm.simulators.rf.posting import KITH, patient_part
from sfm.simulators.rf.reading import incoming, parse
from sfm.simulators.rf.verdict import Refused
from sfm.simulators.rf.writing import (
    Heading,
    document,
    organisation_part,
    put,
    rf_part,
    root,
    stamp,
    start,
    to_bytes,
)

M251 = f"{KITH}m251/2013-10-08"
_FK1 = "http://www.kith.no/xmlstds/felleskomponent1"
STRANGER = {
    "hpr": "009900001",
    "pid": "05857512067",
    "given": "Annen Oppdiktet",
    "family": "Demolege",
    "her": "8400001",
    "orgnr": "999100001",
    "organisation": "Oppdiktet legevakt",
}


class Failed(ValueError):
    """There is no such doctor or organisation."""


def stranger() -> tuple[Practitioner, Organisation]:
    """The invented doctor who is always there."""
    doctor, _ = Practitioner.objects.get_or_create(
        hpr=STRANGER["hpr"],
        defaults={"pid": STRANGER["pid"], "given": STRANGER["given"], "family": STRANGER["family"]},
    )
    organisation, _ = Organisation.objects.get_or_create(
        her=STRANGER["her"], defaults={"orgnr": STRANGER["orgnr"], "name": STRANGER["organisation"]}
    )
    return doctor, organisation


def _sender(hpr: str, her: str) -> tuple[Practitioner, Organisation]:
    if not hpr:
        return stranger()
    doctor = Practitioner.objects.filter(hpr=hpr.zfill(9)).first()
    organisation = Organisation.objects.filter(her=her).first() if her else stranger()[1]
    if doctor is None or organisation is None:
        raise Failed(f"Ukjent lege ({hpr}) eller virksomhet ({her}). Seed dem først.")
    return doctor, organisation


def _submit(operation: str, written: bytes, doctor: Practitioner) -> str:
    """Sign and hand in; the MsgId comes back. Signing by a certificate nobody else has."""
    who = certificates.of(doctor)
    signed = signatures.sign(written, key_pem=who.key, certificate_pem=who.certificate)
    message = incoming(operation, signed, {})
    connected = Organisation.objects.get(her=message.sender.her).connected
    answer = desk.handle(message, fault="annen lege")
    Organisation.objects.filter(her=message.sender.her).update(connected=connected)
    if answer.remarks:
        raise Refused(answer.remarks)
    return message.msg_id


def _headed(
    heading: Heading, doctor: Practitioner, organisation: Organisation, patient: Patient | None
) -> tuple[etree._Element, etree._Element]:
    head, info = start(heading)
    organisation_part(put(info, "Sender"), organisation, doctor, with_address=True)
    rf_part(put(info, "Receiver"))
    if patient:
        patient_part(info, patient)
    return head, info


def prescribe(order: dict[str, Any]) -> str:
    """An M1 from a JSON order (see seed.py). Returns the ReseptId."""
    doctor, organisation = _sender(order.get("by", ""), order.get("her", ""))
    patient = Patient.objects.get(pid=order["patient"])
    with state.displaced(-timedelta(days=float(order.get("days_ago", 0)))):
        heading = Heading(type="ERM1", name="Resept", msg_id=order.get("id") or str(uuid.uuid4()))
        head, _ = _headed(heading, doctor, organisation, patient)
        document(head, prescription_body(order, doctor))
        return _submit("M1", to_bytes(head), doctor)


def recall(
    resept_id: str, *, reason: str = "2", note: str = "", by: str = "", her: str = "", days_ago: float = 0
) -> str:
    """An M5 on any prescription; the original prescriber gets M7 when it is another's."""
    doctor, organisation = _sender(by, her)
    prescription = Prescription.objects.get(resept_id=resept_id)
    patient = Patient.objects.filter(pid=prescription.pid).first()
    names = {
        "1": "Fornying",
        "2": "Seponering",
        "3": "Fornying med endring",
        "4": "Annen",
        "5": "Administrativ sletting",
    }
    with state.displaced(-timedelta(days=days_ago)):
        head, _ = _headed(
            Heading(type="ERM5", name="Tilbakekalling av resept"), doctor, organisation, patient
        )
        body = root(f"{KITH}m5/2013-04-16", "Tilbakekalling")
        put(body, "ReseptId", resept_id)
        if note:
            put(body, "Merknad", note)
        put(body, "Arsak", V=reason, S="2.16.578.1.12.4.1.1.7500", DN=names[reason])
        document(head, body)
        return _submit("M5", to_bytes(head), doctor)


def send_list(
    *,
    pid: str,
    by: str = "",
    her: str = "",
    entries: list[dict[str, Any]] | None = None,
    days_ago: float = 0,
    note: str = "",
    msg_id: str = "",
) -> str:
    """An M25.1 with the right parent. Without entries: the present list, with a remark added. Returns the MsgId."""
    doctor, organisation = _sender(by, her)
    patient = Patient.objects.get(pid=pid)
    with state.displaced(-timedelta(days=days_ago)):
        last = lists.head(pid)
        parent = last.msg_id if last else ""
        heading = Heading(type="ERM251", name="Legemidler i bruk", msg_id=msg_id, parent=parent)
        head, _ = _headed(heading, doctor, organisation, patient)
        document(
            head,
            _list_body(doctor, entries, last, note or ("Oppdatert av annen lege" if entries is None else "")),
        )
        return _submit("M25_1", to_bytes(head), doctor)


def take_over(pid: str, *, by: str = "", her: str = "") -> str:
    """Another doctor becomes responsible for the multidose (M27.1); the former one hears of it (M28)."""
    doctor, organisation = _sender(by, her)
    head, _ = _headed(
        Heading(type="ERM271", name="Registrering av multidoseansvarlig"),
        doctor,
        organisation,
        Patient.objects.get(pid=pid),
    )
    body = root(f"{KITH}m271/2013-04-16", "M271")
    put(body, "Status", V="R", DN="Registrering")
    put(body, "GjelderFra", state.today().isoformat())
    document(head, body)
    return _submit("M27_1", to_bytes(head), doctor)


def _list_body(
    doctor: Practitioner, entries: list[dict[str, Any]] | None, last: ListMessage | None, note: str
) -> etree._Element:
    body = root(M251, "LegemidlerIBruk")
    _role(body, "L", "LIB-ansvarlig lege", doctor)
    if entries is None:
        _copy_entries(body, last)
    for entry in entries or []:
        _entry(body, entry, doctor)
    if note:
        put(body, "Merknad", note)
    return body


def _role(parent: etree._Element, code: str, name: str, doctor: Practitioner) -> None:
    role = put(parent, "Rolle")
    put(role, "Rolle", V=code, DN=name)
    person = put(role, "Helseperson")
    number = put(person, "HprId")
    put(number, f"{{{_FK1}}}Id", doctor.hpr)
    put(number, f"{{{_FK1}}}TypeId", V="HPR", DN="HPR-nummer", S="2.16.578.1.12.4.1.1.8116")
    put(person, "Fornavn", doctor.given)
    put(person, "Etternavn", doctor.family)


def _copy_entries(body: etree._Element, last: ListMessage | None) -> None:
    newest = ListMessage.objects.filter(pid=last.pid, kind="ERM251").order_by("-id").first() if last else None
    if newest is None:
        return
    for tag in ("EnkeltoppforingLIB", "Allergi"):
        for element in parse(bytes(newest.xml)).iter(f"{{*}}{tag}"):
            body.append(element)


def _entry(body: etree._Element, entry: dict[str, Any], doctor: Practitioner) -> None:
    """One line of the list: of a prescription in RF (`resept_id`), on paper (`paper`), or without prescription."""
    row = put(body, "EnkeltoppforingLIB")
    prescription = Prescription.objects.filter(resept_id=entry.get("resept_id", "")).first()
    kind = "E" if prescription else "P" if entry.get("paper") else "U"
    names = {"E": "Eresept", "P": "Papirresept", "U": "Uten resept"}
    put(row, "Id", entry.get("id") or str(uuid.uuid4()))
    put(row, "Type", V=kind, DN=names[kind])
    if kind != "U":
        put(row, "ReseptId", prescription.resept_id if prescription else str(entry["paper"]))
        expires = prescription.expires if prescription else state.today() + timedelta(days=365)
        put(row, "UtlopsdatoResept", expires.isoformat())
    changed = state.now() - timedelta(days=float(entry.get("changed_days_ago", 0)))
    put(row, "SistEndret", stamp(changed))
    put(row, "DatoOppstart", _start(entry, prescription).isoformat())
    _role(row, "I", "Instituert av", doctor)
    put(row, "ReseptDokLegemiddelB64", base64.b64encode(_drug_bytes(entry, prescription, doctor)).decode())
    if entry.get("stopped"):
        _stopped(row, entry["stopped"])


def _start(entry: dict[str, Any], prescription: Prescription | None) -> date:
    if "started_days_ago" in entry:
        return state.today() - timedelta(days=int(entry["started_days_ago"]))
    return prescription.prescribed if prescription else state.today()


def _drug_bytes(entry: dict[str, Any], prescription: Prescription | None, doctor: Practitioner) -> bytes:
    """The drug as one element: the M1's own when there is one (M25 rule 7)."""
    source = parse(bytes(prescription.xml)) if prescription else prescription_body(entry, doctor)
    drug = source.find(".//{*}ReseptDokLegemiddel")
    assert drug is not None  # noqa: S101 — the schema demands it
    return etree.tostring(drug, encoding="UTF-8", xml_declaration=False, with_tail=False)


def _stopped(row: etree._Element, stopped: dict[str, Any]) -> None:
    part = put(row, "Seponering")
    put(part, "Tidspunkt", stamp(state.now() - timedelta(days=float(stopped.get("days_ago", 0)))))
    put(
        part,
        "Arsak",
        V=str(stopped.get("reason", "A")),
        DN=stopped.get("reason_text", "Avsluttet behandling"),
    )
    if stopped.get("note"):
        put(part, "Merknad", stopped["note"])
