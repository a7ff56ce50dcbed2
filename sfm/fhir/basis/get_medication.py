"""`$getMedication`: ask RF, PLL, KJ and KI side by side, wait, and tell what there is (fhir.md 4.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from sfm.audit.record import record
from sfm.core import clock
from sfm.exchange import lookup
from sfm.exchange.questions import Terms
from sfm.fhir.basis import compat, documents, leftovers, parameters, patients, sources, waiting
from sfm.fhir.basis.build import document
from sfm.tenancy.scope import journal_scope

if TYPE_CHECKING:
    from datetime import datetime

    from sfm.core.ids import PatientKey
    from sfm.fhir.basis.parameters import Given
    from sfm.identity.admission import Admission

Resource = dict[str, Any]
TO_KJ = ("HPAKUTT", "HPMOTTATTSAMTYKKE", "HPUNNTAK")
TO_BLOCKED = ("HPAKUTT", "HPMOTTATTSAMTYKKE")
CONSENTS = {
    "SamtykkeKjernejournal": TO_KJ,
    "SamtykkeSperretLegemidler": TO_BLOCKED,
    "SamtykkeLasteResepter": TO_BLOCKED,
}
ORIGINAL = "include_reseptdok"


def run(place: Admission, given: Given, *, source: str, trace_id: str) -> Resource:
    """Three steps, so that no transaction waits for the network: ask, wait, tell."""
    person = patients.read(given)
    consents = _consents(given)
    terms, originals = _terms(given, consents), ORIGINAL in given.codes("IncludeOriginal", (ORIGINAL,))
    with journal_scope(place.journal):
        patient, since = _ask(place, person, terms)
        waiting.until(lambda: sources.are_settled(patient), limit=settings.BASIS_SOURCE_WAIT)
        return _tell(
            place, patient, since, consents, with_originals=originals, source=source, trace_id=trace_id
        )


def _consents(given: Given) -> dict[str, str]:
    """What the user has said the patient allows, or that life is in danger; parameter → code."""
    said = {name: next(iter(given.codes(name, allowed)), "") for name, allowed in CONSENTS.items()}
    return {name: code for name, code in said.items() if code}


def _terms(given: Given, consents: dict[str, str]) -> Terms:
    """Every access basis that is given goes to KJ, each once: first the one for the record. RF's questions have no
    place for any: what is locked there opens by reference number."""
    return Terms(
        reference_numbers=given.texts("Referansenummer", 20),
        access_basis=",".join(dict.fromkeys(consents.values())),
        since=given.moment("historyTimestamp"),
    )


@transaction.atomic
def _ask(place: Admission, person: patients.PatientIdentity, terms: Terms) -> tuple[PatientKey, datetime]:
    patient = patients.registered(person, place)
    leftovers.clear(patient, place.actor)
    since = clock.now()
    lookup.start(patient_key=patient, by=place.actor, token=place.caller.token, force=True, terms=terms)
    return patient, since


@transaction.atomic
def _tell(
    place: Admission,
    patient: PatientKey,
    since: datetime,
    consents: dict[str, str],
    *,
    with_originals: bool,
    source: str,
    trace_id: str,
) -> Resource:
    answers = sources.Answers(
        statuses=sources.statuses(patient), since=since, by=place.actor, trace_id=trace_id
    )
    made = document.build(place, patient, with_originals=with_originals, kept=documents.last_sent(patient))
    national = compat.is_wanted(place.caller.client_id)
    made = compat.document(made) if national else made
    kept = documents.keep(made, by=place.actor, with_rf=answers.answered_at("RF") is not None)
    codes = {name: answers.code(name)[0] for name in ("RF", "PLL", "KJ")}
    record(
        place.actor,
        "basis.getMedication",
        patient=patient,
        subject=kept,
        source="api",
        detail={"entries": len(made.entries), **consents, **codes},
    )
    told = made.bundle(source=source)
    bundle = {"name": "medication", "resource": compat.bundle(told) if national else told}
    return parameters.written(bundle, *sources.parameters(answers, patient))
