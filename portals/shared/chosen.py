"""What the person has chosen for themselves, as the session carries it: no page asks the database for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.core.errors import SfmError
from sfm.identity import preferences

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

IN_EFFECT = {  # what works today, and where one sees it
    "density": "Hvor tett radene står i alle portalene.",
    "grouping": "Hvordan listen er delt opp. Kan også velges under listen.",
    "shortcuts": "Taster som f for Forny. Piler, Esc og Ctrl + Enter virker alltid.",
    "start_tab": "Fanen som vises når pasienten åpnes.",
    "prescription_kind": "Hva en ny forskrivning begynner med. Kan endres for hver resept.",
    "diagnosis_system": "Hvilket kodeverk som står først når refusjonskode skal velges.",
}


def of(request: HttpRequest, name: str) -> str:
    """The choice, or the default: for visitors without a login, and when Redis is down."""
    session = getattr(request, "session", None)
    try:
        kept: Mapping[str, str] = session.get(preferences.IN_SESSION, {}) if session is not None else {}
    except SfmError:
        kept = {}
    return kept.get(name) or preferences.default_of(name)


def remember(request: HttpRequest, choices: Mapping[str, str]) -> None:
    request.session[preferences.IN_SESSION] = dict(choices)
