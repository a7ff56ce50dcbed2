"""(Utskrift) What can be printed about a patient: a builder and a template each."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import yaml
from django.template.loader import render_to_string
from markupsafe import Markup

from sfm.audit.models import AuditEvent
from sfm.core import clock
from sfm.core.errors import Invalid, NotFound
from sfm.medication import content_data, content_rows
from sfm.medication.models import ListVersion, Prescription, Treatment
from sfm.medication.queries import banner, helfo, in_use, patient_list, reviews
from sfm.medication.rules import dosage_data, dosage_text
from sfm.printing import pdf, records
from sfm.tenancy.models import Organisation

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sfm.core.actor import Actor
    from sfm.patients.identity import PatientIdentity

WORDS = Path(__file__).with_name("words.yaml")
LANGUAGES = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}
OWN_FORM = ("A", "B")
OWN_FORM_TEXT = (
    "Legemidler i reseptgruppe A og B skrives på særskilt reseptblankett, og kan ikke skrives ut herfra."
)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What to print, for whom, and who asks. `subject`: which prescription, review, application or treatment."""

    patient: UUID
    who: PatientIdentity = field(repr=False)
    actor: Actor
    language: str = "nb"
    large: bool = False
    subject: UUID | None = None
    long: bool = False  # three years of the change log, instead of three months


@dataclass(frozen=True, kw_only=True)
class Printout:
    """A sheet as HTML: shown in the page, or written as PDF."""

    kind: str
    title: str
    language: str
    sheet: Markup = field(repr=False)

    def page(self) -> str:
        return render_to_string("print/page.html", {"printout": self, "sheet": self.sheet})

    def pdf(self) -> bytes:
        return pdf.write(self.page())


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Something there is to print now."""

    kind: str
    title: str
    subject: UUID | None = None


@cache
def words(language: str) -> dict[str, Any]:
    content: dict[str, dict[str, Any]] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return content[language]


def choices(patient: UUID, actor: Actor) -> tuple[Choice, ...]:
    """What exists for the patient, and the actor may see. Five SQL queries."""
    found = [Choice(kind=kind, title=TITLES[kind]) for kind in ALWAYS]
    if ListVersion.objects.filter(patient_key=patient, kind="ERM251").exists():
        found.append(Choice(kind="pll", title=TITLES["pll"]))
    prescriptions = Prescription.objects.filter(patient_key=patient).order_by("-prescribed_on", "-created")
    for row in prescriptions:
        if row.type == "P" and row.prescriber_id and not row.recalled_at:
            found.append(Choice(kind="papirresept", title=f"Papirresept: {_name(row)}", subject=row.pk))
        if row.locked and row.reference_number and not row.recalled_at:
            found.append(
                Choice(kind="referansenummer", title=f"Referansenummer: {_name(row)}", subject=row.pk)
            )
    found += [
        Choice(kind="gjennomgang", title=f"{line.title} {line.on:%d.%m.%Y}", subject=line.id)
        for line in reviews.of_patient(patient)
    ]
    return (*found, *_of_helfo(patient, actor))


def _of_helfo(patient: UUID, actor: Actor) -> list[Choice]:
    if not actor.may(NEEDS["helfo"]):
        return []
    found = [Choice(kind="helfo", title=TITLES["helfo"])] if helfo.decision_lines(patient) else []
    return found + [
        Choice(kind="soknad", title=f"Helfo-søknad: {line.product}", subject=line.id)
        for line in helfo.application_lines(patient)
    ]


def make(kind: str, wish: Wish) -> Printout:
    """Raises NotFound for a kind there is none of, Invalid for one that may not be printed."""
    if kind not in BUILDERS or wish.language not in LANGUAGES:
        raise NotFound
    if kind in NEEDS:
        wish.actor.require(NEEDS[kind])
    content = BUILDERS[kind](wish)
    language = wish.language if kind == "pasient" else "nb"
    said = words(language)
    shared = {
        "who": wish.who,
        "actor": wish.actor,
        "printed_at": clock.now(),
        "words": said,
        "title": said["title"] if kind == "pasient" else ON_PAPER.get(kind, TITLES[kind]),
        "large": wish.large,
        "unsigned": False,
        "mark": said["mark"],
    }
    made = render_to_string(f"print/{TEMPLATES[kind]}.html", shared | content)
    sheet = Markup(made)  # noqa: S704 -- rendered with autoescape
    return Printout(kind=kind, title=str(shared["title"]), language=language, sheet=sheet)


def _list(wish: Wish) -> dict[str, Any]:
    listed = in_use.load(wish.patient, actor=wish.actor)
    return {
        "listed": listed,
        "groups": [group for group in listed.groups if group.key not in ("inactive", "discontinued")],
        "undecided": [group for group in listed.groups if group.key == "inactive"],
        "ended": [group for group in listed.groups if group.key == "discontinued"],
        "future": {row.id for group in listed.groups for row in group.rows if records.begins_later(row)},
        "unsigned": listed.unsent_count > 0,
    }


def _patient(wish: Wish) -> dict[str, Any]:
    said = patient_list.load(wish.patient, since=_given_before(wish.patient), locale=wish.language)
    head = banner.load(wish.patient)
    unsigned = in_use.load(wish.patient, actor=wish.actor).unsent_count > 0
    return {"said": said, "reactions": head.reactions, "unsigned": unsigned}


def _given_before(patient: UUID) -> datetime | None:
    """When the patient was last given the list, before today: two copies of one day say the same."""
    begin = content_rows.midnight(clock.today())
    given = AuditEvent.objects.filter(
        patient_key=patient, action="print", detail__document="pasient", at__lt=begin
    )
    return given.order_by("-at").values_list("at", flat=True).first()


def _shared_list(wish: Wish) -> dict[str, Any]:
    versions = ListVersion.objects.filter(patient_key=wish.patient, kind="ERM251").order_by("-generated_at")
    version = versions.filter(direction="out").first() or versions.first()
    if version is None:
        raise NotFound
    return {"version": version, "entries": [_entry(entry) for entry in version.entries]}


def _entry(entry: dict[str, Any]) -> dict[str, str]:
    """Ours and others' versions are kept in two shapes; both hold the product and the dose as text."""
    data = entry.get("data") or {}
    content = entry.get("content") or data.get("content") or {}
    product = content.get("product") or content
    dose = entry.get("dosage_text") or (entry.get("fields") or {}).get("dosage_text") or ""
    return {
        "name": str(product.get("name_form_strength") or product.get("substance") or ""),
        "dose": str(dose),
        "kind": {"E": "E-resept", "P": "Papirresept", "U": "Uten resept"}.get(str(entry.get("type", "")), ""),
        "ended": "Seponert" if entry.get("discontinued") else "",
    }


def _paper(wish: Wish) -> dict[str, Any]:
    row = _prescription(wish, type="P")
    content = _content(row)
    product = content.get("product", {})
    if product.get("dispensing_group") in OWN_FORM:
        raise Invalid(OWN_FORM_TEXT)
    return {
        "rx": row,
        "product": product,
        "content": content,
        "dose": dosage_text.text(dosage_data.from_data(content["dosage"])),
        "unit": _unit(wish),
        "unsigned": not row.signed_at,
    }


def _reference(wish: Wish) -> dict[str, Any]:
    row = _prescription(wish, locked=True)
    if not row.reference_number:
        raise NotFound
    return {"rx": row, "name": _name(row), "unit": _unit(wish)}


def _review(wish: Wish) -> dict[str, Any]:
    review = reviews.load(wish.subject or UUID(int=0), patient_key=wish.patient)
    return {"review": review, "unsigned": review.is_open}


def _prescription(wish: Wish, **given: Any) -> Prescription:
    found: Prescription | None = Prescription.objects.filter(
        pk=wish.subject or UUID(int=0), patient_key=wish.patient, **given
    ).first()
    if found is None:
        raise NotFound
    return found


def _content(row: Prescription) -> dict[str, Any]:
    """As signed; before that, as the treatment stands."""
    if row.content:
        return dict(row.content)
    treatment = Treatment.objects.get(pk=row.treatment_id or UUID(int=0), patient_key=row.patient_key)
    return content_data.to_data(content_rows.content_of(treatment, row))


def _name(row: Prescription) -> str:
    return str((_content(row).get("product") or {}).get("name_form_strength", ""))


def _unit(wish: Wish) -> Organisation:
    return Organisation.objects.get(pk=wish.actor.organisation_id)


BUILDERS: dict[str, Callable[[Wish], dict[str, Any]]] = {
    "liste": _list,
    "pasient": _patient,
    "pll": _shared_list,
    "papirresept": _paper,
    "referansenummer": _reference,
    "gjennomgang": _review,
    "endringer": records.change_log,
    "helfo": records.decisions,
    "soknad": records.application,
    "brev": records.letter,
}
TEMPLATES = {
    "liste": "list",
    "pasient": "patient",
    "pll": "shared_list",
    "papirresept": "paper",
    "referansenummer": "reference",
    "gjennomgang": "review",
    "endringer": "change_log",
    "helfo": "decisions",
    "soknad": "application",
    "brev": "letter",
}
TITLES = {
    "liste": "Legemidler i bruk",
    "pasient": "Liste til pasienten",
    "pll": "Pasientens legemiddelliste (PLL)",
    "papirresept": "Papirresept",
    "referansenummer": "Referansenummer",
    "gjennomgang": "Legemiddelgjennomgang",
    "endringer": "Endringslogg",
    "helfo": "Vedtak fra Helfo",
    "soknad": "Søknad om individuell stønad",
    "brev": "Legemiddelliste til brev",
}
ON_PAPER = {"brev": "Legemidler i bruk"}  # where the sheet is not called what the choice is
ALWAYS = ("liste", "pasient", "brev", "endringer")
NEEDS = {"helfo": "reimbursement.query", "soknad": "reimbursement.query"}
