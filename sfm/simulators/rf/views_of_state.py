"""The simulator's state as JSON, with the evidence of how often each MsgId was received and accepted."""

from __future__ import annotations

from typing import Any

from sfm.simulators.rf import faults, lists, prescriptions, state
from sfm.simulators.rf.models import (
    Dispensing,
    ListMessage,
    MultidoseParty,
    Outgoing,
    Patient,
    Prescription,
    Received,
)

Row = dict[str, Any]


def everything(pid: str, *, with_m1: bool = False) -> Row:
    chosen = {"pid": pid} if pid else {}
    received = list(Received.objects.filter(**chosen).order_by("id"))
    return {
        "now": state.now().isoformat(),
        "settings": state.everything(),
        "faults": faults.rules(),
        "received": [reception(row) for row in received],
        "messages": tally(received),
        "prescriptions": {
            row.resept_id: _prescription(row, with_m1) for row in Prescription.objects.filter(**chosen)
        },
        "lists": _lists(chosen),
        "outgoing": [
            outgoing(row)
            for row in Outgoing.objects.filter(**({} if not pid else _about(pid))).order_by("id")
        ],
        "dispensings": [_dispensing(row) for row in Dispensing.objects.filter(**chosen).order_by("at")],
        "multidose": [_party(row) for row in MultidoseParty.objects.filter(**chosen)],
        "patients": [_patient(row) for row in Patient.objects.filter(**chosen).order_by("family")],
    }


def _about(pid: str) -> Row:
    return {"about__in": [*Prescription.objects.filter(pid=pid).values_list("resept_id", flat=True)]}


def reception(row: Received) -> Row:
    return {
        "at": row.at.isoformat(),
        "operation": row.operation,
        "type": row.type,
        "msg_id": row.msg_id,
        "her": row.her,
        "hpr": row.hpr,
        "pid": row.pid,
        "processed": row.processed,
        "accepted": row.accepted,
        "codes": row.codes,
        "fault": row.fault,
        "sha256": row.sha256,
    }


def tally(received: list[Received]) -> dict[str, Row]:
    """Per MsgId: how many times it came, and how many times RF took it. The second is never above 1 for M1 and M5."""
    found: dict[str, Row] = {}
    for row in received:
        line = found.setdefault(row.msg_id, {"type": row.type, "received": 0, "accepted": 0, "codes": []})
        line["received"] += 1
        line["accepted"] += int(row.accepted)
        line["codes"] += [code["code"] for code in row.codes]
    return found


def _prescription(row: Prescription, with_m1: bool) -> Row:
    shown = prescriptions.summary(row)
    return shown if with_m1 else {key: value for key, value in shown.items() if key != "m1"}


def _lists(chosen: Row) -> Row:
    found: Row = {}
    for row in ListMessage.objects.filter(**chosen).order_by("id"):
        known = found.setdefault(row.pid, {"ref_msg_id": "", "chain": []})
        newest = lists.head(row.pid)
        known["ref_msg_id"] = newest.msg_id if newest else ""
        known["chain"].append(
            {"msg_id": row.msg_id, "kind": row.kind, "parent": row.parent, "hpr": row.hpr, "her": row.her}
            | {"received": row.received.isoformat()}
        )
    return found


def outgoing(row: Outgoing) -> Row:
    return {
        "msg_id": row.msg_id,
        "type": row.type,
        "her": row.her,
        "about": row.about,
        "state": row.state,
        "attempts": row.attempts,
        "created": row.created.isoformat(),
        "answer": row.answer[:300],
    }


def _dispensing(row: Dispensing) -> Row:
    return {
        "id": row.msg_id,
        "resept_id": row.prescription_id or "",
        "pid": row.pid,
        "at": row.at.isoformat(),
        "drug": row.drug,
        "packages": str(row.packages),
        "finished": row.finished,
        "annulled": row.annulled,
        "paper": row.paper,
    }


def _party(row: MultidoseParty) -> Row:
    return {
        "pid": row.pid,
        "kind": row.kind,
        "hpr": row.hpr,
        "her": row.her,
        "from": row.active_from.isoformat(),
        "to": row.active_to.isoformat() if row.active_to else None,
    }


def _patient(row: Patient) -> Row:
    return {"pid": row.pid, "name": row.name, "blocks": row.blocks, "new_pid": row.new_pid}
