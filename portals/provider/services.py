"""(Tjenester) Does each service we stand on answer now? All are asked at once, and nobody waits long."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import redis
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from portals.provider.pages import page
from portals.shared.guard import provider_page
from sfm.core.errors import SfmError
from sfm.gateways.rf import clock_check
from sfm.identity.redis_store import store
from sfm.tenancy import schemas as journal_schemas
from sfm.wire import schemas

if TYPE_CHECKING:
    from collections.abc import Callable

    from portals.shared.guard import ProviderRequest

PATIENCE = 2.0  # seconds for each service
FAILURES = (
    httpx.HTTPError,
    httpx.InvalidURL,
    DatabaseError,
    SfmError,
    redis.RedisError,
    OSError,
)
TASKS = "celery"  # the list of Celery's default queue
DISCOVERY = "/.well-known/openid-configuration"


@dataclass(frozen=True, kw_only=True)
class Health:
    """`problem` is empty when the service answered; `simulated` None where that makes no sense."""

    name: str
    place: str  # host and port, never a user name or password
    problem: str
    took: int  # milliseconds
    detail: str = ""
    simulated: bool | None = None


@require_safe
@provider_page()
def status(request: ProviderRequest) -> HttpResponse:
    context = {"services": check_all(), "validates": schemas.directory() is not None}
    return page(request, "services", context, block="found")


def check_all() -> list[Health]:
    outside = [
        ("Reseptformidleren", settings.RF_URL, _answers),
        ("Kjernejournal", settings.KJ_URL, _answers),
        ("HelseID", settings.HELSEID_ISSUER, _discovers),
    ]
    with ThreadPoolExecutor(max_workers=5) as pool:
        asked = [pool.submit(_outside, *service) for service in outside]
        near = pool.submit(_timed, "Redis", _place(settings.REDIS_URL), _redis)
        database = _timed("PostgreSQL", _database_place(), _database)  # on this thread's own connection
        return [*(one.result() for one in asked), database, near.result()]


def _outside(name: str, address: str, ask: Callable[[str], str]) -> Health:
    if not address:
        return Health(name=name, place="", problem="Adressen er ikke satt", took=0)
    return _timed(name, _place(address), lambda: ask(address), simulated=_is_simulated(address))


def _timed(name: str, place: str, ask: Callable[[], str], *, simulated: bool | None = None) -> Health:
    begun = time.monotonic()
    detail = problem = ""
    try:
        detail = ask()
    except FAILURES as error:
        problem = f"Svarer ikke ({type(error).__name__})"
    took = round((time.monotonic() - begun) * 1000)
    return Health(name=name, place=place, problem=problem, took=took, detail=detail, simulated=simulated)


def _answers(address: str) -> str:
    """Any answer below 500 shows that someone is there; the service itself takes only signed messages."""
    answer = httpx.get(address, timeout=PATIENCE)
    if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        answer.raise_for_status()
    return f"HTTP {answer.status_code}{_told_of_clock(answer)}"


def _told_of_clock(answer: httpx.Response) -> str:
    ahead = clock_check.difference(answer.headers.get("Date", ""))
    if ahead is None:
        return ""
    seconds = int(ahead.total_seconds())
    if abs(seconds) < 2:  # both are told in whole seconds
        return ", klokkene går likt"
    return f", vår klokke går {abs(seconds)} s {'foran' if seconds > 0 else 'etter'}"


def _discovers(issuer: str) -> str:
    answer = httpx.get(issuer.rstrip("/") + DISCOVERY, timeout=PATIENCE)
    answer.raise_for_status()
    return "Metadata lest"


def _redis() -> str:
    """Also how much waits for the workers: it grows when none is running."""
    with store() as client:
        version, waiting = client.info("server")["redis_version"], client.llen(TASKS)
    return f"Versjon {version}, {waiting} oppgaver venter på arbeidere"


def _database() -> str:
    return f"Versjon {journal_schemas.server_version()}"


def _is_simulated(address: str) -> bool:
    """The demo's simulators; elsewhere a service on this very machine can only be one."""
    return settings.SFM_ENVIRONMENT == "demo" or urlsplit(address).hostname in (
        "127.0.0.1",
        "localhost",
        "::1",
    )


def _place(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"


def _database_place() -> str:
    database = settings.DATABASES["default"]
    return ":".join(str(part) for part in (database["HOST"] or "lokal sokkel", database["PORT"]) if part)
