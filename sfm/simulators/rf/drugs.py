"""A prescription's body (M1) from a short JSON order."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

from lxml import etree

from sfm.simulators.rf import state
from sfm.simulators.rf.models import Practitioner
from sfm.simulators.rf.posting import KITH
from sfm.simulators.rf.writing import put, root

M1 = f"{KITH}m1/2013-10-08"
PRESCRIBED = f"{KITH}forskrivning/2013-10-08"
VOLVEN = "2.16.578.1.12.4.1.1."
_USES = {"1": "Fast", "2": "Kur", "3": "Ved behov"}
_TIMES = {
    "Morgen": "1",
    "Formiddag": "2",
    "Midt på dagen": "3",
    "Ettermiddag": "4",
    "Kveld": "5",
    "Natt": "6",
}
_PARAGRAPHS = {"200": "§5-14 §2", "300": "§5-14 §3", "400": "§5-14 §4", "950": "H-resept"}


def prescription_body(order: dict[str, Any], doctor: Practitioner) -> etree._Element:
    """`Resept`, valid against the official schema. The keys of `order` are listed in seed.py."""
    written = state.today()
    body = root(M1, "Resept")
    put(body, "Forskrivningsdato", written.isoformat())
    put(body, "Utloper", _expiry(order, written).isoformat())
    if order.get("refnr"):
        put(body, "RefNr", order["refnr"])
    for code, name in doctor.specialities[:1]:
        put(body, "Spesialitet", V=code, S=f"{VOLVEN}7426", DN=name)
    _drug(body, order)
    put(body, "OppdatertFest", f"{written.isoformat()}T00:00:00")
    put(body, "LastResept", str(bool(order.get("locked"))).lower())
    return body


def _expiry(order: dict[str, Any], written: date) -> date:
    if order.get("expires"):
        return date.fromisoformat(order["expires"])
    return written + timedelta(days=int(order.get("valid_days", 364)))


def _drug(body: etree._Element, order: dict[str, Any]) -> None:
    part = put(body, "ReseptDokLegemiddel")
    put(part, "Varegruppekode", V="L", DN="Legemiddel")
    if order["drug"].get("varenr"):
        put(part, "Antall", order.get("packages", 1))
    if order.get("paragraph"):
        paragraph = str(order["paragraph"])
        put(part, "RefHjemmel", V=paragraph, S=f"{VOLVEN}7427", DN=_PARAGRAPHS.get(paragraph, paragraph))
    if order.get("reason"):
        reason = order["reason"]
        put(part, "RefKode", V=reason["code"], S=f"{VOLVEN}{reason.get('list', '7110')}", DN=reason["name"])
    put(part, "Reiterasjon", order.get("refills", 0))
    if not order["drug"].get("varenr"):
        put(part, "Mengde", V=str(order.get("amount", 100)), U=order.get("amount_unit", "stk"))
    _prescribed(part, order)


def _prescribed(part: etree._Element, order: dict[str, Any]) -> None:
    holder = etree.SubElement(part, f"{{{PRESCRIBED}}}Forskrivning", nsmap={None: PRESCRIBED})  # type: ignore[dict-item]  # the stubs forget None
    if order.get("indication"):
        put(holder, "Bruksomrade", order["indication"])
    put(holder, "DosVeiledEnkel", order.get("dosage_text", "Etter avtale med lege"))
    use = str(order.get("use", "1"))
    put(holder, "Bruk", V=use, DN=_USES[use])
    if order.get("doses"):
        _doses(holder, order["doses"])
    drug = order["drug"]
    product = put(holder, "Legemiddelpakning" if drug.get("varenr") else "LegemiddelVirkestoff")
    put(product, "Atc", V=drug["atc"], S=f"{VOLVEN}7180", DN=drug.get("atc_name") or drug["name"])
    put(product, "NavnFormStyrke", drug["name"])
    group = drug.get("group", "C")
    put(product, "Reseptgruppe", V=group, DN=f"Reseptgruppe {group}")
    form = drug.get("form") or {"code": "53", "name": "Tablett"}
    put(product, "LegemiddelformKort", V=form["code"], S=f"{VOLVEN}7448", DN=form["name"])
    if drug.get("varenr"):
        _package(product, drug)
    else:
        put(product, "Id", drug.get("fest_id") or f"ID_{uuid.uuid4()}")


def _package(product: etree._Element, drug: dict[str, Any]) -> None:
    put(product, "Varenr", drug["varenr"])
    package = put(product, "PakningsinfoResept")
    put(package, "Varenavn", drug.get("brand") or drug["name"])
    put(package, "Pakningsstr", drug.get("package_size", "100"))
    unit = drug.get("package_unit") or {"code": "stk", "name": "stykk"}
    put(package, "EnhetPakning", V=unit["code"], S=f"{VOLVEN}7452", DN=unit["name"])


def _doses(holder: etree._Element, doses: list[dict[str, Any]]) -> None:
    schedule = put(holder, "Dosering")
    for dose in doses:
        fixed = put(schedule, "DoseFastTidspunkt")
        put(fixed, "Mengde", V=str(dose["amount"]), U=dose.get("unit", "tablett"))
        put(fixed, "Intervall", V="1", U="Døgn")
        put(fixed, "Tidsomrade", V=_TIMES[dose["time"]], DN=dose["time"])
        put(fixed, "GisEksakt", "false")
