"""The door for RF's asynchronous messages: `POST /integrasjon/rf/inn`, body MsgHead, header X-Her-Id."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from sfm.exchange import receive
from sfm.wire.safe_xml import MAX_BYTES

if TYPE_CHECKING:
    from django.http import HttpRequest

XML = "application/xml"


@csrf_exempt
@require_POST
def rf_in(request: HttpRequest) -> HttpResponse:
    """200 with an AppRec: safely kept. 422 with an AppRec: refused for good. 5xx: try again later."""
    if not _is_the_adapter(request):
        return HttpResponse(status=401)
    raw = request.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        return HttpResponse(status=413)
    taken = receive.take(raw, request.headers.get("X-Her-Id", ""))
    return HttpResponse(taken.receipt, content_type=XML, status=200 if taken.kept else 422)


def _is_the_adapter(request: HttpRequest) -> bool:
    """The message service handler shows the shared secret; without a configured secret the door is closed."""
    secret: str = settings.RF_ASYNC_SECRET
    scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
    return bool(secret) and scheme == "Bearer" and hmac.compare_digest(shown.encode(), secret.encode())
