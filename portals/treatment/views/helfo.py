"""(Helfo) Individual reimbursement in three steps: ask what there is, fill in the form Helfo makes, get the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portals.shared import chosen, days
from portals.shared.guard import patient_page
from portals.shared.render import is_htmx
from portals.treatment.views.parts import root_of, screen, version_of
from sfm.core import clock
from sfm.core.errors import Conflict, Invalid, NotFound
from sfm.core.quantity import parse_amount
from sfm.exchange import helfo
from sfm.fest import catalogue
from sfm.fest.hits import ProductRef
from sfm.identity import logins
from sfm.medication import prescribing
from sfm.medication.actions import applications, reimbursement
from sfm.medication.queries import diagnoses
from sfm.medication.queries import helfo as shown
from sfm.medication.rules.decisions import OUTCOMES, Decision

if TYPE_CHECKING:
    from decimal import Decimal

    from portals.shared.guard import PatientRequest
    from sfm.medication.content import Product

TEMPLATE, ONE = "treatment/helfo.html", "treatment/helfo_application.html"
SEE_OTHER = 303
IN_FEST = ("group", "brand", "package")
BASES = {"300": "§ 3", "601": "§ 6.1", "602": "§ 6.2", "604": "§ 6.4", "800": "§ 5-25"}


@require_GET
@patient_page("reimbursement.query", audit="read.reimbursement")
def page(request: PatientRequest) -> HttpResponse:
    applications.seen(by=request.actor, patient=request.patient.key)
    return _page(request)


@require_GET
@patient_page("reimbursement.query")
def answers(request: PatientRequest) -> HttpResponse:
    """What the page asks for while Helfo has not answered; it ends by itself."""
    if not is_htmx(request):
        return _back(request)
    return screen(request, TEMPLATE, _answers(request), block="answers")


@require_POST
@patient_page("reimbursement.query")
def ask(request: PatientRequest) -> HttpResponse:
    helfo.ask(helfo.QUERY, patient_key=request.patient.key, by=request.actor, token=_token(request))
    return _back(request)


@require_POST
@patient_page("reimbursement.query")
def begin(request: PatientRequest) -> HttpResponse:
    """Step 2: what for, and for which diagnosis. Helfo is asked for the form at once."""
    try:
        with transaction.atomic():
            product = _product(request)
            made = applications.begin(
                product=product,
                diagnosis=_diagnosis(request),
                hospital=shown.hospital_pays(product),
                by=request.actor,
                patient=request.patient.key,
            )
            _ask(request, helfo.FORM, made.pk)
    except Invalid as refused:
        return _page(request, errors=refused.fields or {"": refused.text}, status=refused.status)
    return _to(request, made.pk)


@require_http_methods(["GET", "POST"])
@patient_page("reimbursement.query", audit="read.reimbursement")
def application(request: PatientRequest, pk: UUID) -> HttpResponse:
    """One application: the form while it is a draft, the answer when there is one."""
    if request.method != "POST":
        return _one(request, pk)
    try:
        with transaction.atomic():
            gone = _act(request, pk)
    except (Invalid, Conflict) as refused:
        errors = getattr(refused, "fields", None) or {"": refused.text}
        return _one(request, pk, errors=errors, status=refused.status, typed=request.POST.dict())
    return _back(request) if gone else _to(request, pk)


@require_GET
@patient_page("reimbursement.query")
def state(request: PatientRequest, pk: UUID) -> HttpResponse:
    return _one(request, pk, block="application")


@require_POST
@patient_page("reimbursement.query")
def record(request: PatientRequest) -> HttpResponse:
    """A decision that came by letter."""
    try:
        with transaction.atomic():
            reimbursement.record(decision=_letter(request), by=request.actor, patient=request.patient.key)
    except Invalid as refused:
        wrong = {f"letter_{name}": text for name, text in refused.fields.items()}
        return _page(request, errors=wrong or {"": refused.text}, status=refused.status)
    return _back(request)


@require_POST
@patient_page("reimbursement.query")
def retire(request: PatientRequest, pk: UUID) -> HttpResponse:
    reimbursement.retire(decision_id=pk, by=request.actor, patient=request.patient.key)
    return _back(request)


def _act(request: PatientRequest, pk: UUID) -> bool:
    """True when the application is no more."""
    do, version = request.POST.get("do", ""), version_of(request)
    who: dict[str, Any] = {"by": request.actor, "patient": request.patient.key}
    if do == "abandon":
        applications.abandon(application_id=pk, version=version, **who)
        return True
    if do == "form":
        _ask(request, helfo.FORM, pk)
        return False
    row = applications.answer(application_id=pk, answers=request.POST.dict(), version=version, **who)
    if do == "send":
        applications.send(application_id=pk, version=row.version, **who)
        _ask(request, helfo.SUBMIT, pk)
    return False


def _ask(request: PatientRequest, kind: str, pk: UUID) -> None:
    helfo.ask(
        kind,
        patient_key=request.patient.key,
        by=request.actor,
        token=_token(request),
        application_id=pk,
    )


def _token(request: PatientRequest) -> str:
    return logins.token_of(request.session["login"]["login_id"]) or ""


def _page(
    request: PatientRequest, *, errors: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    context = _answers(request) | {
        "choices": shown.choices(request.patient.key),
        "asked": _asked_for(request),
        "errors": errors or {},
        "f": request.POST.dict(),
        "systems": {name: label for name, (_, label) in diagnoses.SYSTEMS.items()},
        "system": request.POST.get("system") or chosen.of(request, "diagnosis_system"),
        "outcomes": OUTCOMES,
        "bases": BASES,
        "today": clock.today().isoformat(),
    }
    return screen(request, TEMPLATE, context, status=status)


def _answers(request: PatientRequest) -> dict[str, Any]:
    last = helfo.last_query(request.patient.key)
    return {
        "decisions": shown.decision_lines(request.patient.key),
        "applications": shown.application_lines(request.patient.key),
        "last": last,
        "problem": last.errors[0]["text"] if last and last.state == "failed" and last.errors else "",
        "elsewhere": _elsewhere(request),
        "waiting": helfo.is_waiting(request.patient.key),
    }


def _elsewhere(request: PatientRequest) -> tuple[dict[str, str], ...]:
    """Applications Helfo knows of that were not sent from here."""
    own = {str(line.id) for line in shown.application_lines(request.patient.key)}
    found = helfo.pending_at_helfo(helfo.last_query(request.patient.key))
    return tuple(one for one in found if one["id"] not in own)


def _one(
    request: PatientRequest,
    pk: UUID,
    *,
    errors: dict[str, str] | None = None,
    status: int = 200,
    typed: dict[str, str] | None = None,
    block: str = "",
) -> HttpResponse:
    view = shown.application(pk, request.patient.key)
    waiting = any(helfo.under_way(request.patient.key, kind, pk) for kind in (helfo.FORM, helfo.SUBMIT))
    context = {
        "view": view,
        "answers": view.answers | (typed or {}),
        "errors": errors or {},
        "waiting": waiting,
        "may_apply": request.actor.may(applications.APPLY),
    }
    return screen(request, ONE, context, block=block, status=status)


def _product(request: PatientRequest) -> Product:
    """A row of the list, or what was found in FEST."""
    said = request.POST.get("product", "")
    if said == "fest":
        return _found(request.POST.get("kind", ""), request.POST.get("id", ""))
    try:
        return shown.product_of(UUID(said), request.patient.key)
    except ValueError:
        raise Invalid(fields={"product": "Velg legemidlet det søkes om."}) from None


def _found(kind: str, fest_id: str) -> Product:
    if kind not in IN_FEST or not fest_id.isprintable():
        raise NotFound("Velg legemidlet i søket.")
    return prescribing.product_of(catalogue.current().product(ProductRef(kind=kind, fest_id=fest_id)))


def _asked_for(request: PatientRequest) -> Product | None:
    """The product the prescribing form came from."""
    asked = request.GET if request.method == "GET" else request.POST
    try:
        return _found(asked.get("kind", ""), asked.get("id", ""))
    except NotFound:
        return None


def _diagnosis(request: PatientRequest) -> dict[str, str]:
    code = request.POST.get("code", "").strip().upper()
    family = request.POST.get("system", "")
    if family not in diagnoses.SYSTEMS:
        raise Invalid(fields={"code": "Velg ICPC-2 eller ICD-10."})
    system = diagnoses.system_of(family, code)
    name = request.POST.get("name", "").strip() or diagnoses.name_of(code, system)
    if code and not name:
        raise Invalid(fields={"name": f"Koden {code} er ukjent i FEST. Skriv diagnosen."})
    return {"code": code, "system": system, "name": name}


def _letter(request: PatientRequest) -> Decision:
    said = {name: request.POST.get(f"letter_{name}", "").strip() for name in LETTER_FIELDS}
    code, family = said["code"].upper(), said["system"] if said["system"] in diagnoses.SYSTEMS else "icd10"
    system = diagnoses.system_of(family, code) if code else ""
    product = (
        shown.product_of(UUID(said["product"]), request.patient.key) if _is_id(said["product"]) else None
    )
    return Decision(
        id=uuid4(),
        outcome=said["outcome"] if said["outcome"] in OUTCOMES else "J",
        reference=said["reference"][:60],
        basis=said["basis"] if said["basis"] in BASES else "300",
        product_name=(product.name_form_strength if product else said["product_name"])[:250],
        atc=product.atc if product else "",
        fest_id=product.fest_id if product else "",
        code=code[:12],
        system=system,
        code_name=(diagnoses.name_of(code, system) if code else "") or code,
        valid_from=days.read(said, "valid_from") or clock.today(),
        valid_until=days.read(said, "valid_until"),
        daily_maximum=_amount(said["maximum"]),
        daily_unit=said["unit"][:20],
        source=reimbursement.LETTER,
    )


LETTER_FIELDS = (
    "product", "product_name", "outcome", "reference", "basis", "code", "system", "valid_from", "valid_until",
    "maximum", "unit",
)  # fmt: skip


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _amount(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        found = parse_amount(text)
    except Invalid as problem:
        raise Invalid(fields={"maximum": problem.text}) from problem
    if not 0 < found < 1_000_000:
        raise Invalid(fields={"maximum": "Skriv døgndosen som et tall."})
    return found


def _back(request: PatientRequest) -> HttpResponse:
    return HttpResponseRedirect(f"{root_of(request)}helfo", status=SEE_OTHER)


def _to(request: PatientRequest, pk: UUID) -> HttpResponse:
    return HttpResponseRedirect(f"{root_of(request)}helfo/soknad/{pk}", status=SEE_OTHER)
