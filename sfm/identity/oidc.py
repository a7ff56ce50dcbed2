"""Login of the service provider's staff: mozilla-django-oidc with PAR, private_key_jwt, DPoP and HelseID's level 4.

Mounted under `/tjeneste/oidc/` (oidc_urls.py). Nobody is created by logging in: a person must be registered as
ProviderStaff, and only the provider's own HelseID client leads here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings
from django.contrib import auth
from django.http import HttpResponseRedirect
from django.urls import reverse
from mozilla_django_oidc.auth import OIDCAuthenticationBackend
from mozilla_django_oidc.utils import import_from_settings
from mozilla_django_oidc.views import (
    OIDCAuthenticationCallbackView,
    OIDCAuthenticationRequestView,
    OIDCLogoutView,
)

from sfm.core import clock
from sfm.core.errors import Forbidden
from sfm.identity import helseid, helseid_client, jose, jwks
from sfm.identity.principal import ASSURANCE_LEVEL, PID, SECURITY_LEVEL
from sfm.identity.refusals import AssuranceTooLow, InvalidToken, UserUnavailable
from sfm.tenancy import staff
from sfm.tenancy.models import ProviderStaff

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

LONGEST = 8 * 60 * 60  # seconds a staff login lasts, whatever the person does
LOGIN_AGE = 10 * 60  # seconds since the person proved who they are at HelseID
STAFF = "staff"  # where the session keeps the staff login


def staff_of(request: HttpRequest) -> ProviderStaff | None:
    """The staff member logged in with this session, still registered and active."""
    login = request.session.get(STAFF)
    if not login or login["until"] <= clock.now().timestamp():
        return None
    return ProviderStaff.objects.filter(pk=login["id"], active=True).first()


def pid_digest(pid: str) -> bytes:
    """What staff are looked up by: a digest by the key service, never the number."""
    return staff.digest(pid)


def _setting(attr: str, *default: Any) -> Any:
    """HelseID's endpoints come from its own metadata; everything else is a setting."""
    endpoints = {
        "OIDC_OP_AUTHORIZATION_ENDPOINT": "authorization_endpoint",
        "OIDC_OP_TOKEN_ENDPOINT": "token_endpoint",
        "OIDC_OP_JWKS_ENDPOINT": "jwks_uri",
    }
    if attr in endpoints:
        return helseid_client.metadata(settings.HELSEID_ISSUER)[endpoints[attr]]
    return import_from_settings(attr, *default)


def _callback_url() -> str:
    return (
        f"{settings.PUBLIC_ORIGIN}{reverse('oidc_authentication_callback')}"  # never from the request's Host
    )


class LoginView(OIDCAuthenticationRequestView):  # type: ignore[misc]
    """To HelseID: the request goes ahead by PAR, the browser carries only its name."""

    get_settings = staticmethod(_setting)

    def get(self, request: HttpRequest) -> HttpResponse:
        ready = super().get(request)
        parameters = dict(parse_qsl(urlsplit(ready["Location"]).query))
        client_id = parameters["client_id"]
        uri = helseid_client.pushed(client_id, parameters)
        return HttpResponseRedirect(
            f"{self.OIDC_OP_AUTH_ENDPOINT}?{urlencode({'client_id': client_id, 'request_uri': uri})}"
        )

    def get_extra_params(self, _request: HttpRequest) -> dict[str, str]:
        return {"redirect_uri": _callback_url()}


class CallbackView(OIDCAuthenticationCallbackView):  # type: ignore[misc]
    """Back from HelseID. Every refusal is an error page with a reason, never a silent redirect."""

    get_settings = staticmethod(_setting)

    def get(self, request: HttpRequest) -> HttpResponse:
        state = request.GET.get("state", "")
        if request.GET.get("iss") != settings.HELSEID_ISSUER or state not in request.session.get(
            "oidc_states", {}
        ):
            raise Forbidden(
                "Innloggingen kunne ikke fullføres. Prøv igjen.", detail="wrong iss or unknown state"
            )
        if "code" not in request.GET:
            raise Forbidden("Innloggingen ble avbrutt.", detail="HelseID answered without a code")
        answer: HttpResponse = super().get(request)
        return answer

    def login_success(self) -> HttpResponse:
        target = self.success_url
        self.request.session.flush()  # nothing of an earlier login is carried over
        auth.login(self.request, self.user)
        until = int(clock.now().timestamp()) + LONGEST
        self.request.session[STAFF] = {"id": str(self.user.pk), "until": until}
        return HttpResponseRedirect(target)

    def login_failure(self) -> HttpResponse:
        raise UserUnavailable(
            "Du er ikke registrert som ansatt hos tjenesteleverandøren.", detail="unknown staff"
        )


class LogoutView(OIDCLogoutView):  # type: ignore[misc]
    get_settings = staticmethod(_setting)

    def post(self, request: HttpRequest) -> HttpResponse:
        auth.logout(request)
        return HttpResponseRedirect(self.redirect_url)


class HelseIdBackend(OIDCAuthenticationBackend):  # type: ignore[misc]
    get_settings = staticmethod(_setting)

    def get_token(self, payload: dict[str, str]) -> dict[str, Any]:
        form = {name: value for name, value in payload.items() if name != "client_secret"}
        try:
            return helseid_client.tokens(self.OIDC_RP_CLIENT_ID, form | {"redirect_uri": _callback_url()})
        except helseid_client.HelseIdRefused as refused:
            raise Forbidden("HelseID avviste innloggingen. Prøv igjen.", detail=str(refused)) from refused

    def verify_token(self, token: str, **kwargs: Any) -> dict[str, Any]:
        """Signature, issuer, audience, times, nonce and age of the login. Raises InvalidToken."""
        now = clock.now().timestamp()
        keyset = jwks.of(settings.HELSEID_ISSUER)
        claims = helseid.verified_claims(str(token), keys=keyset, audience=self.OIDC_RP_CLIENT_ID, now=now)
        if not kwargs.get("nonce") or claims.get("nonce") != kwargs["nonce"]:
            raise InvalidToken(detail="nonce of the ID token")
        try:
            age = now - jose.whole_number(claims.get("auth_time"))
        except ValueError as error:
            raise InvalidToken(detail="auth_time of the ID token") from error
        if age > LOGIN_AGE:
            raise InvalidToken(detail="the login is too old")
        return claims

    def get_userinfo(self, _access_token: str, _id_token: str, payload: dict[str, Any]) -> dict[str, Any]:
        return payload

    def verify_claims(self, claims: dict[str, Any]) -> bool:
        if claims.get(SECURITY_LEVEL) != "4" or claims.get(ASSURANCE_LEVEL) != "high":
            raise AssuranceTooLow(detail="staff login below level 4")
        return True

    def filter_users_by_claims(self, claims: dict[str, Any]) -> list[ProviderStaff]:
        pid = claims.get(PID)
        if not isinstance(pid, str) or not pid:
            return []
        return list(ProviderStaff.objects.filter(pid_bi=pid_digest(pid), active=True))

    def describe_user_by_claims(self, _claims: dict[str, Any]) -> str:
        return "staff"  # the original writes who it is into the log
