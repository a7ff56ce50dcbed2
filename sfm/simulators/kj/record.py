"""What KJ shows of a patient, and to whom."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from sfm.core import clock
from sfm.simulators.codes_7408 import STATUS
from sfm.simulators.kj.models import Dispensing, ListMessage, Person, Prescription, Reaction

BASES = {"HPAKUTT", "HPMOTTATTSAMTYKKE", "HPUNNTAK"}
WINDOW, LONGEST = timedelta(days=92), timedelta(days=3 * 365 + 1)
_ACTIVE = ("E", "U", "B")
Json = dict[str, Any]


class NoAccess(Exception):
    """KJ shows nothing; `code` and `text` say why."""

    def __init__(self, status: int, code: str, text: str) -> None:
        self.status, self.code, self.text = status, f"KJF-{code}", text
        super().__init__(text)


def opens(basis: str) -> bool:
    """Whether an access basis is given; several have commas between."""
    return any(one.strip() in BASES for one in basis.split(","))


def person(pid: str, basis: str) -> Person:
    """The patient, if KJ may show anything to someone with this access basis. Raises NoAccess."""
    found = Person.objects.filter(pid=pid).first() or Person(pid=pid)
    if found.standing == "none":
        raise NoAccess(404, "000206", "Pasienten har ikke kjernejournal.")
    if found.standing == "reserved":
        raise NoAccess(403, "000204", "Pasienten har reservert seg mot kjernejournal.")
    if found.standing == "blocked" and not opens(basis):
        raise NoAccess(403, "000205", "Pasienten har sperret kjernejournalen.")
    return found


def start_of_window(since: str) -> datetime:
    """Three months back unless asked otherwise; never more than three years. A bad date raises ValueError."""
    earliest = clock.now() - LONGEST
    if not since:
        return clock.now() - WINDOW
    asked = datetime.combine(date.fromisoformat(since[:10]), time(), tzinfo=clock.OSLO)
    return max(asked, earliest)


def summary(patient: Person, *, basis: str, since: datetime) -> Json:
    """The medication summary; its shape is in the package's docstring."""
    prescriptions = Prescription.objects.filter(pid=patient.pid)
    locked = prescriptions.filter(locked=True).exists()
    open_all = opens(basis)
    shown = list(prescriptions if open_all else prescriptions.filter(locked=False))
    blocked = patient.medications_blocked and not open_all
    shown = [] if blocked else [row for row in shown if row.status in _ACTIVE or row.received >= since]
    given = Dispensing.objects.filter(pid=patient.pid, annulled=False, at__gte=since).order_by("-at")
    return {
        "fetchedAt": clock.now().isoformat(),
        "prescriptions": [
            _prescription(row) for row in sorted(shown, key=lambda row: row.received, reverse=True)
        ],
        "dispensings": [] if blocked else [_dispensing(row.body) for row in given],
        "messages": [] if blocked else _newest_messages(patient.pid),
        "flags": {
            "hasMedications": prescriptions.exists() or Dispensing.objects.filter(pid=patient.pid).exists(),
            "hasLocked": locked,
            "medicationsBlocked": patient.medications_blocked,
        },
    }


def _prescription(row: Prescription) -> Json:
    body = row.body
    plain = (
        "drug",
        "atc",
        "varenr",
        "group",
        "amount",
        "refills",
        "prescribed",
        "expires",
        "indication",
        "use",
    )
    return {
        "reseptId": row.resept_id,
        "status": row.status,
        "statusText": STATUS.get(row.status, row.status),
        **{key: body.get(key, "") for key in plain},
        "dosageText": body.get("dosage_text", ""),
        "prescriber": {"hpr": body.get("hpr", ""), "name": body.get("prescriber", "")},
        "organisation": {"her": body.get("her", ""), "name": body.get("organisation", "")},
        "received": row.received.isoformat(),
        "recalled": bool(body.get("recall")),
        "m1": body.get("m1", ""),
    }


def _dispensing(body: Json) -> Json:
    plain = ("id", "at", "drug", "atc", "varenr", "packages", "finished", "paper", "m6")
    return {
        **{key: body.get(key, "") for key in plain},
        "reseptId": body.get("resept_id", ""),
        "pharmacy": {"her": body.get("her", ""), "name": body.get("pharmacy", "")},
    }


def _newest_messages(pid: str) -> list[Json]:
    newest: dict[str, ListMessage] = {}
    for row in ListMessage.objects.filter(pid=pid).order_by("received"):
        newest[row.kind] = row
    return [
        {
            "kind": row.kind,
            "msgId": row.msg_id,
            "received": row.received.isoformat(),
            "hpr": row.body.get("hpr", ""),
            "her": row.body.get("her", ""),
            "xml": row.body.get("xml", ""),
        }
        for row in newest.values()
    ]


def reactions(patient: Person, kind: str) -> Json:
    """A FHIR Bundle of the patient's critical information of one kind."""
    found = Reaction.objects.filter(pid=patient.pid, kind=kind).order_by("key")
    entries = [{"fullUrl": f"urn:uuid:{row.key}", "resource": row.body} for row in found]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries}
