"""The frame around every page of the provider portal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse

from portals.shared.render import render

if TYPE_CHECKING:
    from django.http import HttpResponse

    from portals.shared.guard import ProviderRequest

TABS = (
    ("provider:overview", "Oversikt"),
    ("provider:fest", "FEST"),
    ("provider:queues", "Køer og stoppede meldinger"),
    ("provider:journals", "Journaler"),
    ("provider:migration", "Innflytting"),
    ("provider:services", "Tjenester"),
)
SAID = {
    "revived": "Arbeidet er satt i kø igjen.",
    "rolled_back": "Forrige FEST er i bruk igjen. Filen som ble tatt ut, tas ikke inn igjen av seg selv.",
    "imported": "FEST er importert og tatt i bruk.",
    "same": "Samme fil er alt i bruk. Ingenting er endret.",
}
SURROUNDINGS = {
    "demo": "Demo: nasjonale tjenester er simulatorer på denne maskinen",
    "test": "Testmiljø: bare syntetiske personer",
    "production": "Produksjon",
}


def page(
    request: ProviderRequest, name: str, context: dict[str, Any], *, block: str = "", status: int = 200
) -> HttpResponse:
    shared = {
        "tabs": [(reverse(address), title) for address, title in TABS],
        "said": SAID.get(request.GET.get("ok", ""), ""),
        "staff": request.staff,
        "surroundings": SURROUNDINGS.get(settings.SFM_ENVIRONMENT, settings.SFM_ENVIRONMENT),
    }
    return render(request, f"provider/{name}.html", shared | context, block=block, status=status)
