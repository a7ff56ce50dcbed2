"""Tells the simulators what they know: the same as the journal, and on purpose some more."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from django.conf import settings

from sfm.core import clock
from sfm.demo import fixtures, lists, products
from sfm.medication.models import Delivery, MedicationList, Prescription, RfStatus, Treatment
from sfm.medication.rules import dosage_text
from sfm.tenancy import keys

if TYPE_CHECKING:
    from sfm.core.ids import PatientKey
    from sfm.demo.fixtures import Entry, JournalFixture, PatientFixture
    from sfm.demo.products import Choice

Seed = dict[str, Any]
TIMEOUT = 120.0  # seconds; RF checks every seeded message as if it had been sent
AWAY = {"her": "9009001", "orgnr": "310006645", "name": "Oppdiktet legevakt Fjellvik", "kind": "rekvirent"}
PHARMACY = {"her": "9009101", "orgnr": "310007781", "name": "Demoapoteket Fjellvik", "kind": "apotek"}
DISPENSERS = (  # to choose among in the address register
    {"her": "9009102", "orgnr": "310007782", "name": "Demoapoteket Torget", "kind": "apotek"},
    {"her": "9009103", "orgnr": "310007783", "name": "Demo sykehusapotek", "kind": "apotek"},
    {"her": "9009104", "orgnr": "310007784", "name": "Demobandasjisten", "kind": "bandasjist"},
)


def forget() -> None:
    """Before the first journal: RF and KJ begin from nothing."""
    for address in (settings.RF_URL, settings.KJ_URL):
        _post(f"{address}/api/reset", {})


def tell_rf_and_kj(fixture: JournalFixture, patient_keys: dict[str, PatientKey]) -> None:
    """Inside the journal's scope, when its lists are filled."""
    known = [patient for patient in fixture.patients if patient.pid]
    rf = _registers(fixture, known)
    for patient in known:
        _add(rf, _about(patient, patient_keys[patient.key], fixture))
    _post(f"{settings.RF_URL}/api/seed", rf)
    _post(f"{settings.KJ_URL}/api/seed", {"patients": [_in_kj(patient) for patient in known]})


def tell_epj(address: str) -> None:
    """The demo EPJ's workplaces and patients; may be told again at every start."""
    workplaces, patients = [], []
    for journal in fixtures.journals():
        for place in journal.workplaces:
            unit = journal.organisation(place["organisation"])
            parent = journal.organisation(unit["parent"]) if "parent" in unit else unit
            child = unit["orgnr"] if "parent" in unit else ""
            workplaces.append(
                {"key": place["key"], "name": place["name"], "journal_id": str(journal.id),
                 "orgnr_parent": parent["orgnr"], "orgnr_child": child}
            )  # fmt: skip
        patients += [_in_epj(patient, journal) for patient in journal.patients]
    _post(f"{address}/api/seed", {"workplaces": workplaces, "patients": patients})


def _in_epj(patient: PatientFixture, journal: JournalFixture) -> Seed:
    return {
        "journal_id": str(journal.id),
        "pid": patient.pid or lists.local_id(patient),
        "name": patient.name,
        "born": patient.born.isoformat(),
        "sex": patient.sex,
        "reason": patient.reason,
    }


def _registers(fixture: JournalFixture, patients: list[PatientFixture]) -> Seed:
    signer = keys.signer()
    units = [
        {"her": unit["her_id"], "orgnr": unit["orgnr"], "name": unit["name"], "kind": "rekvirent",
         "phone": unit["phone"], "certificate_orgnr": signer.orgnr}
        for unit in fixture.organisations
    ]  # fmt: skip
    return {
        "organisations": [*units, AWAY, PHARMACY, *DISPENSERS],
        "hpr": [_in_hpr(person) for person in fixtures.people() if person.hpr],
        "certificates": [signer.ca_pem.decode()],
        "patients": [
            {"pid": patient.pid, "given": patient.given, "family": patient.family, "sex": patient.sex,
             "born": patient.born.isoformat()}
            for patient in patients
        ],
        "prescriptions": [],
        "lists": [],
        "multidose": [],
    }  # fmt: skip


def _in_hpr(person: fixtures.Person) -> Seed:
    return {
        "hpr": person.hpr,
        "pid": person.pid,
        "given": person.given,
        "family": person.family,
        "category": person.category,
        "right": _right_in_rf(person),
    }


def _right_in_rf(person: fixtures.Person) -> str:
    if person.hpr_rights["prescribing"] == "none":
        return "none"
    return "no_group_a" if person.hpr_rights.get("not_a") or person.hpr_rights.get("not_ab") else "full"


def tell_hpr() -> None:
    """The register's own word about everybody with an HPR number; may be told again at every start."""
    people = [
        {"hpr": one.hpr, "pid": one.pid, "given": one.given, "family": one.family, "category": one.category,
         "rights": one.hpr_rights}
        for one in fixtures.people()
        if one.hpr
    ]  # fmt: skip
    _post(f"{settings.HPR_URL}/api/seed", {"people": people})


def learn_authorities(file: str) -> None:
    """Whose signatures RF believes: the simulator makes its own authority anew each time it starts."""
    if file:
        answer = httpx.get(f"{settings.RF_URL}/api/authorities.pem", timeout=TIMEOUT).raise_for_status()
        Path(file).write_bytes(answer.content)


def _add(seed: Seed, more: Seed) -> None:
    for name, entries in more.items():
        seed[name] += entries


def _about(patient: PatientFixture, key: PatientKey, fixture: JournalFixture) -> Seed:
    rows = {row.id: row for row in Treatment.objects.filter(patient_key=key)}
    ours = Prescription.objects.filter(patient_key=key, delivery=Delivery.ACCEPTED)
    orders = [_order(each, rows[each.treatment_id], patient, fixture) for each in ours if each.treatment_id]
    live = {str(each.id) for each in ours if each.rf_status == RfStatus.DISPENSABLE}
    _dispense(orders, patient)
    foreign = [_foreign(entry, patient) for entry in patient.elsewhere.get("rf", ())]
    return {
        "prescriptions": orders + foreign,
        "lists": _lists(patient, key, [order for order in orders if order["id"] in live]),
        "multidose": _multidose(patient, fixture),
    }


def _order(
    prescription: Prescription, row: Treatment, patient: PatientFixture, journal: JournalFixture
) -> Seed:
    """One of our own, as RF received it from us."""
    unit = next(
        unit for unit in journal.organisations if unit["name"] == prescription.prescriber_organisation
    )
    return {
        "id": str(prescription.id),
        "patient": patient.pid,
        "by": prescription.prescriber_hpr,
        "her": unit["her_id"],
        "days_ago": _days_since(prescription.prescribed_on),
        "expires": prescription.expires_on.isoformat(),
        "drug": _drug(row),
        "use": row.use_type,
        "dosage_text": row.dosage_text,
        "indication": row.indication_text,
        "refills": prescription.refills,
        **_amount(prescription.package_count, prescription.quantity, prescription.quantity_unit),
    }


def _amount(packages: Decimal | None, quantity: Decimal | None, unit: str) -> Seed:
    if quantity is None:
        return {"packages": _plain(packages or Decimal(1))}
    return {"amount": _plain(quantity), "amount_unit": unit}


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _drug(row: Treatment) -> Seed:
    return {
        "name": row.name_form_strength,
        "atc": row.atc,
        "atc_name": row.atc_name,
        "group": row.dispensing_group,
        "form": {"code": row.form_code, "name": row.form},
        **(products.package(row.varenr) if row.varenr else {"fest_id": row.fest_id}),
    }


def _foreign(entry: Entry, patient: PatientFixture) -> Seed:
    """Somebody else's prescription that this journal has not heard of."""
    choice, doctor = products.choose(entry["drug"]), fixtures.person(entry["by"])
    dosage = lists.dosage(entry["dose"], choice.product.dose_unit)
    is_package = bool(choice.product.varenr)
    quantity = None if is_package else choice.size * entry["packs"]
    return {
        "patient": patient.pid,
        "by": doctor.hpr,
        "her": AWAY["her"],
        "days_ago": entry["days"],
        "valid_days": entry.get("valid", 364),
        "drug": _drug_of(choice),
        "use": lists.USE[entry["use"]],
        "dosage_text": dosage_text.text(dosage),
        "indication": entry["for"],
        "refills": entry["refills"],
        **_amount(Decimal(entry["packs"]) if is_package else None, quantity, choice.unit),
    }


def _drug_of(choice: Choice) -> Seed:
    product = choice.product
    return {
        "name": product.name_form_strength,
        "atc": product.atc,
        "atc_name": product.atc_name,
        "group": product.dispensing_group,
        "form": {"code": product.form_code, "name": product.form},
        **(products.package(product.varenr) if product.varenr else {"fest_id": product.fest_id}),
    }


def _dispense(orders: list[Seed], patient: PatientFixture) -> None:
    by_name = {order["drug"]["name"]: order for order in orders}
    for entry in patient.elsewhere.get("dispensed", ()):
        order = by_name[products.choose(entry["drug"]).product.name_form_strength]
        given = {"days_ago": entry["days"], "packages": entry["packs"], "her": PHARMACY["her"]}
        order.setdefault("dispensed", []).append(given)


def _lists(patient: PatientFixture, key: PatientKey, orders: list[Seed]) -> list[Seed]:
    """The PLL as this journal last sent it, and what another doctor made of it."""
    change = patient.elsewhere.get("pll")
    if not change and not patient.multidose:
        return []
    entries = _entries(key, orders)
    sender = orders[0]
    first = {
        "patient": patient.pid, "by": sender["by"], "her": sender["her"], "days_ago": 60, "msg_id": str(uuid.uuid4()),
        "entries": entries,
    }  # fmt: skip
    _remember_pll(key, first)
    if not change:
        return [first]
    doctor = fixtures.person(change["by"])
    second = {
        "patient": patient.pid, "by": doctor.hpr, "her": AWAY["her"], "days_ago": change["days"],
        "entries": _changed(entries, change),
    }  # fmt: skip
    return [first, second]


def _entries(key: PatientKey, orders: list[Seed]) -> list[Seed]:
    prescriptions = {order["id"] for order in orders}
    found = []
    for row in Treatment.objects.filter(patient_key=key, lifecycle="active").order_by("created"):
        entry: Seed = {
            "id": str(row.id), "drug": _drug(row), "use": row.use_type, "dosage_text": row.dosage_text,
            "indication": row.indication_text, "changed_days_ago": 60,
            "started_days_ago": _days_since(row.starts_on) if row.starts_on else 60,
        }  # fmt: skip
        ours = Prescription.objects.filter(treatment_id=row.id).values_list("id", flat=True)
        tied = next((str(number) for number in ours if str(number) in prescriptions), None)
        found.append(entry | ({"resept_id": tied} if tied else {}))
    return found


def _changed(entries: list[Seed], change: Entry) -> list[Seed]:
    doses = {
        products.choose(each["drug"]).product.name_form_strength: each for each in change.get("changes", ())
    }
    stops = {
        products.choose(each["drug"]).product.name_form_strength: each for each in change.get("stopped", ())
    }
    return [_rewritten(entry, doses, stops, change["days"]) for entry in entries]


def _rewritten(entry: Seed, doses: dict[str, Entry], stops: dict[str, Entry], days: int) -> Seed:
    name = entry["drug"]["name"]
    if name in doses:
        choice = products.choose(doses[name]["drug"])
        text = dosage_text.text(lists.dosage(doses[name]["dose"], choice.product.dose_unit))
        without_prescription = {part: value for part, value in entry.items() if part != "resept_id"}
        return without_prescription | {"dosage_text": text, "changed_days_ago": days}
    if name in stops:
        stop = {"days_ago": days, "reason": stops[name]["reason"], "note": stops[name]["note"]}
        return entry | {"stopped": stop, "changed_days_ago": days}
    return entry


def _remember_pll(key: PatientKey, sent: Seed) -> None:
    signer = next(person.name for person in fixtures.people() if person.hpr == str(sent["by"]))
    with lists.days_ago(sent["days_ago"]):
        MedicationList.objects.filter(patient_key=key).update(
            has_pll=True, pll_head=sent["msg_id"], pll_signed_by=signer, pll_signed_at=clock.now()
        )


def _multidose(patient: PatientFixture, fixture: JournalFixture) -> list[Seed]:
    if not patient.multidose:
        return []
    unit = fixture.organisation(patient.unit)
    doctor = {"hpr": fixtures.person(patient.multidose["responsible"]).hpr, "her": unit["her_id"]}
    since = clock.today().toordinal() - patient.multidose["since"]
    return [
        {"patient": patient.pid, "pharmacy": PHARMACY["her"], "doctor": doctor,
         "from": date.fromordinal(since).isoformat()}
    ]  # fmt: skip


def _in_kj(patient: PatientFixture) -> Seed:
    kj = patient.elsewhere.get("kj", {})
    return {
        "pid": patient.pid,
        "name": patient.name,
        "blocked": kj.get("blocked", False),
        "reactions": [
            {
                "agent": {"kind": "atc", "code": entry["atc"], "text": entry["to"]},
                "reaction": entry["what"],
                "certainty": entry["sure"],
                "discovered_on": date.fromordinal(clock.today().toordinal() - entry["since"]).isoformat(),
            }
            for entry in kj.get("reactions", ())
        ],
    }


def _days_since(day: date) -> int:
    return (clock.today() - day).days


def _post(address: str, body: Seed) -> None:
    answer = httpx.post(address, json=body, timeout=TIMEOUT)
    if answer.is_error:
        raise RuntimeError(f"{address} svarte {answer.status_code}: {answer.text[:500]}")
