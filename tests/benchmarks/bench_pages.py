"""CPU per request of the pages people wait for, against a bare Django view with one query in the same run."""

from __future__ import annotations

import gc
import io
import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.core import signals
from django.core.handlers.wsgi import WSGIHandler
from django.db import close_old_connections
from django.test import override_settings

from sfm.medication.models import Treatment
from sfm.medication.queries import remembered
from sfm.tenancy.scope import journal_scope
from tests.factories import sending, treatments
from tests.integration.portal import Portal, invented

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.office import Office

ROUNDS = 300
pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:No directory at")]


def _nothing() -> None:
    """Before a call that needs no preparation."""


def _keep_the_connection() -> None:
    """A test's transaction must survive the end of a request. Django's own test client sees to it for itself only."""
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)


def cpu(
    call: Callable[[], object], rounds: int = ROUNDS, before: Callable[[], object] = _nothing
) -> tuple[float, float]:
    """Median and 95th percentile of CPU milliseconds; what comes before each call is not counted."""
    _keep_the_connection()
    for _ in range(20):
        call()
    gc.collect()
    times = []
    for _ in range(rounds):
        before()
        start = time.process_time()
        call()
        times.append((time.process_time() - start) * 1000)
    times.sort()
    return times[rounds // 2], times[rounds * 95 // 100]


def request(handler: WSGIHandler, path: str, cookie: str = "") -> Callable[[], None]:
    """One GET through the WSGI door, as the web server makes it."""

    def call() -> None:
        path_info, _, query = path.partition("?")
        status: list[str] = []
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path_info,
            "QUERY_STRING": query,
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "HTTP_HOST": "testserver",
            "HTTP_COOKIE": cookie,
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
        }
        response = handler(environ, lambda line, _headers: status.append(line))
        b"".join(response)
        assert status[0].startswith("200"), status

    return call


def bare() -> tuple[float, float]:
    with override_settings(MIDDLEWARE=[], ROOT_URLCONF="tests.benchmarks.bare_urls"):
        return cpu(request(WSGIHandler(), "/bare"))


def opened(office: Office, rows: int) -> tuple[str, str]:
    """The address and the cookie of a patient with so many treatments, opened by a doctor."""
    patient, pid = invented(office)
    portal = Portal(office).log_in()
    root = portal.set_patient(pid).json()["url"]
    with journal_scope(office.journal):
        treatments.medication_list(patient)
        sending.looked_up(patient, "RF", "PLL", "KJ", "KI")
        for _ in range(rows):
            treatments.with_prescription(patient)
    cookie = "; ".join(f"{morsel.key}={morsel.coded_value}" for morsel in portal.browser.cookies.values())
    return root, cookie


def change_one(office: Office) -> None:
    """A word in one row, written as an action writes it: row by row, so that the list's stamp follows."""
    with journal_scope(office.journal):
        treatment = Treatment.objects.order_by("pk")[:1].get()
        treatment.indication_text = f"{uuid4().hex[:6]}"
        treatment.save()


def bench_list_page(office: Office) -> None:
    """The list with 25 treatments, with session, rights, audit and CSP."""
    address, cookie = opened(office, 25)
    show = request(WSGIHandler(), address, cookie)

    base, base95 = bare()
    print(f"\nnaken visning: median {base:.2f} ms, p95 {base95:.2f} ms")
    for name, before in (
        ("uendret siden sist", _nothing),
        ("en rad endret", lambda: change_one(office)),
        ("første gang i prosessen", remembered.forget),
    ):
        median, p95 = cpu(show, before=before)
        print(
            f"LIB 25 behandlinger, {name}: {median:.2f} ms, p95 {p95:.2f} ms: {median / base:.1f} x (mål 8 x)"
        )
