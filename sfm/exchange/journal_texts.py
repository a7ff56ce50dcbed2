"""(Journalnotat) What is said in the record system's journal about acts that became real: one sentence for each
(integration.md 8.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfm.medication import content_rows
from sfm.medication.queries import fields, words
from sfm.medication.rules import reasons

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sfm.medication.models import Treatment

Note = tuple[str, str]  # event, text


def of(row: Treatment) -> Iterator[Note]:
    """The notes of a row being signed: each act once, in order; nothing about what was noted before (an M1 that RF
    refused and that is signed again)."""
    base = row.unsent_base or {}
    noted = base.get("_noted", ())
    for act in _done(base, row.unsent_verb):
        if act not in noted and act in TEXTS:
            yield TEXTS[act](row, base)


def comment_on(event: str, row: Treatment) -> str:
    """What the person wrote about the act, where there is a place for it."""
    return row.discontinuation_note if event == "TreatmentDiscontinued" else ""


def acts(base: Mapping[str, Any] | None, verb: str) -> list[str]:
    """Everything noted once this is signed."""
    noted = (base or {}).get("_noted") or []
    return list(dict.fromkeys([*noted, *_done(base or {}, verb)]))


def _done(base: Mapping[str, Any], verb: str) -> list[str]:
    """What is new here and was changed before anybody signed is one act: it was started."""
    return [verb] if verb == "created" else list(base.get("_acts") or [verb])


def _created(row: Treatment, _base: Mapping[str, object]) -> Note:
    text = f"Startet: {row.name_form_strength}. {row.dosage_text}. {_purpose(row.indication_text)}."
    return "TreatmentCreated", text


def _changed(row: Treatment, base: Mapping[str, object]) -> Note:
    """«Fra «1 tablett morgen» til «2 tabletter morgen»»; another field is named."""
    found = fields.differences(base, content_rows.snapshot(row, fields.SHOWN)) if base else ()
    told = [
        (name, before, after)
        for name, before, after in found
        if name not in ("Tilstand", "Multidose", "Pauset fra", "Pauset til", "Grunn til pause")
    ]
    said = "; ".join(
        f"{'' if name == 'Dosering' else f'{name}: '}fra «{before or 'tom'}» til «{after or 'tom'}»"
        for name, before, after in told
    )
    said = said[:1].upper() + said[1:]
    return "TreatmentChanged", f"Endret: {row.name_form_strength}. {said or row.dosage_text}."


def _discontinued(row: Treatment, _base: Mapping[str, object]) -> Note:
    reason = reasons.DISCONTINUATION.get(row.discontinuation_reason, "")
    at = row.discontinued_at
    day = f" fra {words.day(words.local_day(at))}" if at is not None and not row.has_ended else ""
    return "TreatmentDiscontinued", f"Seponert: {row.name_form_strength}{day}. Årsak: {reason}."


def _suspended(row: Treatment, _base: Mapping[str, object]) -> Note:
    since, until = row.suspended_from, row.suspended_to
    period = f"{words.day(since)}–{words.day(until) if until else ''}" if since else ""
    return "TreatmentPaused", f"Pause: {row.name_form_strength} {period}. Årsak: {row.suspension_note}."


def _erased(row: Treatment, _base: Mapping[str, object]) -> Note:
    grounds = reasons.DELETION[row.deletion_reason or reasons.OWN_INITIATIVE]
    return (
        "TreatmentDeleted",
        f"Slettet: {row.name_form_strength}. Årsak: {_small(grounds)} (feilregistrert).",
    )


def _plain(event: str, text: str) -> Callable[[Treatment, Mapping[str, object]], Note]:
    return lambda row, _base: (
        event,
        text.format(name=row.name_form_strength, dose=row.dosage_text),
    )


TEXTS: dict[str, Callable[[Treatment, Mapping[str, object]], Note]] = {
    "created": _created,
    "changed": _changed,
    "renewed": _plain("ReseptRenewal", "Fornyet: {name}."),
    "prescribed": _plain("ReseptCreated", "Resept: {name}. {dose}."),
    "discontinued": _discontinued,
    "reactivated": _plain("TreatmentDiscontinuationReversed", "Seponering angret: {name}."),
    "recalled": _plain("ReseptRecalled", "Tilbakekalt: {name}. Årsak: annen."),
    "recalled_older": _plain("ReseptRecalled", "Tilbakekalt: eldre resepter på {name}. Årsak: annen."),
    "suspended": _suspended,
    "resumed": _plain("TreatmentResumed", "Gjenopptatt: {name}."),
    "entered_in_error": _erased,
    "to_multidose": _plain("TreatmentChanged", "Endret: {name}. Pakkes i multidose."),
    "from_multidose": _plain("TreatmentChanged", "Endret: {name}. Pakkes ikke lenger i multidose."),
}


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _purpose(indication: str) -> str:
    """«Mot: migrene»; FEST's own texts begin with the word already («Mot kvalme»)."""
    return indication if indication.casefold().startswith("mot ") else f"Mot: {indication}"
