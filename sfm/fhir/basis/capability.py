"""`GET metadata`: what Basis can do, made from what is served. Open to all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

from sfm.fhir.basis import served, views
from sfm.fhir.data_sharing import capability, edge
from sfm.fhir.definitions import operations
from sfm.fhir.definitions import served as definitions

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.request import Request

DATE = "2026-11-22"  # of the last change to what is offered
OAUTH = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"


class Metadata(edge.NothingHere):
    def get(self, request: Request) -> HttpResponse:
        base = settings.PUBLIC_ORIGIN + edge.base_path(request._request)
        return edge.answered(request._request, statement(base))


def statement(base: str) -> dict[str, Any]:
    return {
        "resourceType": "CapabilityStatement",
        "id": "sfm-basis",
        "url": f"{base}/metadata",
        "version": "1.0.0",
        "name": "OpenSfmBasis",
        "title": "SFM Basis",
        "status": "active",
        "experimental": False,
        "date": DATE,
        "publisher": "Open SFM",
        "kind": "instance",
        "software": {"name": "Open SFM Basis"},
        "implementation": {"description": "SFM Basis", "url": base},
        "fhirVersion": "4.0.1",
        "format": capability.FORMATS,
        "rest": [
            {
                "mode": "server",
                "security": _security(),
                "resource": [
                    *(capability.offered(offer) for offer in served.OFFERS),
                    *definitions.offered(),
                ],
                "operation": [
                    {"name": name, "definition": operations.URL + name} for name in views.OPERATIONS
                ],
            }
        ],
    }


def _security() -> dict[str, Any]:
    issuer = settings.HELSEID_ISSUER.rstrip("/") or "https://helseid-sts.nhn.no"
    addresses = [{"url": name, "valueUri": f"{issuer}/connect/{name}"} for name in ("token", "authorize")]
    return {"extension": [{"url": OAUTH, "extension": addresses}]} | capability.security()
