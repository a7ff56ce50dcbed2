"""`/helse`: for the load balancer. Ready means that a page could be shown: database and Redis answer."""

from __future__ import annotations

import logging

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from sfm.core.errors import SfmError
from sfm.identity.redis_store import store
from sfm.tenancy.models import EpjClient

log = logging.getLogger(__name__)


@require_safe
def alive(_request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("i drift", content_type="text/plain; charset=utf-8")


@require_safe
def ready(_request: HttpRequest) -> HttpResponse:
    try:
        EpjClient.objects.exists()
        with store() as redis:
            redis.ping()
    except (DatabaseError, SfmError) as error:
        log.warning("not ready: %s", type(error).__name__)
        return HttpResponse("ikke klar", status=503, content_type="text/plain; charset=utf-8")
    return HttpResponse("klar", content_type="text/plain; charset=utf-8")
