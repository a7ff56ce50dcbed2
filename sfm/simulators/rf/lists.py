"""PLL: a chain of whole lists. The last writer with the right parent replaces it (226 for the others)."""

from __future__ import annotations

import base64
from datetime import date

from lxml import etree

from sfm.simulators.rf import posting, state
from sfm.simulators.rf.models import (
    Event,
    ListMessage,
    MultidoseParty,
    Organisation,
    Patient,
    Practitioner,
    Prescription,
)
from sfm.simulators.rf.reading import Incoming, day, text, value
from sfm.simulators.rf.verdict import Remarks, refuse
from sfm.simulators.rf.writing import FK1, Heading, answer, put, root

M274 = "http://www.kith.no/xmlstds/eresept/m274/2012-06-11"


def head(pid: str) -> ListMessage | None:
    """The last M25.x RF received for the patient: its MsgId is RefMsgId."""
    return ListMessage.objects.filter(pid=pid).order_by("-id").first()


def accept(message: Incoming) -> ListMessage:
    if not message.pid:
        raise refuse(257)
    _check_entries(message)
    _check_parties(message)
    _check_chain(message)
    return store(message)


def store(message: Incoming) -> ListMessage:
    link = ListMessage.objects.create(
        msg_id=message.msg_id,
        pid=message.pid,
        kind=message.type,
        parent=message.parent,
        conversation=message.conversation,
        hpr=message.sender.hpr,
        her=message.sender.her,
        received=state.now(),
        xml=message.raw,
    )
    body = {"event": "list", "pid": link.pid, "kind": link.kind, "msg_id": link.msg_id, "her": link.her}
    body |= {
        "hpr": link.hpr,
        "received": link.received.isoformat(),
        "xml": base64.b64encode(message.raw).decode(),
    }
    Event.objects.create(body=body)
    return link


def entries(message: Incoming) -> list[etree._Element]:
    return [] if message.payload is None else message.payload.findall("{*}EnkeltoppforingLIB")


def _check_entries(message: Incoming) -> None:
    remarks = Remarks()
    rows = entries(message)
    ids = [text(row, "Id") for row in rows]
    remarks.when(len(ids) != len(set(ids)), 315)
    for row in rows:
        kind, resept_id = value(row, "Type"), text(row, "ReseptId")
        remarks.when(kind not in {"E", "P", "U"}, 235, kind)
        remarks.when(kind in {"E", "P"} and not resept_id, 3, text(row, "Id"))
        remarks.when(kind == "U" and (resept_id or text(row, "UtlopsdatoResept")), 235, "U med resept")
    named = [text(row, "ReseptId") for row in rows if text(row, "ReseptId")]
    remarks.when(Prescription.objects.filter(resept_id__in=named, locked=True).exists(), 239)
    active = [
        text(row, "ReseptId") for row in rows if row.find("{*}Seponering") is None and text(row, "ReseptId")
    ]
    remarks.when(len(active) != len(set(active)), 320, "samme ReseptId i to aktive oppføringer")
    remarks.close()


def party(pid: str, kind: str) -> MultidoseParty | None:
    """The registered lege or apotek of today."""
    today = state.today()
    return (
        MultidoseParty.objects.filter(pid=pid, kind=kind, active_from__lte=today)
        .exclude(active_to__lte=today)
        .order_by("-active_from", "-id")
        .first()
    )


def _check_parties(message: Incoming) -> None:
    doctor = party(message.pid, "lege")
    locum = value(message.payload, "Vikar") == "1"
    if doctor is None and locum:
        raise refuse(359)
    if doctor and doctor.hpr != message.sender.hpr and not locum:
        raise refuse(152)


def _check_chain(message: Incoming) -> None:
    last, remarks = head(message.pid), Remarks()
    remarks.when(message.parent and not message.conversation, 302)
    remarks.when(message.parent and message.conversation != message.parent, 316)
    remarks.close()
    if message.parent != (last.msg_id if last else ""):
        raise refuse(226, last.msg_id if last else "pasienten har ingen liste")


def download(message: Incoming) -> bytes:
    """M9.11 → M9.12: RefMsgId, the parties, and the latest M25.1, for multidose patients also M25.2 and M25.3."""
    pid = text(message.payload, "Fnr")
    edition = message.namespace.rsplit("/", 1)[1][:4]
    body = root(message.namespace.replace("m911", "m912"), "M912")
    part = put(body, "Multidosepasient" if edition == "2014" else "Pasient")
    put(part, "Fnr", pid)
    if edition != "2014":
        for other in Patient.objects.filter(new_pid=pid):
            put(part, "AndreFnr", other.pid)
    last = head(pid)
    if last:
        put(part, "RefMsgId", last.msg_id)
    _parties(part, pid, newest=edition == "2021")
    for newest in _latest(pid):
        put(part, "VarerIBrukB64", base64.b64encode(bytes(newest.xml)).decode())
    return answer(message, Heading(type="ERM912", name="Nedlasting av varer i bruk"), body)


def _latest(pid: str) -> list[ListMessage]:
    kinds = ["ERM251", "ERM252", "ERM253"] if party(pid, "apotek") else ["ERM251"]
    found = (ListMessage.objects.filter(pid=pid, kind=kind).order_by("-id").first() for kind in kinds)
    return [message for message in found if message]


def _parties(part: etree._Element, pid: str, *, newest: bool) -> None:
    for kind, write in (
        ("lege", _doctor if newest else _doctor_2012),
        ("apotek", _pharmacy if newest else _pharmacy_2012),
    ):
        known = MultidoseParty.objects.filter(pid=pid, kind=kind).order_by("-active_from", "-id").first()
        if known:
            write(part, known)


def _doctor(part: etree._Element, party: MultidoseParty) -> None:
    person = Practitioner.objects.get(hpr=party.hpr)
    organisation = Organisation.objects.get(her=party.her)
    doctor = put(part, "Multidoselege")
    put(doctor, "HprNr", person.hpr)
    put(doctor, "Fornavn", person.given)
    put(doctor, "Etternavn", person.family)
    put(doctor, "OrgNavn", organisation.name)
    put(doctor, "HerId", organisation.her)
    if party.active_to:
        put(doctor, "AktivTil", party.active_to.isoformat())
    put(doctor, "Telefon", organisation.phone)


def _doctor_2012(part: etree._Element, party: MultidoseParty) -> None:
    person = Practitioner.objects.get(hpr=party.hpr)
    organisation = Organisation.objects.get(her=party.her)
    doctor = put(part, f"{{{M274}}}Multidoselege")
    put(doctor, "HprNr", person.hpr)
    put(doctor, "Navn", person.name)
    put(doctor, "Org", organisation.name)
    posting.identifier(doctor, "HerId", organisation.her, "HER", "HER-id")
    if party.active_to:
        put(doctor, "AktivTil", party.active_to.isoformat())
    phone = put(doctor, "Telefon")
    put(phone, f"{{{FK1}}}TypeTelecom", V="HP", DN="Hovedtelefon")
    put(phone, f"{{{FK1}}}TeleAddress", V=f"tel:{organisation.phone}")


def _pharmacy(part: etree._Element, party: MultidoseParty) -> None:
    organisation = Organisation.objects.get(her=party.her)
    pharmacy = put(part, "Multidoseapotek")
    put(pharmacy, "Navn", organisation.name)
    put(pharmacy, "Herid", organisation.her)
    if party.active_to:
        put(pharmacy, "AktivTil", party.active_to.isoformat())
    put(pharmacy, "Telefon", organisation.phone)


def _pharmacy_2012(part: etree._Element, party: MultidoseParty) -> None:
    organisation = Organisation.objects.get(her=party.her)
    pharmacy = put(part, f"{{{M274}}}Multidoseapotek")
    put(pharmacy, "Navn", organisation.name)
    posting.identifier(pharmacy, "Konsesjonsnr", organisation.her, "HER", "HER-id")
    if party.active_to:
        put(pharmacy, "AktivTil", party.active_to.isoformat())


def register_party(message: Incoming) -> bytes:
    """M27.1 → M27.2: a doctor takes over or leaves; the one before hears of it by M28."""
    leaving = value(message.payload, "Status") == "A"
    if value(message.payload, "Status") not in {"A", "R"}:
        raise refuse(229)
    begins = day(text(message.payload, "GjelderFra")) or state.today()
    current = party(message.pid, "lege")
    if leaving:
        if current is None or current.hpr != message.sender.hpr:
            raise refuse(152)
        current.active_to = begins
        current.save()
    else:
        take_over(message.pid, hpr=message.sender.hpr, her=message.sender.her, begins=begins)
    body = root(message.namespace.replace("m271", "m272"), "M272")
    put(body, "RegistrertEndring", "true")
    for kind, write in (("lege", _doctor_2012), ("apotek", _pharmacy_2012)):
        known = party(message.pid, kind)
        if known:
            write(body, known)
    return answer(message, Heading(type="ERM272", name="Svar på registrering av multidoseansvarlig"), body)


def take_over(pid: str, *, hpr: str, her: str, begins: date) -> None:
    current = party(pid, "lege")
    if current and current.hpr != hpr and state.get("doctor_takeover") == "deny":
        raise refuse(155)
    if current and current.hpr != hpr:
        current.active_to = begins
        current.save()
    new = MultidoseParty.objects.create(pid=pid, kind="lege", hpr=hpr, her=her, active_from=begins)
    if current and current.hpr != hpr:
        _tell_former_doctor(current, new)


def _tell_former_doctor(former: MultidoseParty, new: MultidoseParty) -> None:
    body = root(f"{posting.KITH}m28/2012-06-11", "M28")
    put(body, "AktivFra", new.active_from.isoformat())
    _doctor_2012(body, new)
    posting.send(
        Heading(type="ERM28", name="Endring av multidoseansvarlig lege"),
        body,
        her=former.her,
        hpr=former.hpr,
        patient=Patient.objects.filter(pid=former.pid).first(),
    )
