"""CPU of the FHIR APIs against a bare DRF view in the same run: List read, `$getMedication` without the sources' time,
the patient ticket, and the check of the token alone."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path
from rest_framework.views import APIView

from sfm.identity.drf import DPoPAuthentication
from sfm.tenancy.models import Organisation
from sfm.tenancy.scope import journal_scope
from tests.benchmarks.bench_pages import cpu
from tests.factories import contents, sending, treatments
from tests.integration.basis import BASIS, basis  # noqa: F401
from tests.integration.data_sharing import FNR, Epj, patient, ticket_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django.fixtures import SettingsWrapper
    from rest_framework.request import Request

    from tests.integration.basis import Basis
    from tests.tokens import Caller

ROWS, ROUNDS = 30, 60
pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:No directory at")]


class Bare(APIView):
    """One query, no authentication."""

    authentication_classes = ()
    permission_classes = ()

    def get(self, _request: Request) -> HttpResponse:
        return HttpResponse(Organisation.objects.values_list("name", flat=True).first())


class WithToken(Bare):
    authentication_classes = (DPoPAuthentication,)  # type: ignore[assignment]


urlpatterns = [path("bare", Bare.as_view()), path("token", WithToken.as_view())]


def call(caller: Caller | None, method: str, address: str, body: Any = None) -> Callable[[], None]:
    """Through the WSGI door. A proof lives seconds, so each is made in the call; what that costs is taken off after."""
    handler, content = WSGIHandler(), json.dumps(body).encode() if body is not None else b""
    where, _, query = address.partition("?")

    def act() -> None:
        signed = caller.headers(method, where) if caller else {}
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method, "PATH_INFO": where, "QUERY_STRING": query, "SERVER_NAME": "testserver",
            "SERVER_PORT": "80", "HTTP_HOST": "testserver", "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(content), "CONTENT_LENGTH": str(len(content)),
            "CONTENT_TYPE": "application/json",
            **{f"HTTP_{name.upper()}": value for name, value in signed.items()},
        }  # fmt: skip
        status: list[str] = []
        b"".join(handler(environ, lambda line, _headers: status.append(line)))
        assert status[0].startswith("200"), status

    return act


def bench_fhir(basis: Basis, settings: SettingsWrapper) -> None:  # noqa: F811
    settings.API_PER_MINUTE = 10**6
    with override_settings(MIDDLEWARE=[], ROOT_URLCONF=__name__):
        base, _ = cpu(call(None, "GET", "/bare"), ROUNDS)
        token, _ = cpu(call(basis.epj.caller, "GET", "/token"), ROUNDS)
    proof, _ = cpu(lambda: basis.epj.caller.headers("POST", "/token"), ROUNDS)
    epj = Epj(basis.office.caller())
    with journal_scope(basis.office.journal):
        key = sending.patient()
        treatments.medication_list(key)
        for _ in range(ROWS):
            treatments.with_prescription(key, content=contents.content())
    ticket = ticket_of(basis.office, epj, sending.PID)
    listed = call(epj.caller, "GET", f"/datadeling/v2/List?patientTicket={ticket}")
    issued = call(epj.caller, "POST", "/api/v2/PatientTicket", {"patientPid": sending.PID})
    person = {"name": "patient", "resource": patient(sending.PID, FNR)}
    question = {"resourceType": "Parameters", "parameter": [person]}
    fetched = call(epj.caller, "POST", f"{BASIS}Patient/$getMedication", question)
    settings.BASIS_SOURCE_WAIT = 0  # the questions are signed and queued; nobody answers, and nobody waits
    print(f"\nnaken DRF-visning: median {base:.2f} ms CPU")
    for name, act in (
        (f"List med {ROWS} oppføringer", listed),
        (f"$getMedication med {ROWS} legemidler, uten kildenes tid", fetched),
        ("pasientbillett", issued),
    ):
        median, p95 = cpu(act, ROUNDS)
        own = median - proof
        print(f"{name}: median {own:.2f} ms, p95 {p95 - proof:.2f} ms: {own / base:.1f} x")
    own = token - proof - base
    print(f"kontroll av token og DPoP: {own:.2f} ms: {own / base:.1f} x")
