"""`GET metadata`: what this API can do, made from what is served. Open to all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

from sfm.fhir.data_sharing import edge, served
from sfm.fhir.definitions import operations
from sfm.fhir.definitions import served as definitions

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.request import Request

    from sfm.fhir.data_sharing.offers import Offer

DATE = "2026-11-22"  # of the last change to what is offered
SECURITY = "http://terminology.hl7.org/CodeSystem/restful-security-service"
FORMATS = ["application/fhir+json", "json", "application/fhir+xml", "xml"]


class Metadata(edge.NothingHere):
    def get(self, request: Request) -> HttpResponse:
        base = settings.PUBLIC_ORIGIN + edge.base_path(request._request)
        return edge.answered(request._request, statement(base))


def statement(base: str) -> dict[str, Any]:
    return {
        "resourceType": "CapabilityStatement",
        "id": "sfm-data-sharing",
        "url": f"{base}/metadata",
        "name": "OpenSfmDataSharing",
        "status": "active",
        "date": DATE,
        "publisher": "Open SFM",
        "kind": "instance",
        "software": {"name": "Open SFM Datadeling"},
        "implementation": {"description": "Datadeling med SFM", "url": base},
        "fhirVersion": "4.0.1",
        "format": FORMATS,
        "rest": [
            {
                "mode": "server",
                "security": security(),
                "resource": [
                    *(offered(offer) | _operations(offer) for offer in served.OFFERS),
                    *definitions.offered(),
                ],
            }
        ],
    }


def offered(offer: Offer) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": offer.type,
        "supportedProfile": [offer.profile],
        "interaction": [{"code": name} for name in offer.interactions],
        "versioning": "versioned" if offer.update else "no-version",
        "readHistory": False,
        "updateCreate": False,
        "conditionalCreate": False,
        "conditionalUpdate": False,
    }
    if offer.params:
        made["searchParam"] = [{"name": name, "type": kind} for name, kind in offer.params.items()]
    return made


def _operations(offer: Offer) -> dict[str, Any]:
    if offer.type != "Practitioner":
        return {}
    return {
        "operation": [
            {"name": name, "definition": operations.URL + name} for name in operations.OF_PRACTITIONER
        ]
    }


def security() -> dict[str, Any]:
    return {
        "service": [{"coding": [{"system": SECURITY, "code": "OAuth"}], "text": "HelseID"}],
        "description": "HelseID-token med DPoP, audience e-helse:sfm.api.",
    }
