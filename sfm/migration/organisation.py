"""The organisation file: users, units, templates, local products and the inbox of the source (integration.md 10.4)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sfm.core import clock
from sfm.core.errors import Invalid
from sfm.identity import users
from sfm.identity.users import PersonData
from sfm.medication import content_data
from sfm.medication.content import Product
from sfm.medication.models import OwnProduct
from sfm.migration import contents, papers, source
from sfm.migration.envelope import Unreadable
from sfm.migration.patients import INBOX_TASKS, document
from sfm.migration.report import Report
from sfm.migration.rows import Taking
from sfm.tenancy import organisations
from sfm.tenancy.models import Journal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfm.identity.models import Practitioner
    from sfm.migration.models import MigrationFile
    from sfm.wire.safe_xml import Element

MAIN: Final = "ExportData.xml"
SYSTEM_USER: Final = UUID(int=0)
READ_ONLY: Final = "ReadOnly"
RIGHTS: Final = {
    "All": {"prescribing": "full"},
    "NotA": {"prescribing": "limited", "not_a": True},
    "NotAB": {"prescribing": "limited", "not_ab": True},
}
DROPPED_INBOX: Final = {"6": "Oppdatering av FEST har feilet", "15": "FEST oppdatert"}
LOCAL: Final = (
    ("local_product", "LokaltLegemiddel", "local"),
    ("supplement", "LokaltKosttilskudd", "local"),
)
KEPT: Final = (
    ("protocol", "Protokoller", "Protokoll"),
    ("report", "Rapporter", "Rapport"),
)
NAME: Final = 255


def take(file: MigrationFile, files: Mapping[str, bytes], journal: Journal) -> Report:
    """Inside a transaction of the caller. Raises Unreadable or WireFormatError for what is no organisation file."""
    name = next((name for name in files if name.rpartition("/")[2].lower() == MAIN.lower()), "")
    if not name:
        raise Unreadable(f"Arkivet mangler {MAIN}.")
    root, taking = source.parse(files[name], source.EXPORT), Taking(file=file, report=Report())
    for fault in source.schema_faults(root):
        taking.report.deviates("schema", kind="organisation", said=fault)
    for element in source.children(root, "Institusjon"):
        _unit(taking, element, journal)
    for element in source.children(root, "Brukere", "Helseperson"):
        _user(taking, element)
    units = organisations.of_journal(journal)
    for element in source.children(root, "ForskrivningsMaler", "Mal"):
        papers.template(taking, element, units[0].pk if units else None)
    for kind, above, inner in KEPT:
        for element in source.children(root, above, inner):
            taking.keep(kind, source.text(element, "Id"), element)
    _products(taking, root)
    for element in source.children(root, "Inboks", "Melding"):
        _inbox(taking, element)
    document(taking, "export", name, files[name])
    for other in sorted(set(files) - {name}):
        taking.took("file", other[-58:], document(taking, "other", other, files[other]))
    taking.write()
    return taking.report


def _unit(taking: Taking, element: Element, journal: Journal) -> None:
    """Units are the record system's to register; ours is recognised, never changed by an import."""
    numbers = source.numbers(element)
    same = [
        unit
        for unit in organisations.of_journal(journal)
        if (unit.her_id and unit.her_id == numbers.get("HER")) or unit.orgnr == numbers.get("ENH")
    ]
    if same:
        taking.took("organisation", source.text(element, "Id"), same[0].pk)
    else:
        taking.keep("organisation", source.text(element, "Id"), element, deviation="other_organisation")


def _user(taking: Taking, element: Element) -> None:
    """Someone already registered keeps what the record system has said of them."""
    stated = source.text(element, "Id")
    numbers = source.numbers(element)
    if source.ident(stated) == SYSTEM_USER:
        taking.drop("user", stated, said="Kildesystemets egen bruker; vises som «Migrert system»")
        return
    pid = numbers.get("FNR") or numbers.get("DNR") or ""
    known = _known(taking, stated, pid, numbers.get("HPR", ""))
    if known is None:
        known = _register(element, numbers)
    if known is None:
        taking.keep("user", stated, element, deviation="no_identifier")
        return
    taking.took("user", stated, known.pk)
    if known.hpr and not known.hpr_rights:
        taking.report.deviates("hpr_check", kind="user", source=stated)


def _known(taking: Taking, stated: str, pid: str, hpr: str) -> Practitioner | None:
    """Also tells when the number cannot be used here: real numbers in a test environment, and the reverse."""
    try:
        found = users.find_by_pid(pid) if pid else None
    except Invalid as error:
        taking.report.deviates("pid_refused", kind="user", source=stated, said=error.text)
        found = None
    try:
        return found or (users.find_by_hpr(hpr) if hpr else None)
    except Invalid:
        return None


def _register(element: Element, numbers: Mapping[str, str]) -> Practitioner | None:
    """With number or HPR number only: without either nobody could ever log in as this person."""
    family, given = source.text(element, "FamilyName"), source.text(element, "GivenName")
    middle = source.text(element, "MiddleName")
    person = PersonData(
        given_name=f"{given} {middle}".strip()[:100],
        family_name=(family or source.text(element, "Brukernavn"))[:100],
        pid=numbers.get("FNR") or numbers.get("DNR") or "",
        hpr=numbers.get("HPR", ""),
        personnel_category=source.code(element, "TypeHealthcareProfessional")[:4],
        specialities=tuple(code for one in source.children(element, "Spesialitet") if (code := one.get("V"))),
        read_only=source.text(element, "Brukertype") == READ_ONLY,
        active=source.flag(element, "Aktiv") is True,
    )
    for attempt in (person, replace(person, pid="")):
        if not attempt.pid and not attempt.hpr:
            return None
        try:
            return users.register(attempt)
        except Invalid:
            continue
    return None


def _products(taking: Taking, root: Element) -> None:
    for kind, name, product_kind in LOCAL:
        for element in source.children(root, name):
            ware = source.child(element, "LokalVare")
            product = Product(
                kind=product_kind,
                name_form_strength=source.text(ware, "Navn")[:NAME] or contents.NOT_STATED,
                substance=", ".join(_substances(ware))[:NAME] or source.text(ware, "Navn")[:NAME],
                form=source.display(ware, "Form")[:120],
                form_code=source.code(ware, "Form")[:16],
                atc=source.code(ware, "ATC", "ATCKode")[:8],
                dispensing_group=source.code(ware, "Reseptgruppe")[:4],
            )
            _own(taking, kind, element, product, active=source.flag(ware, "Aktiv") is not False)
    for element in source.children(root, "LokaltMagistreltLegemiddel"):
        product = contents.compounded(source.child(element, "Legemiddelblanding"))
        _own(taking, "compounded", element, product, active=source.flag(element, "Aktiv") is not False)


def _substances(ware: Element | None) -> list[str]:
    found = source.children(ware, "Virkestoff")
    return [name for one in found if (name := source.text(one, "Virkestoff", "VirkestoffNavn"))]


def _own(taking: Taking, kind: str, element: Element, product: Product, *, active: bool) -> None:
    stated = source.text(element, "Id")
    ident = source.ident(stated, scope=kind)
    owner = source.text(element, "BrukerId") or source.text(element, "LokalVare", "BrukerId")
    if ident is None:
        taking.keep(kind, stated, element, deviation="unreadable_content")
        return
    saved = source.instant(element, "DatoOpprettet") or source.instant(element, "LokalVare", "SistOppdatert")
    OwnProduct.objects.get_or_create(
        pk=ident,
        defaults={
            "kind": product.kind,
            "product": content_data.product_data(product),
            "saved_by": taking.user(owner) or SYSTEM_USER,
            "saved_by_name": "Migrert system",
            "saved_at": saved or clock.now(),
            "retired_at": None if active else clock.now(),
        },
    )
    taking.took(kind, stated, ident)


def _inbox(taking: Taking, element: Element) -> None:
    stated, code = source.text(element, "Id"), source.code(element, "MeldingsType")
    patient = source.text(element, "PasientId")
    if code in DROPPED_INBOX:
        taking.drop("inbox", stated, said=DROPPED_INBOX[code])
    elif code in INBOX_TASKS and patient:
        taking.wait("inbox", stated, element, patient=patient[:64])
    else:
        taking.keep("inbox", stated, element)
