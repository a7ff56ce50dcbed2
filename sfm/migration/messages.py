"""Messages of a patient file: each original byte for byte, in the chain it stood in."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from sfm.core import clock
from sfm.exchange.models import Message
from sfm.migration import source
from sfm.wire import messages as wire
from sfm.wire.safe_xml import WireFormatError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from sfm.migration.rows import Taking
    from sfm.wire.safe_xml import Element

OUTBOUND: Final = frozenset(
    {
        "ERM1", "ERM2", "ERM3", "ERM5", "ERM14", "ERM21", "ERM41", "ERM93", "ERM95", "ERM97", "ERM911", "ERM921",
        "ERM251", "ERM241", "ERM271", "ERM274", "ERMV",
    }
)  # fmt: skip
APPREC: Final = "AppRec"
STATES: Final = {"successful": "accepted", "failed": "failed", "": "accepted"}
LONGEST_KIND: Final = 12


def take_all(taking: Taking, patient: Element, files: Mapping[str, bytes]) -> set[str]:
    """Returns the names of the archive's files that were messages."""
    found = list(source.children(patient, "Meldinger", "Melding"))
    ids = {source.text(one, "Id"): _message_id(one) for one in found}
    known = dict(
        Message.objects.filter(pk__in=[i for i in ids.values() if i]).values_list("pk", "patient_key")
    )
    used: set[str] = set()
    new = []
    for element in found:
        name = source.text(element, "MeldingsFil").replace("\\", "/")
        used.add(name)
        ident = _message_id(element)
        stated = source.text(element, "MsgId")
        if not source.text(element, "Id"):
            taking.report.deviates("derived", kind="message", source=stated, said="Melding/Id")
        if ident is None or known.get(ident, taking.patient) != taking.patient:
            taking.keep("message", stated, element, deviation="conflict" if ident else "unreadable_content")
            continue
        if ident not in known:
            known[ident] = taking.patient
            new.append(
                _message(taking, element, ident, files.get(name), ids.get(source.text(element, "ParentId")))
            )
        taking.took("message", stated, ident)
    Message.objects.bulk_create(new)
    _receipts(found, ids, files)
    return used


def _message_id(element: Element) -> UUID | None:
    return source.ident(source.text(element, "MsgId")) or source.ident(
        source.text(element, "Id"), scope="message"
    )


def _message(
    taking: Taking, element: Element, ident: UUID, raw: bytes | None, parent: UUID | None
) -> Message:
    kind = source.code(element, "Type")[:LONGEST_KIND]
    stated = str(ident)
    at = source.instant(element, "GenDate")
    if at is None:
        taking.report.deviates("bad_date", kind="message", source=stated, said="GenDate")
    if raw is None:
        taking.report.deviates("missing_file", kind="message", source=stated)
    elif kind != APPREC and not _readable(raw):
        taking.report.deviates("unreadable_message", kind="message", source=stated, said=kind)
    state = source.text(element, "State").lower()
    if state not in STATES:
        taking.report.deviates("unknown_code", kind="message", source=stated, said="State")
    return Message(
        id=ident,
        kind=kind,
        direction="out" if kind in OUTBOUND else "in",
        patient_key=taking.patient,
        subject_id=ident if kind == "ERM1" else None,
        parent_id=parent,
        raw=raw,
        sha256=sha256(raw).hexdigest() if raw is not None else "",
        generated_at=at or clock.now(),
        state=STATES.get(state, "failed"),
        settled_at=at,
    )


def _readable(raw: bytes) -> bool:
    try:
        wire.open_message(raw)
    except WireFormatError:
        return False
    return True


def _receipts(found: list[Element], ids: Mapping[str, UUID | None], files: Mapping[str, bytes]) -> None:
    """An AppRec is also the receipt of the message it answers."""
    for element in found:
        parent = ids.get(source.text(element, "ParentId"))
        raw = files.get(source.text(element, "MeldingsFil").replace("\\", "/"))
        if parent is None or raw is None or source.code(element, "Type") != APPREC:
            continue
        message = Message.objects.filter(pk=parent, direction="out").first()
        if message is not None and message.receipt is None:
            message.receipt = raw
            message.save(update_fields=["receipt"])
