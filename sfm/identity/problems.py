"""Errors of the APIs as RFC 9457 problem+json (integration.md 3.6)."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Any

from django.http import JsonResponse

from sfm.core.errors import Conflict, Invalid, NotFound, SfmError, Unavailable
from sfm.identity import jose
from sfm.identity.refusals import Malformed, OutOfService, Refused, TooMany

if TYPE_CHECKING:
    from django.http import HttpRequest

log = logging.getLogger(__name__)
CONTENT_TYPE = "application/problem+json"
_TYPES: dict[type[SfmError], str] = {
    Invalid: Malformed.problem,
    NotFound: "not-found",
    Conflict: "conflict",
    Unavailable: OutOfService.problem,
}


def answer(error: SfmError, request: HttpRequest, *, scheme: str = "DPoP") -> JsonResponse:
    """The error as an HTTP answer. `error.detail` goes to the log only.

    `scheme` is the one the address takes: DPoP, Bearer, or "" where no token is asked for.
    """
    trace_id = trace_id_of(request)
    log.info("%s %s: %s", error.status, error.code, error.detail, extra={"trace_id": trace_id})
    response = JsonResponse(body(error, trace_id=trace_id), status=error.status, content_type=CONTENT_TYPE)
    response["Cache-Control"] = "no-store"
    if error.status == 401 and scheme:
        response["WWW-Authenticate"] = challenge(scheme, error=getattr(error, "error", ""))
    if isinstance(error, TooMany):
        response["Retry-After"] = "60"
    return response


def body(error: SfmError, *, trace_id: str) -> dict[str, Any]:
    kind = error.problem if isinstance(error, Refused) else _type_of(error)
    content = {
        "type": f"urn:sfm:problem:{kind}",
        "title": error.text,
        "status": error.status,
        "code": error.code,
        "traceId": trace_id,
    }
    hint = getattr(error, "hint", "")
    return content | ({"detail": hint} if hint else {})


def challenge(scheme: str, *, error: str = "") -> str:
    """The WWW-Authenticate header of a 401."""
    parts = [f'error="{error}"'] if error else []
    if scheme == "DPoP":
        parts.append(f'algs="{" ".join(jose.ALGORITHMS)}"')
    return f"{scheme} {', '.join(parts)}".strip()


def trace_id_of(request: HttpRequest) -> str:
    """The W3C trace id the middleware put on the request; a fresh one outside it."""
    trace_id = getattr(request, "trace_id", "")
    return trace_id if isinstance(trace_id, str) and trace_id else secrets.token_hex(16)


def _type_of(error: SfmError) -> str:
    return next((name for kind, name in _TYPES.items() if isinstance(error, kind)), "refused")
