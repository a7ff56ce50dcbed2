"""Steps 9 and 10: what stands in the prescription, and the wish that a certain pharmacy dispenses it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal, InvalidOperation

from lxml import etree

from sfm.simulators.rf import state
from sfm.simulators.rf.models import Organisation, ReferenceNumber
from sfm.simulators.rf.reading import Incoming, day, find, text, value
from sfm.simulators.rf.verdict import Remarks

_DRUG_PARAGRAPHS = {"200", "300", "301", "302", "400", "800", "950"}
_PARAGRAPHS_WITH_CODE = {"200", "300"}
_REIMBURSEMENT_LISTS = {"7110", "7170", "7434", "7435"}
_PARAGRAPHS = (
    _DRUG_PARAGRAPHS
    | {"100", "500", "600", "601", "602", "603", "604", "700", "703", "900", "990", "991"}
    | {str(number) for number in range(501, 515)}
)
SHARING = timedelta(hours=24)  # prescriptions of one session may share a reference number


def check(message: Incoming) -> None:
    if message.operation == "M5":
        _check_recall(message)
    if message.operation == "M4_1":
        _check_request(message)
    if message.operation == "M1" and message.payload is not None:
        _check_prescription(message, message.payload)
        _check_dispatch(message.payload)


def _check_recall(message: Incoming) -> None:
    remarks = Remarks()
    remarks.when(not text(message.payload, "ReseptId"), 3)
    remarks.when(value(message.payload, "Arsak") not in {"1", "2", "3", "4", "5"}, 268)
    remarks.close()


def _check_request(message: Incoming) -> None:
    remarks = Remarks()
    wanted = text(message.payload, "Antall")
    remarks.when(not wanted.isdigit() or not 1 <= int(wanted) <= 100, 49)
    remarks.close()


def _check_prescription(message: Incoming, prescription: etree._Element) -> None:
    remarks = Remarks()
    written, until = day(text(prescription, "Forskrivningsdato")), day(text(prescription, "Utloper"))
    remarks.when(written is None, 4)
    remarks.when(until is None or (written and until < written), 9)
    remarks.when(written and written > state.today(), 79)
    drug, ware = find(prescription, "ReseptDokLegemiddel"), find(prescription, "ReseptDokHandelsvare")
    if drug is not None:
        _check_drug(drug, remarks)
    elif ware is not None:
        _check_ware(ware, remarks)
    else:
        remarks.when(True, 7)
    _check_locking(message, prescription, remarks)
    remarks.close()


def _check_drug(drug: etree._Element, remarks: Remarks) -> None:
    prescribed = find(drug, "Forskrivning")
    remarks.when(value(drug, "Varegruppekode") == "", 24)
    _check_amount(drug, remarks)
    _check_application(drug, remarks)
    remarks.when(
        not (text(prescribed, "DosVeiledEnkel") or find(prescribed, "Dosering") is not None), 7, "Dosering"
    )
    remarks.when(not value(prescribed, "Bruk"), 7, "Bruk")
    paragraph = value(drug, "RefHjemmel")
    remarks.when(paragraph and paragraph not in _PARAGRAPHS, 274)
    remarks.when(paragraph and paragraph not in _DRUG_PARAGRAPHS, 262)
    remarks.when(paragraph in _PARAGRAPHS_WITH_CODE and not value(drug, "RefKode"), 277)
    remarks.when(_lacks_parts(find(drug, "RefKode")), 310)
    remarks.when(
        find(drug, "BytteresRekvirent") is not None and value(drug, "BytteresRekvirent") not in "12", 291
    )
    remarks.when(find(prescribed, "Legemiddeldose") is not None, 259)
    mixture = find(prescribed, "Legemiddelblanding")
    if mixture is not None:
        remarks.when(not value(mixture, "Legemiddelform"), 28)
        remarks.when(not text(mixture, "Navn"), 29)
        return
    group = drug.find(".//{*}Reseptgruppe")
    remarks.when(group is not None and group.get("V") == "K", 210)
    remarks.when(not (drug.findtext(".//{*}NavnFormStyrke") or "").strip(), 29)


def _lacks_parts(code: etree._Element | None) -> bool:
    """A reimbursement code says its value, its list and its name, and the list is one of reimbursement."""
    if code is None:
        return False
    complete = all(code.get(part) for part in ("V", "S", "DN"))
    return not complete or (code.get("S") or "").rpartition(".")[2] not in _REIMBURSEMENT_LISTS


def _check_amount(drug: etree._Element, remarks: Remarks) -> None:
    written = text(drug, "Antall") or value(drug, "Mengde")
    try:
        remarks.when(not written or not 0 < Decimal(written) < 10000, 17, "Antall eller Mengde")
    except InvalidOperation:
        remarks.when(True, 17, "Antall eller Mengde")


def _check_application(drug: etree._Element, remarks: Remarks) -> None:
    """LegemiddelUtenMt asks for the amount in words DMP can read: Mengde beside Antall."""
    application = find(drug, "LegemiddelUtenMt")
    if application is None:
        return
    for name in ("Begrunnelse", "Produsent"):
        remarks.when(not text(application, name), 7, name)
    remarks.when(not value(drug, "Mengde"), 17, "Mengde")


def _check_ware(ware: etree._Element, remarks: Remarks) -> None:
    paragraph, group = value(ware, "RefHjemmel"), value(ware, "ProdGruppe")
    remarks.when(value(ware, "Varegruppekode") == "", 24)
    remarks.when(paragraph and paragraph not in _PARAGRAPHS, 274)
    remarks.when(paragraph[:1] not in {"5", "6"}, 263)
    remarks.when(not group, 29, "ProdGruppe")
    remarks.when(group and len(group) not in {3, 5, 7}, 29, group)
    remarks.when(find(ware, "Brystprotese") is not None or group.startswith("9"), 355)


def _check_locking(message: Incoming, prescription: etree._Element, remarks: Remarks) -> None:
    locked = text(prescription, "LastResept") in {"true", "1"}
    number = text(prescription, "RefNr")
    nameless = not message.patient or not message.patient.pid
    remarks.when(locked and not number, 258)
    remarks.when(text(prescription, "Vergeinnsynsreservasjon") in {"true", "1"} and not locked, 110)
    for element, code in (("RekvLegensNavn", 269), ("TilEgenPraksis", 270)):
        remarks.when(text(prescription, element) in {"true", "1"} and not (locked and nameless), code)
    if number:
        _check_number(message, number, remarks)


def _check_number(message: Incoming, number: str, remarks: Remarks) -> None:
    issued = ReferenceNumber.objects.filter(number=number).first()
    if issued is None:
        remarks.when(True, 161, number)
        return
    remarks.when(issued.hpr != message.sender.hpr, 52)
    if issued.spent:
        remarks.when(issued.patient != patient_key(message), 75)
        remarks.when(issued.patient == patient_key(message) and state.now() - issued.spent > SHARING, 51)


def patient_key(message: Incoming) -> str:
    """Whom a reference number belongs to: a number when there is one, else name and date of birth."""
    part = message.patient
    return message.pid or (f"{part.name} {part.born}" if part else "")


def _check_dispatch(prescription: etree._Element) -> None:
    wish, remarks = find(prescription, "EkspAnm"), Remarks()
    if wish is None:
        return
    her = text(wish, "Utleverer")
    remarks.when(not her, 8)
    remarks.when(text(wish, "Vilkar") not in {"true", "1"}, 122)
    pharmacy = Organisation.objects.filter(her=her).exclude(kind="rekvirent").first()
    remarks.when(her and pharmacy is None, 30, her)
    remarks.when(value(wish, "MetodeEkspedering") not in {"F", "U", "L", "M"}, 220, "MetodeEkspedering")
    if pharmacy:
        remarks.when(text(wish, "OrgNrUtleverer") != pharmacy.orgnr, 30, "OrgNrUtleverer")
        drug = find(prescription, "ReseptDokLegemiddel") is not None
        remarks.when(pharmacy.kind == "bandasjist" and drug, 118)
        remarks.when(not pharmacy.active, 129)
        remarks.when(not pharmacy.accepts_dispatch, 130)
    remarks.close()
