"""M1, M5, M25.1, M24.1, M27.1 and Verify: what changes RF, each with the checks of state that come last."""

from __future__ import annotations

from lxml import etree

from sfm.simulators.rf import lists, prescriptions, state
from sfm.simulators.rf.checks.content import patient_key
from sfm.simulators.rf.models import Patient, ReferenceNumber, Subscription
from sfm.simulators.rf.reading import Incoming, required_day, text, value
from sfm.simulators.rf.verdict import Remarks, refuse
from sfm.simulators.rf.writing import Heading, answer, apprec, put, root


def prescription(message: Incoming) -> bytes:
    accepted = prescriptions.accept(message)
    if accepted.refnr:
        ReferenceNumber.objects.filter(number=accepted.refnr, spent=None).update(
            spent=state.now(), patient=patient_key(message)
        )
    return apprec(message)


def recall(message: Incoming) -> bytes:
    wanted = text(message.payload, "ReseptId")
    found = prescriptions.visible().filter(resept_id=wanted).first()
    if found is None or (message.pid and found.pid and message.pid != found.pid):
        raise refuse(12, wanted)
    was = found.status
    prescriptions.recall(found, message)
    waiting = {"U": 13, "B": 14}.get(was)
    if waiting and state.get("recall_of_busy") == "refuse":
        raise refuse(waiting)
    return apprec(message)


def medication_list(message: Incoming) -> bytes:
    lists.accept(message)
    return apprec(message)


def verify(message: Incoming) -> bytes:
    body, remarks = message.payload, Remarks()
    systems = [] if body is None else body.findall("{*}SystemInfo")
    supplier = None if body is None else body.find("{*}OperationSupplierInfo")
    for system in systems:
        remarks.when(not text(system, "SystemCode"), 327)
        remarks.when(not text(system, "SystemName"), 328)
        remarks.when(not text(system, "Version"), 329)
    for name, code in (
        ("ServiceVendorName", 331),
        ("ContactName", 332),
        ("ContactMail", 333),
        ("ContactPhone", 334),
    ):
        remarks.when(not text(supplier, name), code)
    remarks.close()
    return apprec(message)


def subscription(message: Incoming) -> bytes:
    """M24.1 → M24.2: only the patient's fastlege may subscribe to M8 (311)."""
    patient = Patient.objects.filter(pid=message.pid).first()
    if patient is None or patient.gp_hpr != message.sender.hpr:
        raise refuse(311)
    Subscription.objects.filter(pid=message.pid).delete()
    if value(message.payload, "Samtykkeverdi") != "2":
        until = required_day(text(message.payload, "SamtykkeTil"))
        Subscription.objects.create(
            pid=message.pid, hpr=message.sender.hpr, her=message.sender.her, until=until
        )
    body: etree._Element = root(
        message.namespace.replace("m241/2009-02-20", "m242/2008-10-03"), "SvarSamtykke"
    )
    put(body, "Svar", V="1", DN="Registrert")
    return answer(message, Heading(type="ERM242", name="Svar på samtykke"), body)
