"""The APIs' side of authentication, for Django REST Framework. No session is ever a way in here.

A view says `authentication_classes = [DPoPAuthentication]`, `permission_classes = [...]` and, when it differs from the
ordinary scope, `required_scopes = frozenset({...})`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException, ParseError, Throttled, UnsupportedMediaType
from rest_framework.permissions import BasePermission

from sfm.core.errors import SfmError
from sfm.identity import api_call, problems
from sfm.identity.principal import Principal
from sfm.identity.refusals import AssuranceTooLow, InvalidToken, Malformed, Refused, TooMany

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpResponse
    from rest_framework.request import Request
    from rest_framework.views import APIView

SCOPE = "e-helse:sfm.api/sfm.api2"
BEARER_SCOPE = "e-helse:sfm.api/sfm.api"
MIGRATION_SCOPE = "e-helse:sfm.api/sfm-migrering.api2"
MIGRATION_BEARER_SCOPE = "e-helse:sfm.api/sfm-migrering.api"


class DPoPAuthentication(BaseAuthentication):
    scheme = "DPoP"
    default_scopes = frozenset({SCOPE})

    def authenticate(self, request: Request) -> tuple[Principal, Mapping[str, Any]]:
        caller = self.caller(request)
        return caller, caller.claims

    def caller(self, request: Request) -> Principal:
        method = str(request.method)
        return api_call.by_dpop(
            request.META,
            method=method,
            path=request.path,
            scopes=self._scopes(request),
            machine=self._machine(request),
        )

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002  without it the answer would be 403
        return problems.challenge(self.scheme, error=InvalidToken.error)

    def _machine(self, request: Request) -> bool:
        """Whether the view takes a token without a person."""
        return bool(getattr((request.parser_context or {}).get("view"), "machine_too", False))

    def _scopes(self, request: Request) -> frozenset[str]:
        view = (request.parser_context or {}).get("view")
        return frozenset(getattr(view, "required_scopes", None) or self.default_scopes)


class BearerAuthentication(DPoPAuthentication):
    """For the unversioned addresses of old EPJs, and only while SFM_ALLOW_BEARER is on."""

    scheme = "Bearer"
    default_scopes = frozenset({BEARER_SCOPE})

    def caller(self, request: Request) -> Principal:
        return api_call.by_bearer(request.META, scopes=self._scopes(request), machine=self._machine(request))


def caller_of(request: Request) -> Principal | None:
    user: object = request.user  # the stubs only know Django's users
    return user if isinstance(user, Principal) else None


class IsCaller(BasePermission):
    """Somebody came through the door. Everything else is decided from who it is."""

    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002  the framework's signature
        return caller_of(request) is not None


class HasScope(IsCaller):
    """The view's `required_scopes`; the authentication has checked them already, this keeps a view honest."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        needed = getattr(view, "required_scopes", None) or {SCOPE, BEARER_SCOPE}
        caller = caller_of(request)
        return caller is not None and not caller.scopes.isdisjoint(needed)


class Level4(IsCaller):
    def has_permission(self, request: Request, view: APIView) -> bool:
        caller = caller_of(request)
        if caller is not None and not caller.has_level_4:
            raise AssuranceTooLow
        return super().has_permission(request, view)


def exception_handler(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Every expected failure of an API view as problem+json; the unexpected are left to Django."""
    request: Request = context["request"]
    expected = error if isinstance(error, SfmError) else _as_ours(error)
    if expected is None:
        return None
    authenticator = next(iter(getattr(request, "authenticators", None) or ()), None)
    scheme = getattr(authenticator, "scheme", "DPoP")
    return problems.answer(expected, request._request, scheme=scheme)


class _FromFramework(Refused):
    def __init__(self, error: APIException) -> None:
        self.status = error.status_code
        self.problem = str(error.default_code).replace("_", "-")
        super().__init__("Forespørselen kan ikke utføres slik den er.")
        self.code = f"SFM-{error.status_code}"


def _as_ours(error: Exception) -> SfmError | None:
    if isinstance(error, ParseError):
        return Malformed("Innholdet er ikke gyldig JSON.")
    if isinstance(error, Throttled):
        return TooMany()
    if isinstance(error, UnsupportedMediaType):
        refused = _FromFramework(error)
        refused.problem = "unsupported-media"
        return refused
    return _FromFramework(error) if isinstance(error, APIException) else None
