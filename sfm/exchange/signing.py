"""«Signer og send»: the review page, and the one transaction in which a person commits (security.md 8)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from sfm.core import clock
from sfm.core.errors import Conflict, Forbidden, Invalid
from sfm.exchange import committing, list_versions, pending, reference_numbers
from sfm.exchange.models import Message, SigningIntent
from sfm.medication.models import MedicationList, SourceStatus
from sfm.medication.queries import words
from sfm.medication.rules import rights

if TYPE_CHECKING:
    from sfm.core.actor import Actor
    from sfm.exchange.pending import NewPrescription, Pending, Recall
    from sfm.medication.rules.blockers import Blocker
    from sfm.wire import m251

INTENT_LIFE = timedelta(minutes=5)
WITHOUT = (
    "Listen sendes uten endringen av {}: oppføringen står slik Reseptformidleren sist godtok den. "
    "Endringen venter fortsatt."
)
CHANGED = "Noe er endret siden du så over. Se over på nytt før du signerer."
PLL_PERMISSION = "pll.sign"
RECALLS = {"1": "fornyes", "2": "seponeres", "3": "fornyes med endring", "4": "tilbakekalles"}


@dataclass(frozen=True, kw_only=True)
class SignItem:
    kind: str  # Ny resept | Fornyet resept | Endret resept | Tilbakekalling | Legemiddelliste
    text_bold: str
    text: str
    treatment_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class SignReview:
    """What will be sent, and what blocks. Without blockers, `intent_id` may be signed once within five minutes."""

    intent_id: UUID
    items: tuple[SignItem, ...]
    blockers: tuple[Blocker, ...]
    warnings: tuple[str, ...]
    signer_name: str
    signer_title: str
    signer_hpr: str
    organisation: str
    rf_age_text: str
    list_changed_by: str = ""  # whose list came before ours (226)
    refused: tuple[tuple[UUID, str], ...] = ()  # what the list can be sent without the change of


@dataclass(frozen=True, kw_only=True)
class Signed:
    """The outcome of one act; the same again when the same intent is sent twice."""

    sending_id: UUID
    prescriptions: int
    recalls: int
    list_sent: bool


def review(
    *,
    patient_key: UUID,
    by: Actor,
    session_id: str,
    token: str = "",
    without: frozenset[UUID] = frozenset(),
) -> SignReview:
    """Read what is unsent and remember, as a hash, what the person was shown. Numbers for locked prescriptions are
    asked for when few are left. `without`: rows RF has refused, whose change is left out (rulings.md 1)."""
    require_signer(by)
    found = pending.read(patient_key, by)
    if without:
        refused = frozenset(row.pk for row in found.refused)
        found = pending.read(patient_key, by, without=without & refused)
    if found.locked:
        reference_numbers.keep_ready(by, token=token)
    intent = SigningIntent.objects.create(
        patient_key=patient_key,
        practitioner_id=by.practitioner_id,
        session_id=session_id[:64],
        list_version=found.head.version,
        without=sorted(str(pk) for pk in found.without),
        content_hash=found.content_hash(),
        created=clock.now(),
    )
    return SignReview(
        intent_id=intent.pk,
        items=_items(found),
        blockers=pending.blockers_of(found, by),
        warnings=_warnings(found),
        signer_name=by.name,
        signer_title=committing.title(by),
        signer_hpr=by.hpr,
        organisation=by.organisation_name,
        rf_age_text=_rf_age(patient_key),
        list_changed_by=list_versions.changed_by(patient_key) if found.head.pll_outdated else "",
        refused=tuple((row.pk, row.name_form_strength) for row in found.refused) if found.sends_list else (),
    )


def sign_and_send(
    *,
    intent_id: UUID,
    patient_key: UUID,
    by: Actor,
    session_id: str,
    claims: dict[str, Any],
    token: str,
    advisory: frozenset[str] = frozenset(),
    without_list: bool = False,
    others: tuple[m251.Role, ...] = (),
) -> Signed:
    """Sign everything that was reviewed and promise it to the workers, or nothing at all. A record system with its own
    screens answers for the blockers in `advisory` itself, may leave the list unsent, and names the `others` who have a
    part in it (fhir.md 4.3, 6.7).

    Raises Conflict when the content changed since the review or the intent is not this person's, here and now;
    Invalid when something blocks. The same intent again returns the same answer.
    """
    require_signer(by)
    with transaction.atomic():
        MedicationList.objects.get_or_create(patient_key=patient_key)
        MedicationList.objects.select_for_update().get(patient_key=patient_key)
        intent = (
            SigningIntent.objects.select_for_update().filter(pk=intent_id, patient_key=patient_key).first()
        )
        if intent is None or (intent.practitioner_id, intent.session_id) != (
            by.practitioner_id,
            session_id[:64],
        ):
            raise Conflict(CHANGED)
        if intent.used_at is not None:
            return _result(intent_id)
        left_out = frozenset(UUID(pk) for pk in intent.without)
        found = pending.read(patient_key, by, without=left_out)
        _still_the_same(intent, found)
        _nothing_blocks(found, by, claims, advisory)
        if without_list:
            found = replace(found, sends_list=False)
        committing.commit(found, intent_id=intent_id, by=by, claims=claims, token=token, others=others)
        intent.used_at = clock.now()
        intent.save(update_fields=["used_at"])
        return _result(intent_id)


def _still_the_same(intent: SigningIntent, found: Pending) -> None:
    if clock.now() - intent.created > INTENT_LIFE or found.content_hash() != intent.content_hash:
        raise Conflict(CHANGED)
    if found.is_empty:
        raise Conflict("Det er ingenting å sende.")


def _nothing_blocks(found: Pending, by: Actor, claims: dict[str, Any], advisory: frozenset[str]) -> None:
    blocking = [b for b in pending.blockers_of(found, by, claims) if b.code not in advisory]
    if blocking:
        lines = "; ".join(f"{b.subject}: {b.text}" if b.subject else b.text for b in blocking)
        raise Invalid(f"Kan ikke sendes ennå. {lines}")


def _result(intent_id: UUID) -> Signed:
    kinds = list(Message.objects.filter(intent_id=intent_id, direction="out").values_list("kind", flat=True))
    return Signed(
        sending_id=intent_id,
        prescriptions=kinds.count("ERM1"),
        recalls=kinds.count("ERM5"),
        list_sent="ERM251" in kinds,
    )


def _items(found: Pending) -> tuple[SignItem, ...]:
    items = sorted((_prescription_item(new) for new in found.prescriptions), key=_place)
    items += [_recall_item(recall) for recall in found.recalls]
    if found.sends_list:
        count = len(found.unsent)
        text = f"hele listen, {count} endring{'' if count == 1 else 'er'}"
        items.append(SignItem(kind="Legemiddelliste", text_bold="PLL", text=text, treatment_id=None))
    return tuple(items)


def _place(item: SignItem) -> tuple[int, str]:
    return (("Ny resept", "Fornyet resept", "Endret resept").index(item.kind), item.text_bold.casefold())


def _prescription_item(new: NewPrescription) -> SignItem:
    kinds = {"renewed": "Fornyet resept", "changed": "Endret resept", "discontinued": "Endret resept"}
    terms = new.prescription
    amount = (
        f"{_number(terms.package_count)}\u00a0pakning{'' if terms.package_count == 1 else 'er'}"
        if terms.package_count
        else f"{_number(terms.quantity)}\u00a0{terms.quantity_unit}"
    )
    text = f"{new.row.dosage_text}. {amount}, reit {terms.refills}, til {words.day(terms.expires_on)}"
    return SignItem(
        kind=kinds.get(new.row.unsent_verb, "Ny resept") if terms.previous_id else "Ny resept",
        text_bold=new.row.name_form_strength,
        text=text,
        treatment_id=new.row.pk,
    )


def _number(value: object) -> str:
    return f"{value:f}".rstrip("0").rstrip(".").replace(".", ",") if value is not None else ""


def _recall_item(recall: Recall) -> SignItem:
    prescription = recall.prescription
    written = f"resept av {words.day(prescription.prescribed_on)}"
    return SignItem(
        kind="Tilbakekalling",
        text_bold=recall.row.name_form_strength if recall.row else "Resept",
        text=f"{written}, {RECALLS.get(prescription.recall_reason, 'tilbakekalles')}",
        treatment_id=recall.row.pk if recall.row else None,
    )


def _warnings(found: Pending) -> tuple[str, ...]:
    warnings = [WITHOUT.format(row.name_form_strength) for row in found.rows if row.pk in found.without]
    if found.head.newer_identity:
        warnings.append("Pasienten har fått nytt fødselsnummer. Reseptformidleren kan avvise meldingene.")
    if found.list_is_owed:
        warnings.append(
            "Legemiddellisten (PLL) sendes ikke av deg. Den merkes «ikke oppdatert», og legen får en oppgave."
        )
    if found.locked_rows and found.sends_list:
        count = len(found.locked_rows)
        warnings.append(f"{count} behandling{'' if count == 1 else 'er'} med låst resept står ikke i PLL.")
    if found.locked:
        warnings.append("Pasienten må få referansenummeret. Skriv det ut når det er sendt.")
    if not found.person.has_national_id:
        warnings.append("Pasienten kan ikke slås opp i Reseptformidleren uten fødselsnummer eller D-nummer.")
    return tuple(warnings)


def _rf_age(patient_key: UUID) -> str:
    status = SourceStatus.objects.filter(patient_key=patient_key, source="RF").first()
    if status is None or status.succeeded_at is None:
        return "Reseptformidleren er ikke slått opp"
    return f"Reseptformidleren slått opp {words.clock_time(status.succeeded_at)}"


def require_signer(by: Actor) -> None:
    """Raise Forbidden for those who have nothing to sign: neither prescriptions nor the list."""
    if not (by.may(rights.PRESCRIBE) or by.may(PLL_PERMISSION)):
        raise Forbidden
