"""Step 8: the patient is there, synthetic, known, and has not blocked the one who asks."""

from __future__ import annotations

from sfm.simulators.rf import state
from sfm.simulators.rf.checks import pid as numbers
from sfm.simulators.rf.models import Patient
from sfm.simulators.rf.reading import Incoming, PatientPart, find, text
from sfm.simulators.rf.verdict import Remarks, refuse

HAS_PATIENT_PART = {"M1", "M5", "M25_1", "M27_1", "M24_1"}


def check(message: Incoming) -> None:
    if message.operation in HAS_PATIENT_PART:
        _check_part(message)
    if message.operation == "M9_5":
        asked = text(message.payload, "Fnr"), find(message.payload, "RefNr")
        if not asked[0] and asked[1] is None:
            raise refuse(60)
    if message.operation == "M9_11" and not text(message.payload, "Fnr"):
        raise refuse(257)
    if message.pid:
        _check_known(message)


def _check_part(message: Incoming) -> None:
    part, remarks = message.patient, Remarks()
    if part is None:
        raise refuse(5)
    remarks.when("FNR" in part.ids and "DNR" in part.ids, 275)
    remarks.when(not part.given, 162)
    remarks.when(not part.family, 163)
    remarks.when(part.sex and part.sex not in {"0", "1", "2", "9"}, 170)
    if part.pid:
        _check_number(part, remarks)
    elif message.operation == "M1":
        _check_numberless(message, part, remarks)
    else:
        remarks.when(message.operation != "M5", 257)
    remarks.close()


def _check_number(part: PatientPart, remarks: Remarks) -> None:
    remarks.when(not numbers.is_synthetic(part.pid), 115, "Simulatoren tar bare imot syntetiske numre.")
    if "DNR" in part.ids or numbers.is_d_number(part.pid):
        remarks.when(not part.born, 112)
        remarks.when(not part.sex, 261)
    else:
        remarks.when(part.born, 111)


def _check_numberless(message: Incoming, part: PatientPart, remarks: Remarks) -> None:
    own_name = (
        text(message.payload, "RekvLegensNavn") == "true" or text(message.payload, "TilEgenPraksis") == "true"
    )
    if own_name:
        return
    remarks.when(not part.born, 113)
    remarks.when(not part.sex, 260)
    remarks.when(not text(message.payload, "RefNr"), 71)


def _check_known(message: Incoming) -> None:
    if not numbers.is_synthetic(message.pid):
        raise refuse(115, "Simulatoren tar bare imot syntetiske numre.")
    known = Patient.objects.filter(pid=message.pid).first() or _register(message)
    if known is None:
        return
    remarks = Remarks()
    remarks.when(known.new_pid, 363)
    block = known.blocks.get(message.sender.hpr, "")
    asks_list = message.operation in {"M9_11", "M25_1"}
    remarks.when(block == "status" and message.operation == "M9_5", 358)
    remarks.when(block and (asks_list or (block == "all" and message.operation == "M9_5")), 364)
    remarks.close()


def _register(message: Incoming) -> Patient | None:
    """A synthetic person not met before: put into the person register, or 287, by setting."""
    if state.get("unknown_patients") != "register":
        raise refuse(287)
    part = message.patient
    if part is None:
        return None
    return Patient.objects.create(
        pid=message.pid, given=part.given, family=part.family, born=numbers.born(message.pid), sex=part.sex
    )
