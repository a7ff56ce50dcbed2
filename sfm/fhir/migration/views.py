"""`/files` and `/v2/files`: the national uploader's addresses. A migration token of its own, an administrator's."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.http import http_date
from django.views.decorators.csrf import csrf_exempt

from sfm.core.errors import Forbidden, NotFound, SfmError
from sfm.fhir.migration import tus
from sfm.fhir.session_gateway.edge import record_denial
from sfm.identity import admission, api_call, problems
from sfm.identity.drf import MIGRATION_BEARER_SCOPE, MIGRATION_SCOPE
from sfm.identity.refusals import MethodNotAllowed
from sfm.migration import intake
from sfm.migration.intake import LIFE, MAX_PIECE, TooLarge
from sfm.tenancy.scope import journal_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfm.identity.admission import Admission
    from sfm.identity.principal import Principal
    from sfm.migration.models import MigrationFile

GRACE: Final = int(LIFE.total_seconds())
RELEASE: Final = "4.14.1"  # the national release whose contract this follows; read by the uploader


def collection(*, v2: bool) -> Callable[[HttpRequest], HttpResponse]:
    return _view(v2, {"POST": _create, "OPTIONS": _options})


def upload(*, v2: bool) -> Callable[..., HttpResponse]:
    return _view(v2, {"HEAD": _where, "PATCH": _append, "DELETE": _withdraw, "OPTIONS": _options})


def product_version(request: HttpRequest) -> HttpResponse:
    """Open to anyone: the newer uploader asks before it has a token."""
    if request.method not in ("GET", "HEAD"):
        return problems.answer(MethodNotAllowed("Bruk GET."), request, scheme="")
    return JsonResponse(RELEASE, safe=False)


def _view(v2: bool, verbs: dict[str, Callable[..., HttpResponse]]) -> Callable[..., HttpResponse]:
    def inner(request: HttpRequest, ident: str = "") -> HttpResponse:
        try:
            act = verbs.get(str(request.method))
            if act is None:
                raise MethodNotAllowed(f"Bruk {', '.join(verbs)}.")
            return tus.signed(act(request, ident, v2=v2))
        except SfmError as error:
            record_denial(error)
            return tus.signed(problems.answer(error, request, scheme="DPoP" if v2 else "Bearer"))

    return csrf_exempt(inner)


def _options(_request: HttpRequest, _ident: str, *, v2: bool) -> HttpResponse:  # noqa: ARG001  the same for both
    return tus.described(HttpResponse(status=204))


def _create(request: HttpRequest, _ident: str, *, v2: bool) -> HttpResponse:
    place = _admitted(request, v2=v2, grace=0)
    tus.check_version(request.headers)
    order = tus.order(request.headers)
    with journal_scope(place.journal):
        file = intake.begin(
            run_id=order.run,
            name=order.name,
            kind=order.kind,
            length=order.length,
            by=place.actor,
            jkt=place.caller.jkt,
        )
    response = _told(HttpResponse(status=201), file)
    response["Location"] = f"{settings.PUBLIC_ORIGIN}{request.path.rstrip('/')}/{file.pk}"
    return response


def _where(request: HttpRequest, ident: str, *, v2: bool) -> HttpResponse:
    place = _admitted(request, v2=v2, grace=GRACE)
    tus.check_version(request.headers)
    with journal_scope(place.journal):
        file = _file(ident, place)
    response = _told(HttpResponse(status=200), file)
    response["Upload-Length"] = str(file.length)
    return response


def _append(request: HttpRequest, ident: str, *, v2: bool) -> HttpResponse:
    place = _admitted(request, v2=v2, grace=GRACE)
    tus.check_version(request.headers)
    if request.content_type != tus.PIECE:
        raise tus.WrongPiece
    offset = tus.number(request.headers, "Upload-Offset")
    with journal_scope(place.journal):
        file = _file(ident, place)
        piece = request.read(MAX_PIECE + 1)
        if len(piece) > MAX_PIECE:
            raise TooLarge
        tus.check_sum(request.headers, piece)
        file = intake.append(file.pk, offset=offset, piece=piece)
    return _told(HttpResponse(status=204), file)


def _withdraw(request: HttpRequest, ident: str, *, v2: bool) -> HttpResponse:
    place = _admitted(request, v2=v2, grace=GRACE)
    tus.check_version(request.headers)
    with journal_scope(place.journal):
        intake.withdraw(_file(ident, place), by=place.actor)
    return HttpResponse(status=204)


def _told(response: HttpResponse, file: MigrationFile) -> HttpResponse:
    response["Upload-Offset"] = str(file.offset)
    response["Upload-Expires"] = http_date(file.expires.timestamp())
    return response


def _file(ident: str, place: Admission) -> MigrationFile:
    try:
        return intake.find(UUID(ident), client_id=place.caller.client_id, jkt=place.caller.jkt)
    except ValueError as error:
        raise NotFound(detail="not an id") from error


def _admitted(request: HttpRequest, *, v2: bool, grace: int) -> Admission:
    """A token of the migration scope, and an administrator of the journal, also before a unit is in use."""
    place = admission.admit(_caller(request, v2=v2, grace=grace), passive_too=True)
    if not (place.actor.may("admin.organisation") or place.actor.may("admin.users")):
        raise Forbidden("Innflytting krever en administrator i virksomheten.", detail="not an administrator")
    admission.client_of(place.caller)
    return place


def _caller(request: HttpRequest, *, v2: bool, grace: int) -> Principal:
    if v2:
        scopes = frozenset({MIGRATION_SCOPE})
        ask = partial(api_call.by_dpop, method=str(request.method), path=request.path)
        return ask(request.META, scopes=scopes, grace=grace)
    return api_call.by_bearer(request.META, scopes=frozenset({MIGRATION_BEARER_SCOPE}), grace=grace)
