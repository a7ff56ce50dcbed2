"""The pharmacy's side: fetch, dispense, cancel, annul, paper prescriptions, questions. Each verb is also in the API."""

from __future__ import annotations

import base64
import copy
import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

from lxml import etree

from sfm.core import clock
from sfm.simulators.rf import lists, posting, prescriptions, state
from sfm.simulators.rf.models import (
    Dispensing,
    Event,
    ListMessage,
    MultidoseParty,
    Organisation,
    Patient,
    Prescription,
    Subscription,
)
from sfm.simulators.rf.posting import KITH, identifier
from sfm.simulators.rf.reading import parse, text
from sfm.simulators.rf.verdict import refuse
from sfm.simulators.rf.writing import Heading, put, root, stamp

DISPENSED = f"{KITH}utlevering/2013-10-08"
DEFAULT_PHARMACY = ("8500001", "999200001", "Oppdiktet apotek Sentrum")
QUESTIONS = {
    "1": "Skal varen seponeres",
    "2": "Skal varen inkluderes i Legemidler i bruk (LIB)",
    "3": "Skal resepten fornyes",
    "4": "Annet spørsmål",
    "5": "Beskjed fra lege",
}


def pharmacy(her: str = "") -> Organisation:
    """The pharmacy with this HER-id, or the one that is always there."""
    if her:
        return Organisation.objects.get(her=her, kind__in=("apotek", "bandasjist"))
    number, orgnr, name = DEFAULT_PHARMACY
    made, _ = Organisation.objects.get_or_create(
        her=number, defaults={"orgnr": orgnr, "name": name, "kind": "apotek"}
    )
    return made


def start(*, resept_id: str, her: str = "") -> Prescription:
    """Begin dispensing (M9.3): U."""
    prescription = _known(resept_id)
    prescriptions.fetch(prescription, pharmacy(her))
    return prescription


def cancel(*, resept_id: str) -> Prescription:
    """Stop without dispensing (M10 with 7411): back to E, no M6."""
    prescription = _known(resept_id)
    if prescription.status != "U":
        raise refuse(41)
    prescriptions.release(prescription, finished=False)
    return prescription


def dispense(
    *,
    resept_id: str,
    her: str = "",
    packages: str | float = 1,
    finished: bool | None = None,
    drug: str = "",
    varenr: str = "",
    intervention: str = "",
    days_ago: float = 0,
    report_to_gp: bool = True,
) -> Dispensing:
    """Hand out (M10). Finished unless refills remain; M6 to the prescriber, M8 to a subscribing fastlege."""
    place = pharmacy(her)
    with state.displaced(-timedelta(days=days_ago)):
        prescription = _known(resept_id)
        if prescription.status != "U":
            prescriptions.fetch(prescription, place)
        given = Dispensing(
            msg_id=str(uuid.uuid4()),
            prescription=prescription,
            pid=prescription.pid,
            at=state.now(),
            her=place.her,
            varenr=varenr or prescription.varenr,
            drug=drug or prescription.drug,
            packages=Decimal(str(packages)),
        )
        times = prescription.dispensings.filter(annulled=False).count() + 1
        given.finished = times > prescription.refills if finished is None else finished
        report = _report(given, prescription, place, intervention=intervention)
        given.m6 = _send_m6(report, given, prescription)
        given.save()
        if report_to_gp:
            _send_m8(report, given)
        _tell_kj(given, place)
        prescriptions.release(prescription, finished=given.finished)
    return given


def annul(*, dispensing_id: str) -> Dispensing:
    """Take a dispensing back (M10 Annullering): totals go down, the prescriber gets an M6 that says so."""
    given = Dispensing.objects.get(msg_id=dispensing_id)
    place = Organisation.objects.get(her=given.her)
    given.annulled = True
    given.save()
    if given.prescription:
        if given.prescription.status == "R":
            given.prescription.status, given.prescription.ended = "E", None
            given.prescription.save()
        report = _report(given, given.prescription, place, annuls=given.msg_id)
        _send_m6(report, given, given.prescription)
    _tell_kj(given, place)
    return given


def paper(
    *, patient: str, drug: dict[str, Any], her: str = "", packages: float = 1, days_ago: float = 0
) -> Dispensing:
    """A paper prescription handed out: known to KJ (M8.1), and by M8 to a subscribing fastlege."""
    place = pharmacy(her)
    with state.displaced(-timedelta(days=days_ago)):
        given = Dispensing.objects.create(
            msg_id=str(uuid.uuid4()),
            pid=patient,
            at=state.now(),
            her=place.her,
            varenr=str(drug.get("varenr", "")),
            drug=drug["name"],
            packages=Decimal(str(packages)),
            finished=True,
            paper=True,
        )
        _tell_kj(given, place, atc=str(drug.get("atc", "")))
    return given


def register_multidose(*, patient: str, her: str = "", starts: str = "") -> MultidoseParty:
    """The pharmacy registers itself (M27.1 R); refused (154) while another one is registered."""
    place = pharmacy(her)
    current = lists.party(patient, "apotek")
    if current and current.her != place.her:
        raise refuse(154)
    return current or MultidoseParty.objects.create(
        pid=patient, kind="apotek", her=place.her, active_from=starts or state.today()
    )


def ask(
    *, patient: str, question: str, code: str = "4", entry_id: str = "", deadline_days: int = 7, her: str = ""
) -> str:
    """A question about an entry of the list (M25.2 to the multidose doctor). Returns the MsgId."""
    place, doctor = pharmacy(her), lists.party(patient, "lege")
    newest = ListMessage.objects.filter(pid=patient, kind="ERM251").order_by("-id").first()
    if doctor is None or newest is None:
        raise refuse(228)
    body = _question_body(newest, place, question=question, code=code, entry_id=entry_id)
    deadline = put(put(body, "Pakkeinfo"), "Bestillingsfrist")
    deadline.text = stamp(state.now() + timedelta(days=deadline_days))
    msg_id = str(uuid.uuid4())
    written = posting.send(
        Heading(type="ERM252", name="Forespørsel om endring", msg_id=msg_id, parent=newest.msg_id),
        body,
        her=doctor.her,
        hpr=doctor.hpr,
        patient=Patient.objects.get(pid=patient),
    )
    ListMessage.objects.create(
        msg_id=msg_id,
        pid=patient,
        kind="ERM252",
        parent=newest.msg_id,
        her=place.her,
        received=state.now(),
        xml=written,
    )
    return msg_id


def _question_body(
    newest: ListMessage, place: Organisation, *, question: str, code: str, entry_id: str
) -> etree._Element:
    old, new = "m251/2013-10-08", "m252/2013-10-08"
    source = parse(bytes(newest.xml).replace(old.encode(), new.encode()))
    body = root(f"{KITH}{new}", "LegemidlerIBruk")
    listed = source.find(".//{*}LegemidlerIBruk")
    for element in [] if listed is None else list(listed):
        name = etree.QName(element).localname
        if name not in {"Rolle", "EnkeltoppforingLIB"}:
            continue
        for stopped in element.findall("{*}Seponering"):
            element.remove(stopped)
        if name == "EnkeltoppforingLIB" and entry_id in {"", text(element, "Id")}:
            asked = put(element, "Sporsmal")
            put(asked, "Kode", V=code, S="2.16.578.1.12.4.1.1.7495", DN=QUESTIONS.get(code, "Annet spørsmål"))
            put(asked, "Merknad", question)
            put(asked, "Tidspunkt", stamp(state.now()))
            put(asked, "Stiller", place.her)
            entry_id = entry_id or "already asked"
        body.append(element)
    return body


def answer_application(*, resept_id: str, granted: bool, reason: str = "") -> Prescription:
    """DMP answers (M15): B becomes E or A."""
    prescription = _known(resept_id)
    if prescription.status != "B":
        raise refuse(41)
    body = root(f"{KITH}m15/2006-10-06", "SvarSLV")
    put(body, "ReseptId", resept_id)
    put(body, "Innvilget", V="1" if granted else "2", DN="Ja" if granted else "Nei")
    if not granted:
        put(body, "BegrunnelseAvslag", reason or "Ikke tilstrekkelig begrunnet")
    put(body, "Saksbehandler", "Oppdiktet Saksbehandler")
    patient = Patient.objects.filter(pid=prescription.pid).first()
    heading = Heading(type="ERM15", name="Svar fra SLV på søknad", parent=resept_id)
    posting.send(heading, body, her=prescription.her, hpr=prescription.hpr, patient=patient, about=resept_id)
    prescription.status, prescription.slv_status = ("E", "3") if granted else ("A", "4")
    prescription.ended = None if granted else state.now()
    prescription.save()
    prescriptions.tell_kj(prescription)
    return prescription


def _known(resept_id: str) -> Prescription:
    found = prescriptions.visible().filter(resept_id=resept_id).first()
    if found is None:
        raise refuse(1, resept_id)
    return found


def _report(
    given: Dispensing,
    prescription: Prescription,
    place: Organisation,
    *,
    intervention: str = "",
    annuls: str = "",
) -> etree._Element:
    report = root(DISPENSED, "Utlevering")
    put(report, "ReseptId", prescription.resept_id)
    put(report, "Utleveringsdato", clock.local(given.at).date().isoformat())
    put(report, "Annullering", str(bool(annuls)).lower())
    put(report, "Avsluttet", V="1" if given.finished else "2", DN="Ja" if given.finished else "Nei")
    if annuls:
        put(report, "AnnulleringsId", annuls)
    report.append(_dispensed_drug(given, prescription))
    who = put(report, "Utleverer")
    identifier(who, "HerId", place.her, "HER", "HER-id")
    put(who, "Navn", place.name)
    if intervention:
        put(put(report, "Intervensjon"), "Begrunnelse", intervention)
    return report


def _dispensed_drug(given: Dispensing, prescription: Prescription) -> etree._Element:
    """The M1's drug, with the name and number of what was handed out."""
    source = parse(bytes(prescription.xml))
    found = source.find(".//{*}ReseptDokLegemiddel")
    drug = copy.deepcopy(found if found is not None else source.find(".//{*}ReseptDokHandelsvare"))
    assert drug is not None  # noqa: S101 — a stored M1 has passed the schema
    for tag, written in (
        ("NavnFormStyrke", given.drug),
        ("Varenr", given.varenr),
        ("Antall", str(given.packages)),
    ):
        element = drug.find(f".//{{*}}{tag}")
        if element is not None and written:
            element.text = written
    return drug


def _send_m6(report: etree._Element, given: Dispensing, prescription: Prescription) -> bytes:
    body = root(f"{KITH}m6/2013-10-08", "UtleveringsrapportRekvirent")
    body.append(copy.deepcopy(report))
    put(body, "ReferanseM10", given.msg_id)
    heading = Heading(type="ERM6", name="Utleveringsrapport rekvirent")
    patient = Patient.objects.filter(pid=prescription.pid).first()
    about = prescription.resept_id
    return posting.send(
        heading, body, her=prescription.her, hpr=prescription.hpr, patient=patient, about=about
    )


def _send_m8(report: etree._Element, given: Dispensing) -> None:
    subscriber = Subscription.objects.filter(pid=given.pid, until__gte=state.today()).first()
    if subscriber is None:
        return
    body = root(f"{KITH}m8/2013-10-08", "UtleveringsrapportFastlege")
    body.append(copy.deepcopy(report))
    put(body, "ReferanseM10", given.msg_id)
    patient = Patient.objects.filter(pid=given.pid).first()
    posting.send(
        Heading(type="ERM8", name="Utleveringsrapport fastlege"),
        body,
        her=subscriber.her,
        hpr=subscriber.hpr,
        patient=patient,
    )


def _tell_kj(given: Dispensing, place: Organisation, atc: str = "") -> None:
    prescription = given.prescription
    body = {
        "id": given.msg_id,
        "pid": given.pid,
        "resept_id": prescription.resept_id if prescription else "",
        "at": given.at.isoformat(),
        "drug": given.drug,
        "atc": atc or (prescription.atc if prescription else ""),
        "varenr": given.varenr,
        "packages": str(given.packages),
        "pharmacy": place.name,
        "her": place.her,
        "finished": given.finished,
        "annulled": given.annulled,
        "paper": given.paper,
        "m6": base64.b64encode(bytes(given.m6)).decode(),
    }
    Event.objects.create(body={"event": "dispensing", "dispensing": body})
