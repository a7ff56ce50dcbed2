"""M9.5, M9.7, M9.21 and M4.1: questions, answered in the same call. An answer is of the question's own edition."""

from __future__ import annotations

import random
from itertools import groupby

from django.db.models import Q
from lxml import etree

from sfm.core import clock
from sfm.simulators.codes_7408 import STATUS
from sfm.simulators.rf import prescriptions, state
from sfm.simulators.rf.models import (
    ListMessage,
    MultidoseParty,
    Organisation,
    Patient,
    Prescription,
    ReferenceNumber,
)
from sfm.simulators.rf.reading import Incoming, text, timestamp, value
from sfm.simulators.rf.verdict import refuse
from sfm.simulators.rf.wording import RECALL_REASON
from sfm.simulators.rf.writing import Heading, answer, put, root, stamp

_RECALL_REASONS = "2.16.578.1.12.4.1.1.7500"
_APPLICATION_STATUS = {
    "2": "Under behandling av SLV",
    "3": "Søknad innvilget av SLV",
    "4": "Søknad avslått av SLV",
}


def prescriptions_of_patient(message: Incoming) -> bytes:
    """M9.5 → M9.6, each M1 attached as it came."""
    body = root(message.namespace.replace("m95", "m96"), "M96")
    edition = message.namespace.rsplit("/", 1)[1][:4]
    patient = Patient.objects.filter(pid=text(message.payload, "Fnr")).first()
    found, hidden, own_only = _select(message, patient)
    if patient and edition != "2015":
        part = put(body, "PasientInfo")
        put(part, "Fnr", patient.pid)
        for other in Patient.objects.filter(new_pid=patient.pid):
            put(part, "AndreFnr", other.pid)
        put(body, "LastResept", str(hidden).lower())
        if own_only:
            put(body, "Pasientreservasjon", "true")
    if not found:
        put(body, "StatusSok", V="4", DN="Ingen resept på dette søk")
    for prescription in found:
        _list_element(body, prescription, newest=edition == "2021")
    attachments = [bytes(prescription.xml) for prescription in found]
    return answer(message, Heading(type="ERM96", name="Reseptliste (rekvirent)"), body, attachments)


def _select(message: Incoming, patient: Patient | None) -> tuple[list[Prescription], bool, bool]:
    """The prescriptions to show; whether locked ones were left out; whether only the caller's own are shown."""
    numbers = [(element.text or "").strip() for element in message.root.iterfind(".//{*}M95/{*}RefNr")]
    everything = prescriptions.visible()
    if value(message.payload, "AlleResepter") != "1":
        everything = everything.filter(status__in=prescriptions.LISTED)
    of_patient = everything.filter(pid=patient.pid) if patient else everything.none()
    own_only = bool(patient and patient.blocks.get(message.sender.hpr) == "own")
    if own_only:
        of_patient = of_patient.filter(hpr=message.sender.hpr)
    hidden = of_patient.filter(locked=True).exclude(refnr__in=numbers).exists()
    chosen = Q(resept_id__in=of_patient.filter(locked=False).values("resept_id"))
    if numbers:
        chosen |= Q(refnr__in=numbers)
    return list(everything.filter(chosen)), hidden, own_only


def _list_element(body: etree._Element, prescription: Prescription, *, newest: bool) -> None:
    row = put(body, "Listeelement")
    put(row, "ReseptId", prescription.resept_id)
    holder = Organisation.objects.filter(her=prescription.holder_her or _last_dispenser(prescription)).first()
    if holder:
        put(row, "NavnUtleverer", holder.name)
    if prescription.slv_status:
        put(row, "SendtSLVDato", clock.local(prescription.received).date().isoformat())
    put(row, "Status", V=prescription.status, DN=STATUS[prescription.status])
    if prescription.slv_status:
        put(
            row, "StatusSoknadSlv", V=prescription.slv_status, DN=_APPLICATION_STATUS[prescription.slv_status]
        )
    if newest:
        _recall_groups(row, prescription)
    elif prescription.recall:
        reason = prescription.recall["reason"]
        put(row, "TilbakekallingStatus", "true")
        put(row, "Arsak", V=reason, S=_RECALL_REASONS, DN=RECALL_REASON[reason])
    _dispensings(row, prescription)


def _last_dispenser(prescription: Prescription) -> str:
    last = prescription.dispensings.filter(annulled=False).order_by("-at").first()
    return last.her if last else ""


def _recall_groups(row: etree._Element, prescription: Prescription) -> None:
    recall = prescription.recall
    if recall:
        group = put(row, "Tilbakekalling")
        put(group, "Tidspunkt", recall["at"])
        put(group, "Arsak", V=recall["reason"], DN=RECALL_REASON[recall["reason"]])
        if recall["note"]:
            put(group, "Merknad", recall["note"])
    if prescription.replaced_by or prescription.replaces:
        group = put(row, "Fornying")
        if prescription.replaced_by:
            put(group, "NyReseptId", prescription.replaced_by)
        if prescription.replaces:
            put(group, "ForrigeReseptId", prescription.replaces)


def _dispensings(row: etree._Element, prescription: Prescription) -> None:
    """One line per product dispensed, with totals corrected for annulled dispensings."""
    given = sorted(
        prescription.dispensings.filter(annulled=False), key=lambda one: (one.varenr, one.drug, one.at)
    )
    for (varenr, drug), group in groupby(given, key=lambda one: (one.varenr, one.drug)):
        times = list(group)
        line = put(row, "Utlevering")
        if varenr:
            put(line, "Varenr", varenr)
        put(line, "NavnFormStyrke", drug)
        put(line, "AntallPakningerUtlevertTotalt", sum(one.packages for one in times))
        put(line, "AntallPakningerUtlevertSiste", times[-1].packages)
        put(line, "TidspunktSisteUtlevering", stamp(times[-1].at))


def dispensings_of_prescription(message: Incoming) -> bytes:
    """M9.7 → M9.8, each M6 attached."""
    body = root(_answer_namespace(message, "m97", "m98", {"2015-05-01": "2015-10-15"}), "M98")
    prescription = prescriptions.visible().filter(resept_id=text(message.payload, "ReseptId")).first()
    attachments: list[bytes] = []
    patient = Patient.objects.filter(pid=prescription.pid).first() if prescription else None
    blocked = bool(patient and patient.blocks.get(message.sender.hpr))
    if prescription is None:
        put(body, "IngenResept", "true")
    elif blocked and prescription.hpr != message.sender.hpr:
        put(body, "Pasientreservasjon", "true")
    else:
        attachments = [bytes(one.m6) for one in prescription.dispensings.order_by("at")]
        spelling = "AntallUteveringer" if "2015" in message.namespace else "AntallUtleveringer"
        put(body, spelling, len(attachments))
    return answer(message, Heading(type="ERM98", name="Utleveringsrapportliste rekvirent"), body, attachments)


def _answer_namespace(message: Incoming, asked: str, answered: str, dates: dict[str, str]) -> str:
    namespace = message.namespace.replace(asked, answered)
    for old, new in dates.items():
        namespace = namespace.replace(old, new)
    return namespace


def changed_multidose_patients(message: Incoming) -> bytes:
    """M9.21 → M9.22: the asking unit's multidose patients with a new M1 or M25.1 since a time."""
    since = timestamp(text(message.payload, "EndringerEtter"))
    if since is None:
        raise refuse(320, "EndringerEtter")
    body = root(message.namespace.replace("m921", "m922"), "M922")
    mine = MultidoseParty.objects.filter(her=message.sender.her, active_to__isnull=True).values_list(
        "pid", flat=True
    )
    changed = sorted(
        set(
            ListMessage.objects.filter(pid__in=mine, kind="ERM251", received__gt=since).values_list(
                "pid", flat=True
            )
        )
        | set(Prescription.objects.filter(pid__in=mine, received__gt=since).values_list("pid", flat=True))
    )
    for pid in changed:
        if "2013" in message.namespace:
            put(body, "Fnr", pid)
            continue
        part = put(body, "Pasient")
        put(part, "Fnr", pid)
        for other in Patient.objects.filter(new_pid=pid):
            put(part, "AndreFnr", other.pid)
    if not changed:
        put(body, "IngenEndring", "true")
    return answer(message, Heading(type="ERM922", name="Endrede multidosepasienter"), body)


def reference_numbers(message: Incoming) -> bytes:
    """M4.1 → M4.2: numbers that belong to the prescriber who asked."""
    body = root(message.namespace.replace("m41", "m42"), "M42")
    for _ in range(int(text(message.payload, "Antall"))):
        put(body, "RefNr", issue(message.sender.hpr))
    return answer(message, Heading(type="ERM42", name="Referansenummer"), body)


def issue(hpr: str) -> str:
    """A new reference number: nine random digits and a check digit modulus 11."""
    while True:
        number = with_check_digit(f"{random.SystemRandom().randrange(10**8, 10**9)}")
        if number and not ReferenceNumber.objects.filter(number=number).exists():
            ReferenceNumber.objects.create(number=number, hpr=hpr, issued=state.now())
            return number


def with_check_digit(digits: str) -> str:
    """Weights 2–7 from the right; remainder 10 gives no number at all, 11 becomes 0."""
    total = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(digits)))
    check = 11 - total % 11
    return "" if check == 10 else f"{digits}{0 if check == 11 else check}"
