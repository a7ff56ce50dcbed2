"""The neutral page a frame shows until the record system has logged in, and chosen a patient. Not meant to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portals.shared import clients, errors
from portals.shared.render import render

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

FOR_LOGIN = ("SFM er klar", "Venter på journalsystemet …")
FOR_PATIENT = ("Ingen pasient valgt", "Velg pasient i journalsystemet, så vises legemidlene her.")


def logged_in(request: HttpRequest, slug: str) -> bool:
    """Whether there is a living login, of the record system whose slug stands in the address."""
    login = request.session.get("login")
    return login is not None and login["client_slug"] == slug


def page(request: HttpRequest, slug: str, words: tuple[str, str] = FOR_LOGIN) -> HttpResponse:
    if clients.by_slug(slug) is None:
        return errors.answer(request, errors.MissingPage(detail="unknown slug"))
    return render(request, "frame/waiting.html", {"heading": words[0], "text": words[1]})


def is_entrance(path: str) -> bool:
    """`/e/<slug>/<portal>/`: the addresses of the session answer, which open before anyone has logged in."""
    return path.startswith("/e/") and path.endswith("/") and path.count("/") == 4
