"""What the prescribing form shows: the product, what was typed, what is wrong, and what it comes to."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from portals.shared.render import render
from portals.treatment.forms import (
    authority,
    copying,
    dosing,
    offer,
    own,
    preferred,
    prescription,
    reimbursement,
    treatment,
)
from portals.treatment.forms import particulars as special
from portals.treatment.views.parts import root_of, screen
from portals.treatment.views.preview import Preview, look_ahead
from sfm.core import clock
from sfm.core.errors import NotFound
from sfm.fest import catalogue, wares
from sfm.fest.hits import ProductRef
from sfm.medication.queries import authorship, lar, own_products, product_terms, templates, warnings
from sfm.medication.queries import content as contents
from sfm.medication.rules import dosage_text, product_kinds, validity
from sfm.medication.rules import lar as lar_rules
from sfm.medication.rules.dosage import Dosage, ShortDose

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.http import HttpResponse

    from portals.shared.guard import PatientRequest
    from portals.treatment.forms.authority import Authority
    from portals.treatment.forms.offer import Offer
    from sfm.medication.queries.content import Editable
    from sfm.medication.queries.warnings import Card

TEMPLATE = "treatment/prescribe.html"
IN_FEST = product_kinds.IN_FEST
TITLES = {"new": "Ny forskrivning", "change": "Endre", "add": "Opprett resept", "renew": "Forny med endring"}
PREVIEWS = {"new": "forskriv/forhandsvis", "change": "behandling/{}/forhandsvis"}


@dataclass(frozen=True, kw_only=True)
class Page:
    """One showing of the form. `kind`: new | change | add | renew; in the last two only the prescription is typed."""

    kind: str
    offer: Offer
    fields: dict[str, str]
    authority: Authority
    treatment_id: UUID | None = None
    existing: Editable | None = None
    errors: dict[str, str] = field(default_factory=dict)
    message: str = ""
    said: str = ""  # what was done, when the form stays
    met: str = ""  # a note of the warnings that met the person, for the statistics

    @classmethod
    def new(cls, request: PatientRequest) -> Page:
        asked = request.POST if request.method == "POST" else request.GET
        found = _of_asked(request, asked)
        fields = _typed(request, found) if request.method == "POST" else _proposed(request, found)
        return cls(
            kind="new",
            offer=found,
            authority=_authority(request, found),
            fields=_with_usual(request, fields) | {"token": fields["token"] or str(uuid.uuid4())},
        )

    @classmethod
    def change(cls, request: PatientRequest, treatment_id: UUID) -> Page:
        row = contents.of(treatment_id, patient_key=request.patient.key, actor=request.actor)
        found = _of_row(request, row)
        said = copying.instead(row.content, found) or treatment.to_form(row.content)
        said |= {"version": str(row.version), "token": str(uuid.uuid4())}
        fields = said | (copying.proposed(request) or {})
        may = _authority(request, found, treatment_id)
        if not may.may_use_form:  # somebody else's row, for those who edit their own
            raise NotFound
        if not row.content.prescription:
            fields |= {"amount_by": "packages" if found.product.varenr else "quantity"}
        return cls(
            kind="change",
            offer=found,
            authority=may,
            fields=_with_usual(request, _typed(request, found) if request.method == "POST" else fields),
            treatment_id=treatment_id,
            existing=row,
        )

    @classmethod
    def prescription(cls, request: PatientRequest, treatment_id: UUID, kind: str) -> Page:
        page = replace(cls.change(request, treatment_id), kind=kind)
        if not page.authority.edits:
            raise NotFound
        if page.existing is None:
            return page
        if request.method == "POST":
            typed = (*prescription.FIELDS, *special.FIELDS, "version", "token")
            said = {name: page.fields[name] for name in typed}
            return replace(page, fields=treatment.to_form(page.existing.content) | said)
        return replace(page, fields=page.fields | _next_terms(page.existing, page.offer))

    @classmethod
    def asked(cls, request: PatientRequest, treatment_id: UUID | None) -> Page:
        """The form as it stands in the browser, whichever of the four it is."""
        if treatment_id is None:
            return cls.new(request)
        kind = request.POST.get("form", "")
        if kind in ("add", "renew"):
            return cls.prescription(request, treatment_id, kind)
        return cls.change(request, treatment_id)

    def refused(
        self, message: str, *, fields: dict[str, str] | None = None, version: int | None = None
    ) -> Page:
        again = self.fields if version is None else self.fields | {"version": str(version)}
        return replace(self, errors=fields or {}, message=message, fields=again)

    @property
    def whole(self) -> bool:
        """All of the treatment is typed here, not its prescription alone."""
        return self.kind in ("new", "change")

    @property
    def package_id(self) -> str:
        if self.offer.is_ware:
            return self.offer.product.varenr
        return self.offer.package.fest_id if self.offer.package else ""


def form_page(request: PatientRequest, page: Page, *, status: int = 200) -> HttpResponse:
    return screen(request, TEMPLATE, _context(request, page), status=status)


def preview_part(request: PatientRequest, page: Page) -> HttpResponse:
    """The preview, and the structure filled in when it was the quick entry that changed."""
    context = _context(request, page) | {"filled": False}
    if request.headers.get("HX-Trigger-Name") == "quick":
        meant = dosing.quick_fields(page.fields["quick"], page.fields["dose_unit"] or page.offer.unit)
        if meant is not None:
            context |= {"f": page.fields | meant, "filled": True}
    if request.headers.get("HX-Trigger-Name") == "reimbursement":
        context |= {"reimbursed_anew": True}
    return render(request, TEMPLATE, context, block="preview_answer")


def _context(request: PatientRequest, page: Page) -> dict[str, Any]:
    before = page.existing.content if page.existing else None
    ahead: Preview = look_ahead(page.fields, page.offer, request.actor, before=before)
    reimbursed = _reimbursed(request, page, ahead.lasts)
    left = {} if page.authority.proposes else reimbursed.problems
    ahead = _about_lar(request, page, replace(ahead, problems=left | ahead.problems))
    preview_path = PREVIEWS["new" if page.kind == "new" else "change"].format(page.treatment_id)
    return {
        "p": page,
        "f": page.fields,
        "offer": preferred.ordered(request, page.offer),
        "may": page.authority,
        "errors": page.errors,
        "ahead": ahead,
        "title": TITLES[page.kind],
        "root": root_of(request),
        "preview_url": root_of(request) + preview_path,
        "card": _card(request, page),
        "decide_url": root_of(request) + preview_path.replace("forhandsvis", "varsel"),
        "use_types": {product_kinds.VACCINE_USE: "Vaksine"} if page.offer.is_vaccine else treatment.USE_TYPES,
        "rx_types": _types(page.offer),
        "special": special.shown(request, page.offer),
        "own_forms": own.FORMS,
        "own_groups": own.GROUPS,
        "own_rows": own.ROWS,
        "recipe_units": own.RECIPE_UNITS,
        "short_doses": _short_texts(page),
        "kept_text": _kept_text(page),
        "unit_name": offer.unit_name,
        "filled": False,
        "again": request.method == "POST" and not page.errors and not page.message,
        "reimbursed": reimbursed,
        "product_terms": product_terms.of(page.offer.product, reimbursement.who(request)),
        "reimbursed_anew": False,
        "may_share": templates.may_share(request.actor),
    }


def _about_lar(request: PatientRequest, page: Page, ahead: Preview) -> Preview:
    """One pharmacy, and whether the patient is known to be under LAR."""
    if not lar_rules.concerns(page.offer.product.atc):
        return ahead
    content, _ = treatment.read(page.fields, page.offer)
    patient, own = request.patient.key, page.treatment_id
    said = lar.notes(content, patient_key=patient, treatment_id=own)
    left = lar.problems(content, patient_key=patient, treatment_id=own)
    return replace(ahead, problems=left | ahead.problems, warnings=(*ahead.warnings, *said))


def _types(found: Offer) -> dict[str, str]:
    """RF takes no prescription on a kosttilskudd (210): it stands in the list without one."""
    if found.product.dispensing_group == product_kinds.SUPPLEMENT:
        return {prescription.WITHOUT: prescription.TYPES[prescription.WITHOUT]}
    return prescription.TYPES


def _card(request: PatientRequest, page: Page) -> Card:
    """What is being written, seen against everything else the patient uses."""
    content, _ = treatment.read(page.fields, page.offer)
    return warnings.of_content(
        content, patient_key=request.patient.key, actor=request.actor, treatment_id=page.treatment_id
    )


def _next_terms(row: Editable, found: Offer) -> dict[str, str]:
    """As last time, for as long as FEST allows from today; without a last time, as FEST proposes."""
    last = row.content.prescription
    expires = found.terms.expires_on if found.terms else validity.expires_on(clock.today())
    terms = replace(last, type="E", expires_on=expires, valid_from=None) if last else found.terms
    if terms is None:
        return prescription.fields(None) | {"rx_type": "E", "expires_on": expires.isoformat()}
    by = "packages" if found.product.varenr else "quantity"
    again = replace(terms.particulars, not_fertile=False)  # to be confirmed each time
    return prescription.fields(terms) | special.fields(again) | ({} if last else {"amount_by": by})


def _short_texts(page: Page) -> list[tuple[str, str]]:
    unit = page.fields["dose_unit"] or page.offer.unit
    listed = list(page.offer.short_doses)
    existing = page.existing and page.existing.content.dosage.instruction
    if isinstance(existing, ShortDose) and existing.code not in {dose.code for dose in listed}:
        listed.insert(0, existing)
    return [(dose.code, dosage_text.text(Dosage(unit=unit, instruction=dose))) for dose in listed]


def _kept_text(page: Page) -> str:
    return dosage_text.text(page.existing.content.dosage) if page.existing else ""


def _reimbursed(request: PatientRequest, page: Page, lasts: int | None) -> reimbursement.Panel:
    """Who may pay. Also before an e-prescription is chosen: the choice is hidden by the style sheet, not emptied."""
    fields = page.fields if page.fields["rx_type"] in ("E", "P") else page.fields | {"rx_type": "E"}
    content, _ = treatment.read(fields, page.offer)
    value = page.fields["reimbursement"]
    return reimbursement.panel(request, content, value=value, treatment_id=page.treatment_id, lasts=lasts)


def _typed(request: PatientRequest, found: Offer) -> dict[str, str]:
    """As it was typed. When another brand has just been chosen, the amount is asked for in its way."""
    fields = treatment.typed(request.POST.dict())
    if found.is_ware or request.POST.get("choice") == request.POST.get("chosen"):
        return fields
    if not found.product.varenr:
        return fields | {"amount_by": "quantity"}
    return fields | {"amount_by": "packages", "package_count": fields["package_count"] or "1"}


def _of_asked(request: PatientRequest, asked: Mapping[str, str]) -> Offer:
    """What was chosen in the search: a product of FEST, a product group, or something to be typed."""
    kind, named = asked.get("kind", ""), asked.get("id", "")
    if product_kinds.is_ware(kind):
        return _of_ware(request, named, asked.get("vare"))
    if kind in own.KINDS:
        return offer.of_own(own_products.product(kind, named) if named else own.blank(kind), clock.today())
    return _of_fest(request, _asked_for(asked), request.POST.get("choice"))


def _of_ware(request: PatientRequest, code: str, article: str | None = None) -> Offer:
    """`article`: what the row has; a POST says what is chosen now."""
    chosen = request.POST.get("choice", article or "") if request.method == "POST" else article or ""
    group = wares.group(code)
    return offer.of_ware(group, articles=wares.articles(code), chosen=chosen, today=clock.today())


def _proposed(request: PatientRequest, found: Offer) -> dict[str, str]:
    copied = copying.fields(request, found)
    return copied or preferred.proposed(request, found) | special.of_lar(request, found)


def _with_usual(request: PatientRequest, fields: dict[str, str]) -> dict[str, str]:
    """Whom the pharmacy calls and where it sends, until a dispensing request has been chosen."""
    return fields if fields["dispatch_method"] else fields | special.usual(request)


def _asked_for(asked: Mapping[str, str]) -> ProductRef:
    kind, fest_id = asked.get("kind", ""), asked.get("id", "")
    if kind not in IN_FEST or not fest_id.isprintable():
        raise NotFound("Velg legemidlet i søket.")
    return ProductRef(kind=kind, fest_id=fest_id)


def _of_row(request: PatientRequest, row: Editable) -> Offer:
    product = row.content.product
    chosen = request.POST.get("choice") if request.method == "POST" else None
    asked = request.POST if request.method == "POST" else request.GET
    if asked.get("id") and asked.get("id") != product.fest_id:  # «Endre form, styrke eller merkevare»
        return _of_fest(request, _asked_for(asked), chosen)
    if product_kinds.is_ware(product.kind):
        return _of_ware(request, product.fest_id, product.varenr)
    if product.kind in own.KINDS:
        return offer.of_own(product, clock.today())
    if product.kind not in IN_FEST or not product.fest_id:
        return offer.of_kept(product)
    try:
        found = _of_fest(request, ProductRef(kind=product.kind, fest_id=product.fest_id), chosen)
    except NotFound:
        return offer.of_kept(product)
    untouched = found.product.fest_id == product.fest_id
    return replace(found, product=product) if untouched else found


def _of_fest(request: PatientRequest, ref: ProductRef, chosen: str | None) -> Offer:
    return offer.of_ref(
        ref,
        chosen=chosen,
        catalogue=catalogue.current(),
        actor=request.actor,
        today=clock.today(),
        sex=request.patient.identity.sex,
    )


def _authority(request: PatientRequest, found: Offer, treatment_id: UUID | None = None) -> Authority:
    actor, patient = request.actor, request.patient.key
    return authority.over(
        actor,
        atc=found.product.atc,
        dispensing_group=found.product.dispensing_group,
        kind=found.product.kind,
        own_practice=bool(request.POST.get("own_practice")),
        editable=treatment_id is None
        or authorship.may_edit(actor, patient_key=patient, treatment_id=treatment_id),
    )
