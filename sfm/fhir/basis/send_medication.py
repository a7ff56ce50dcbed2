"""`$sendMedication`: hold the document against the last one, do what a person did, sign, wait, tell (fhir.md 4.3)."""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from sfm.audit.record import record
from sfm.core.errors import NotFound, SfmError
from sfm.exchange import pending, reference_numbers, signing
from sfm.exchange.models import MedicationDocument, Message
from sfm.fhir.basis import (
    acts,
    advice,
    documents,
    leftovers,
    names,
    outcomes,
    parameters,
    patients,
    reactions,
    waiting,
)
from sfm.fhir.basis.build import document, echo
from sfm.fhir.basis.read import bundle, compare, parties, parts, statement
from sfm.fhir.data_sharing import naming
from sfm.fhir.data_sharing.r4.faults import BadContent, Fault
from sfm.medication.actions import lists
from sfm.medication.models import MedicationList
from sfm.patients import vault
from sfm.patients.identity import read_pid
from sfm.tenancy.scope import journal_scope

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.core.ids import PatientKey
    from sfm.fhir.basis.parameters import Given
    from sfm.fhir.basis.read.bundle import Sent
    from sfm.identity.admission import Admission
    from sfm.wire import m251

log = logging.getLogger(__name__)
Resource = dict[str, Any]
# What our own screens stop for and another's may answer for itself: warnings, drafts of others, lines not decided on
ADVISORY = frozenset({"B2", "B3", "B4", "B5"})
RIGHT = "rx.prescribe"


def run(place: Admission, given: Given, *, raw: bytes, trace_id: str) -> Resource:
    """One transaction with everything or nothing; then RF's receipts are waited for, outside of any."""
    place.actor.require(RIGHT)
    sent = bundle.read(given)
    digest = hashlib.sha256(raw).hexdigest()
    with journal_scope(place.journal):
        patient = _patient(sent)
        kept = _again(sent, patient, place, digest)
        if kept is None:
            _fetch_numbers(sent, place)
            kept = _commit(sent, patient, place, digest)
        if kept.result is not None:
            return dict(kept.result)
        waiting.until(lambda: outcomes.are_settled(kept.intent_id), limit=settings.BASIS_SEND_WAIT)
        return _tell(kept, place, trace_id)


def _patient(sent: Sent) -> PatientKey:
    """The patient of the document; NotFound for one this journal never asked about."""
    url, content = sent.patient
    person = patients.read_resource(content, sent.places[url])
    key = vault.find(person.pid)
    if key is None:
        raise patients.unknown(sent.places[url])
    if vault.open_identity(key).pid != read_pid(person.pid)[1]:
        raise NotFound(detail="a superseded number")
    return key


def _again(sent: Sent, patient: PatientKey, place: Admission, digest: str) -> MedicationDocument | None:
    """The same document once more is answered with the same result; another with its id is refused."""
    kept = documents.of_identifier(str(sent.ident))
    if kept is None:
        return None
    same = (kept.patient_key, kept.practitioner_id, kept.request_digest)
    if kept.kind == "send" and same == (patient, place.actor.practitioner_id, digest):
        return kept
    raise BadContent(
        Fault(
            path=f"{sent.path}.entry[0].resource.identifier",
            code="duplicate",
            text="Dokumentets identifier er brukt før.",
            diagnostics="Composition.identifier is in use",
        )
    )


def _commit(sent: Sent, patient: PatientKey, place: Admission, digest: str) -> MedicationDocument:
    """What is refused after the document was found to be the right one breaks it: the client must ask anew (rule 5)."""
    try:
        with transaction.atomic():
            lists.touch(patient)
            return _act(sent, patient, place, digest)
    except documents.MustAskAgain:
        raise
    except SfmError:
        documents.break_open(patient, place.actor)
        raise


def _fetch_numbers(sent: Sent, place: Admission) -> None:
    """A locked prescription needs a number from RF: asked for and waited for before anything is done. Without one the
    sending is refused as on our own sign page."""
    wanted = any(one.creates and parts.flag(one.say("lockedresept")) for one in statement.of_document(sent))
    if not wanted or reference_numbers.free(place.actor):
        return
    with transaction.atomic():
        reference_numbers.keep_ready(place.actor, token=place.caller.token)
    waiting.until(lambda: reference_numbers.free(place.actor) > 0, limit=settings.BASIS_SOURCE_WAIT)


def _act(sent: Sent, patient: PatientKey, place: Admission, digest: str) -> MedicationDocument:
    kept = _again(sent, patient, place, digest)
    if kept is not None:  # the same request, a moment ahead of this one
        return kept
    before = documents.to_build_on(patient, place.actor, sent.builds_on)
    leftovers.require_none(patient)
    _attested_by(sent, place)
    now, known = statement.of_document(sent), list(statement.of_entries(documents.entries_of(before), {}))
    found = compare.changes(now, known)
    faults = [*compare.missing(now, known, sent.path), *compare.faults(found, now)]
    if faults:
        raise BadContent(*faults[:50])
    told = reactions.carry_out(
        sent, documents.entries_of(before), patient=patient, by=place.actor, token=place.caller.token
    )
    doer = acts.Doer(patient=patient, by=place.actor, known={one.url: one for one in now})
    doer.do(found)
    info = _list_info(sent)
    wanted = _list_choice(sent, info, before)
    if doer.done or wanted:
        doer.confirm(now)
    others = parties.read(sent, info, documents.entries_of(before)) if info and wanted is not False else ()
    intent = _sign(patient, place, doer, wanted=wanted, others=others)
    made = documents.replace(
        before,
        id=sent.ident,
        entries=documents.as_text(sent.entries),
        ours=echo.digests(document.build(place, patient)),
        request_digest=digest,
        intent_id=intent,
    )
    record(
        place.actor,
        "basis.sendMedication",
        patient=patient,
        subject=made,
        source="api",
        detail={"acts": doer.done, "reactions": told, "list": str(wanted)},
    )
    return made


def _attested_by(sent: Sent, place: Admission) -> None:
    """Whoever goes good for the document must be the one who calls (rule 9)."""
    for index, one in enumerate(sent.composition.get("attester", ())):
        party = sent.entries.get(str((one.get("party") or {}).get("reference", "")), {})
        hpr = naming.identifiers(party).get(naming.HPR, "").lstrip("0")
        if hpr and hpr != place.actor.hpr:
            raise BadContent(
                Fault(
                    path=f"{sent.path}.entry[0].resource.attester[{index}].party",
                    code="business-rule",
                    text="Dokumentet må være attestert av den som sender det.",
                    diagnostics="the attester is not the caller",
                )
            )


def _list_info(sent: Sent) -> Resource | None:
    """The entry of the shared list itself (M25.1)."""
    infos = (sent.entries.get(url) for url in sent.sections.get(names.LIST_INFO, ()))
    return next((one for one in infos if one and parts.code(one.get("code", {})) == "M25.1"), None)


def _list_choice(sent: Sent, info: Resource | None, before: MedicationDocument) -> bool | None:
    """True: a list is asked for. False: none may go; a section without an entry says the same (fhir.md 6.7). None: as
    our own screens would, when something has changed."""
    if info is None:
        return False
    said = parts.flag(parts.child(parts.extension(info, names.PLL_INFORMATION), "createPLL"))
    asked_before = documents.entries_of(before).get(sent.sections[names.LIST_INFO][0]) == info
    return None if said and asked_before else said


def _sign(
    patient: PatientKey,
    place: Admission,
    doer: acts.Doer,
    *,
    wanted: bool | None,
    others: tuple[m251.Role, ...],
) -> UUID | None:
    """The signing act, or None when there is nothing to send. Blockers become faults at their statement."""
    if wanted:
        MedicationList.objects.filter(patient_key=patient).update(pll_outdated=True)
    claims = dict(place.caller.claims)
    found = pending.read(patient, place.actor)
    if found.is_empty or (wanted is False and not (found.unsent or found.prescriptions or found.recalls)):
        return None
    blockers = [one for one in pending.blockers_of(found, place.actor, claims) if one.code not in ADVISORY]
    if blockers:
        raise BadContent(*(outcomes.blocked(one, doer.by_treatment) for one in blockers))
    session = place.caller.sid or place.caller.jti
    intent = signing.review(patient_key=patient, by=place.actor, session_id=session).intent_id
    signing.sign_and_send(
        intent_id=intent,
        patient_key=patient,
        by=place.actor,
        session_id=session,
        claims=claims,
        token=place.caller.token,
        advisory=ADVISORY,
        without_list=wanted is False,
        others=others,
    )
    return intent


def _tell(kept: MedicationDocument, place: Admission, trace_id: str) -> Resource:
    """What became of each message. Kept as the answer to the same document once everything is settled."""
    with transaction.atomic():
        messages = (
            list(Message.objects.filter(intent_id=kept.intent_id, direction="out")) if kept.intent_id else []
        )
        said = advice.of(kept.patient_key, place.actor, trace_id)
        answer = parameters.written(*outcomes.parameters(messages), said)
        if outcomes.are_settled(kept.intent_id):
            kept.result = answer
            kept.save(update_fields=["result"])
    return answer
