"""What a page says of the session it was made in, so that static/js/ending.js can warn in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings

from sfm.identity import oidc

if TYPE_CHECKING:
    from django.http import HttpRequest

STAFF_PATH = "/tjeneste/okt"


@dataclass(frozen=True, kw_only=True)
class Ending:
    """`until`: seconds since 1970. `idle`: seconds it may lie idle. `ask`: where the page asks anew. `again`: where one
    logs in anew; "" where the record system does that."""

    until: int
    idle: int
    ask: str
    again: str = ""


def of(request: HttpRequest) -> Ending | None:
    """None when nobody is logged in."""
    login, staff = request.session.get("login"), request.session.get(oidc.STAFF)
    if login:
        slug = request.path_info.split("/")[2] if request.path_info.startswith("/e/") else ""
        return Ending(until=login["exp"], idle=settings.SFM_SESSION_IDLE, ask=f"/e/{slug}/okt")
    if staff:
        return Ending(
            until=staff["until"], idle=settings.SFM_SESSION_IDLE, ask=STAFF_PATH, again=settings.LOGIN_URL
        )
    return None
