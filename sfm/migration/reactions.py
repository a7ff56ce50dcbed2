"""Legemiddelreaksjoner (CAVE) of a patient file. The head of a group is what holds; the others are its history."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sfm.core import clock
from sfm.medication.models import CriticalReaction
from sfm.medication.rules.reaction_words import CERTAINTIES, REACTIONS, SEVERITIES
from sfm.migration import source

if TYPE_CHECKING:
    from sfm.migration.rows import Taking
    from sfm.wire.safe_xml import Element

UNKNOWN_REACTION: Final = "20"
SEVERITY: Final = {"K": "1", "A": "1", "1": "1", "M": "2", "2": "2"}  # FM's letters and 7520
REFUTED, VERIFIED = "2", "1"  # 7524
LOCAL: Final = "lokal"
LONGEST: Final = 255
NO_ID: Final = UUID(int=0)


def take_all(taking: Taking, patient: Element) -> None:
    for element in source.children(patient, "Legemiddelreaksjon"):
        _take(taking, element)


def _take(taking: Taking, element: Element) -> None:
    stated = source.text(element, "Id")
    ident, cave = source.ident(stated, scope="reaction"), source.child(element, "CAVE")
    held = CriticalReaction.objects.filter(pk=ident or NO_ID).first()
    if ident is None or cave is None or (held is not None and held.patient_key != taking.patient):
        taking.keep("reaction", stated, element, deviation="conflict" if held else "unreadable_content")
        return
    if held is None:
        row = CriticalReaction(id=ident, patient_key=taking.patient)
        _fill(taking, row, element, cave)
        row.save(force_insert=True)
    taking.took("reaction", stated, ident)


def _fill(taking: Taking, row: CriticalReaction, element: Element, cave: Element) -> None:
    row.agent_kind, row.agent_code, row.agent_text = _agent(cave)
    reaction = source.code(cave, "Reaksjon")
    row.reaction = reaction if reaction in REACTIONS else UNKNOWN_REACTION
    if reaction and reaction not in REACTIONS:
        taking.report.deviates("unknown_code", kind="reaction", source=str(row.pk), said="Reaksjon")
    severity = source.code(cave, "Alvorlighetsgrad")
    row.severity = SEVERITY.get(severity, "")
    if severity and row.severity not in SEVERITIES:
        taking.report.deviates("unknown_code", kind="reaction", source=str(row.pk), said="Alvorlighetsgrad")
    certainty = source.code(cave, "Sannsynlighet")
    row.certainty = certainty if certainty in CERTAINTIES else ""
    row.source_of_information = source.code(cave, "Kilde")[:2]
    refuted = source.flag(cave, "Avkreftet") is True
    row.verification = REFUTED if refuted else VERIFIED
    row.active = not refuted and _holds(element, cave)
    row.discovered_on = source.day(cave, "Oppdaget", "Dato")
    row.comment = _comment(element, cave)
    row.known_to = [LOCAL]
    row.registered_by = source.text(cave, "Signatur")[:LONGEST]
    registered, updated = source.day(cave, "RegisteringsDato"), source.day(element, "SistOppdatertDato")
    row.created = _noon(registered or updated or clock.today())
    row.updated = _noon(updated or registered or clock.today())


def _holds(element: Element, cave: Element) -> bool:
    """An older link of its chain, a discarded, a deleted and an inactive one do not."""
    return (
        source.flag(element, "HeadOfHistory") is not False
        and source.flag(element, "Discarded") is not True
        and source.child(element, "Deleted") is None
        and source.flag(cave, "Innaktiv") is not True
    )


def _agent(cave: Element) -> tuple[str, str, str]:
    substance, brand = source.child(cave, "Virkestoff"), source.child(cave, "LegemiddelMerkevare")
    if substance is not None:
        kind = "excipient" if source.flag(cave, "HjelpestoffReaksjon") else "substance"
        name, code = source.text(substance, "VirkestoffNavn"), source.text(substance, "VirkestoffId")
    elif brand is not None:
        kind, code = "brand", source.text(brand, "LegemiddelId")
        name = source.text(brand, "LegemiddelNavn") or source.text(brand, "NavnFormStyrke")
    else:
        kind, code = "atc", source.code(cave, "ATC", "ATCKode")
        name = source.display(cave, "ATC", "ATCKode") or code
    return (kind if code else "text"), code[:64], name[:LONGEST]


def _comment(element: Element, cave: Element) -> str:
    deleted = source.display(element, "Deleted", "Reason")
    said = (
        source.text(cave, "GrunnlagForCAVE"),
        source.text(element, "AvkreftetKommentar"),
        f"Slettet: {deleted}" if deleted else "",
        _age(cave),
    )
    return ". ".join(one for one in said if one)


def _age(cave: Element) -> str:
    age = source.text(cave, "Oppdaget", "Alder")
    return f"Oppdaget ved alder {age}" if age else ""


def _noon(day: date) -> datetime:
    """A day without a time is put at noon, where no time zone moves it."""
    return datetime.combine(day, time(12), tzinfo=clock.OSLO)
