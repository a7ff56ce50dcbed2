"""Adresseregisteret as far as SFM reads it: those who dispense. RF's own register of units, under another address."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from sfm.simulators.rf.models import Organisation

KINDS = ("apotek", "bandasjist")


@require_GET
def listed(request: HttpRequest) -> JsonResponse:
    """`?type=apotek,bandasjist`: active units that take dispensing requests."""
    wanted = [kind for kind in request.GET.get("type", "").split(",") if kind in KINDS] or KINDS
    found = Organisation.objects.filter(kind__in=wanted, active=True, accepts_dispatch=True).order_by("name")
    rows = [
        {
            "herId": one.her,
            "organizationNumber": one.orgnr,
            "name": one.name,
            "type": one.kind,
            "city": "Oslo",
        }
        for one in found
    ]
    return JsonResponse(rows, safe=False)
