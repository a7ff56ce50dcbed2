"""What KJ answers, as records to merge and reactions to keep."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sfm.core import clock, names
from sfm.exchange.translate import moments, records
from sfm.medication import content_data
from sfm.medication.content import Product, TreatmentContent
from sfm.medication.rules.dosage import Dosage, FreeTextDosage
from sfm.medication.rules.merge import Record
from sfm.wire import messages
from sfm.wire.safe_xml import WireFormatError

if TYPE_CHECKING:
    from collections.abc import Iterable

Json = dict[str, Any]


def as_bytes(found: object) -> bytes:
    return json.dumps(found, sort_keys=True, ensure_ascii=False).encode()


def of_summary(found: Json) -> tuple[bytes, tuple[Record, ...]]:
    """The answer as kept, and as records. A part that cannot be read is left out, never guessed."""
    dispensings = _by_prescription(found.get("dispensings", ()))
    read = [_prescription(item, dispensings) for item in found.get("prescriptions", ())]
    known = {record.resept_id for record in read}
    paper = [_paper(key, given) for key, given in dispensings.items() if _uuid(key) not in known]
    return as_bytes(found), tuple(record for record in (*read, *paper) if record.data)


def _by_prescription(dispensings: Iterable[Json]) -> dict[str, list[Json]]:
    grouped: dict[str, list[Json]] = {}
    for item in dispensings:
        key = str(item.get("reseptId") or item.get("id") or "").lower()
        grouped.setdefault(key, []).append(item)
    return grouped


def _prescription(item: Json, dispensings: dict[str, list[Json]]) -> Record:
    resept_id = str(item.get("reseptId", "")).lower()
    base = _from_m1(item) or _from_facts(item, resept_id)
    given = [_given(one) for one in dispensings.get(resept_id, ())]
    return replace(
        base,
        source="KJ",
        status=str(item.get("status", "")),
        recalled=bool(item.get("recalled")),
        data={**base.data, "dispensed": given} if base.data else {},
    )


def _from_m1(item: Json) -> Record | None:
    try:
        return records.of_m1(
            messages.open_message(base64.b64decode(str(item.get("m1") or ""), validate=True))
        )
    except (WireFormatError, binascii.Error, ValueError):
        return None


def _from_facts(item: Json, resept_id: str) -> Record:
    prescriber = item.get("prescriber") or {}
    organisation = item.get("organisation") or {}
    written = moments.day(item.get("prescribed")) or moments.day(item.get("received")) or clock.today()
    expires = moments.day(item.get("expires")) or written
    name, place = prescriber.get("name", ""), organisation.get("name", "")
    content = _content(item)
    return Record(
        source="KJ",
        resept_id=_uuid(resept_id),
        by=names.label(name, place),
        by_short=names.label(names.short(name), place),
        changed_at=moments.instant(item.get("received")),
        fields=records.fields_of(content),
        data={
            "content": content_data.to_data(content),
            "prescribed_on": written.isoformat(),
            "expires_on": expires.isoformat(),
            "prescriber_hpr": str(prescriber.get("hpr", "")).lstrip("0"),
            "prescriber_name": name,
            "organisation": place,
        },
    )


def _paper(resept_id: str, given: list[Json]) -> Record:
    """A dispensing without a prescription KJ shows: on paper, or long since gone."""
    newest = max(given, key=lambda item: str(item.get("at", "")))
    base = _from_facts({**newest, "received": newest.get("at")}, resept_id)
    return replace(
        base,
        by=(newest.get("pharmacy") or {}).get("name", "") or "Apotek",
        status="R",
        data={**base.data, "type": "P", "dispensed": [_given(item) for item in given]},
    )


def _uuid(local: str) -> str:
    """Paper prescriptions have ids of other forms; ours must be stable, so that the next answer brings no news."""
    try:
        return str(UUID(local))
    except ValueError:
        return str(uuid5(NAMESPACE_URL, f"kj:{local}"))


def _content(item: Json) -> TreatmentContent:
    name = str(item.get("drug") or "").strip()[:255] or "Ukjent legemiddel"
    return TreatmentContent(
        product=Product(
            kind="text",
            varenr=_coded(item.get("varenr"), 16),
            name_form_strength=name,
            substance=name.split()[0],
            atc=_coded(item.get("atc"), 8),
            dispensing_group=_coded(item.get("group"), 4),
        ),
        use_type=records.use_type(str(item.get("use") or "")),
        indication_text=str(item.get("indication") or ""),
        dosage=Dosage(unit="", instruction=FreeTextDosage(text=str(item.get("dosageText") or ""))),
    )


def _coded(value: object, longest: int) -> str:
    """A code longer than any there is, is none."""
    said = str(value or "")
    return said if len(said) <= longest else ""


def _given(item: Json) -> Json:
    at = moments.instant(item.get("at")) or clock.now()
    return {
        "at": at.isoformat(),
        "name": str(item.get("drug", "")),
        "amount": f"{item['packages']} pk" if item.get("packages") else "",
        "pharmacy": (item.get("pharmacy") or {}).get("name", ""),
    }
