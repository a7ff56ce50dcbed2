"""The searchset: matches, what they refer to, and a self link without ticket or number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.fhir.data_sharing.params import wrong

if TYPE_CHECKING:
    from sfm.fhir.data_sharing.offers import Answer, Call, Offer, Resource

MOST = 1_000  # entries of one answer
SAFE_TO_REPEAT = ("_summary", "_query", "_count", "type", "active")


def searchset(call: Call, offer: Offer, answer: Answer) -> Resource:
    matches = answer.resources[: _count(call)]
    shown = [("match", resource) for resource in matches]
    shown += [(_mode(resource), resource) for resource in answer.included]
    bundle: Resource = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(answer.resources),
        "link": [{"relation": "self", "url": f"{call.base}/{offer.type}{_repeated(call)}"}],
    }
    if shown:
        bundle["entry"] = [_entry(call, mode, resource) for mode, resource in shown]
    return bundle


def _entry(call: Call, mode: str, resource: Resource) -> Resource:
    url = f"{call.base}/{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": url, "resource": resource, "search": {"mode": mode}}


def _mode(resource: Resource) -> str:
    return "outcome" if resource["resourceType"] == "OperationOutcome" else "include"


def _count(call: Call) -> int:
    text = call.params.get("_count")
    if text and not (text.isascii() and text.isdigit() and len(text) < 6):
        raise wrong("_count", "must be a number")
    return min(int(text or MOST), MOST)


def _repeated(call: Call) -> str:
    parts = [f"{name}={call.params.get(name)}" for name in SAFE_TO_REPEAT if call.params.get(name).isalnum()]
    return "?" + "&".join(parts) if parts else ""
