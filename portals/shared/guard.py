"""The door of every portal page: who, which patient, which right, which journal. One decorator per kind of page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from portals.shared import errors, waiting
from portals.shared.render import is_htmx
from sfm.audit.models import Result
from sfm.audit.record import record
from sfm.core.errors import Forbidden, SfmError, WrongPatient
from sfm.core.ids import PatientKey
from sfm.identity import actors, oidc
from sfm.medication.queries import remembered
from sfm.patients import vault
from sfm.tenancy import journals
from sfm.tenancy.scope import current_journal_id, journal_scope

if TYPE_CHECKING:
    from sfm.core.actor import Actor
    from sfm.patients.identity import PatientIdentity
    from sfm.tenancy.models import ProviderStaff


SHOWN = 10.0  # seconds a name may stand in this process's memory


@dataclass(frozen=True, kw_only=True)
class PatientContext:
    """The opened patient. `ctx` stands in every address; `key` never does. Who it is, is read when asked for."""

    key: PatientKey
    ctx: str
    encounter: str = field(default="", repr=False)
    on_behalf_of: str = ""
    on_behalf_of_name: str = ""
    show_allergies: bool = True
    notice: str = ""

    @cached_property
    def identity(self) -> PatientIdentity:
        """For the banner, at most ten seconds old. What is signed and sent opens the vault itself."""
        key = ("identity", current_journal_id(), self.key)
        return remembered.recall(key, lambda: vault.open_identity(self.key), life=SHOWN)


class PortalRequest(HttpRequest):
    """What the decorators put on a request."""

    actor: Actor
    slug: str
    trace_id: str


class PatientRequest(PortalRequest):
    patient: PatientContext


class ProviderRequest(HttpRequest):
    staff: ProviderStaff
    trace_id: str


View = Callable[..., HttpResponse]
Decorator = Callable[[View], View]


def patient_page(permission: str, audit: str = "") -> Decorator:
    """A page about the opened patient. Without login 401, another patient than the address says 409, without right 403.

    The view runs in the journal, in one transaction, and `audit` names the row it leaves in the access log: no log, no
    page.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, /, *, slug: str, ctx: str, **kwargs: Any) -> HttpResponse:
            asked = cast("PatientRequest", request)
            return _answered(asked, lambda: _with_patient(view, asked, slug, ctx, permission, audit, kwargs))

        return inner

    return decorate


def portal_page(permission: str, audit: str = "") -> Decorator:
    """A page of the personnel or organisation portal: a login, no patient. Its entrance waits for the login."""

    def decorate(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, /, *, slug: str, **kwargs: Any) -> HttpResponse:
            asked = cast("PortalRequest", request)

            def run() -> HttpResponse:
                if waiting.is_entrance(request.path_info) and not waiting.logged_in(request, slug):
                    return waiting.page(request, slug)
                _let_in(asked, slug)
                return _in_journal(view, asked, permission, audit, None, kwargs)

            return _answered(asked, run)

        return inner

    return decorate


def provider_page(role: str = "") -> Decorator:
    """A page for the service provider's own staff, with `role` if named. Without a login: to HelseID and back."""

    def decorate(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, /, **kwargs: Any) -> HttpResponse:
            def run() -> HttpResponse:
                staff = oidc.staff_of(request)
                if staff is None and request.method == "GET" and not is_htmx(request):
                    return HttpResponseRedirect(settings.LOGIN_URL)
                return view(_staff_request(request, staff, role), **kwargs)

            return _answered(request, run)

        return inner

    return decorate


def patient_of(request: HttpRequest) -> PatientContext | None:
    """The patient the session holds."""
    kept: dict[str, Any] | None = request.session.get("patient")
    if kept is None:
        return None
    return PatientContext(
        key=PatientKey(UUID(kept["patient_key"])),
        ctx=kept["ctx"],
        encounter=kept.get("encounter", ""),
        on_behalf_of=kept.get("on_behalf_of", ""),
        on_behalf_of_name=kept.get("on_behalf_of_name", ""),
        show_allergies=kept.get("show_allergies", True),
        notice=kept.get("notice", ""),
    )


def _answered(request: HttpRequest, run: Callable[[], HttpResponse]) -> HttpResponse:
    try:
        return run()
    except SfmError as error:
        return errors.answer(request, error)


def _with_patient(
    view: View,
    request: PatientRequest,
    slug: str,
    ctx: str,
    permission: str,
    audit: str,
    kwargs: dict[str, Any],
) -> HttpResponse:
    _let_in(request, slug)
    patient = patient_of(request)
    if patient is None or patient.ctx != ctx:
        raise WrongPatient(detail="another patient context")
    request.patient = patient
    return _in_journal(view, request, permission, audit, patient.key, kwargs)


def _let_in(request: PortalRequest, slug: str) -> None:
    """The login must be alive, and of the record system whose slug stands in the address."""
    if not waiting.logged_in(request, slug):
        raise errors.SessionExpired(detail="no login for this slug")
    request.actor, request.slug = actors.from_dict(request.session["actor"]), slug


def _in_journal(
    view: View,
    request: PortalRequest,
    permission: str,
    audit: str,
    patient: PatientKey | None,
    kwargs: dict[str, Any],
) -> HttpResponse:
    actor = request.actor
    with journal_scope(journals.find(actor.journal_id)):
        if permission and not actor.may(permission):
            record(
                actor,
                "access.denied",
                patient=patient,
                detail={"permission": str(permission)},
                result=Result.DENIED,
            )
            raise Forbidden(
                "Du har ikke tilgang til denne siden.", detail=f"lacks {permission}", code="SFM-403"
            )
        with transaction.atomic():
            if audit:
                record(actor, audit, patient=patient)
            return view(request, **kwargs)


def _staff_request(request: HttpRequest, staff: ProviderStaff | None, role: str) -> ProviderRequest:
    if staff is None:
        raise errors.SessionExpired("Logg inn på nytt.", detail="no staff login")
    if role and role not in staff.roles:
        raise Forbidden("Du har ikke tilgang til denne siden.", detail=f"lacks role {role}", code="SFM-403")
    asked = cast("ProviderRequest", request)
    asked.staff = staff
    return asked
