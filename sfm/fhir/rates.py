"""How often one client may call the FHIR APIs: counted per client and journal in a window of one minute, in Redis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.throttling import BaseThrottle

from sfm.core import clock
from sfm.identity import sealed
from sfm.identity.drf import caller_of
from sfm.identity.redis_store import store
from sfm.identity.refusals import TooMany

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView

WINDOW = 60  # seconds


class PerClient(BaseThrottle):
    """Raises TooMany, which becomes 429 with an OperationOutcome. Who shows no token is stopped before this."""

    def allow_request(self, request: Request, view: APIView) -> bool:  # noqa: ARG002  the framework's signature
        caller = caller_of(request)
        if caller is not None and _count(caller.client_id, caller.journal_id) > settings.API_PER_MINUTE:
            raise TooMany(detail="too many calls of one client")
        return True


def _count(client: str, journal: str) -> int:
    minute = int(clock.now().timestamp()) // WINDOW
    name = sealed.name("api-calls", client, journal, str(minute))
    with store() as redis, redis.pipeline() as pipe:
        pipe.incr(name)
        pipe.expire(name, 2 * WINDOW)
        calls, _ = pipe.execute()
    return int(calls)
