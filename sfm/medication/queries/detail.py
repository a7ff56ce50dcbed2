"""(Detaljvisning) Everything about one treatment (clinical.md 3.4)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sfm.core import clock
from sfm.core.errors import NotFound
from sfm.medication import particulars
from sfm.medication.models import MedicationList, Prescription, Treatment, TreatmentEvent
from sfm.medication.queries import authorship, chains, draft_rows, fields, reminders, row_view, words
from sfm.medication.queries.rows import ChainLink, Detail, HistoryLine
from sfm.medication.rules import reasons, rights

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.core.actor import Actor

VERBS = {
    "created": "Opprettet",
    "changed": "Endret",
    "renewed": "Fornyet",
    "prescribed": "Resept opprettet",
    "discontinued": "Seponert",
    "reactivated": "Tatt i bruk igjen",
    "recalled": "Resept tilbakekalt",
    "confirmed": "Bekreftet i bruk",
    "undone": "Angret",
    "signed": "Signert og sendt",
    "merged": "Oppdatert fra oppslag",
    "imported": "Funnet i oppslag",
    "rejected": "Avvist av Reseptformidleren",
    "accepted": "Mottatt av Reseptformidleren",
    "warning_decided": "Varsel håndtert",
    "terms_confirmed": "Vilkår for refusjon bekreftet",
    "suspended": "Pauset",
    "resumed": "Gjenopptatt",
    "entered_in_error": "Slettet (feilregistrert)",
    "dismissed": "Lagt bort som ikke aktuelt",
    "brought_back": "Hentet fram igjen",
    "review_date_set": "Revurderingsdato satt",
    "to_multidose": "Flyttet til multidose",
    "from_multidose": "Flyttet ut av multidose",
    "linked": "Slått sammen",
    "kept_both": "Beholdt ved siden av en som ligner",
    "recalled_older": "Eldre resepter tilbakekalt",
    "kept_ours": "Konflikt avgjort: beholdt vår",
    "took_theirs": "Konflikt avgjort: tok deres",
    "migrated": "Innflyttet reseptversjon",
}
RECALL_REASONS = {
    "1": "Fornying",
    "2": "Seponering",
    "3": "Fornying med endring",
    "4": "Annen",
    "5": "Slettet",
}


def load(treatment_id: UUID, *, patient_key: UUID, actor: Actor) -> Detail:
    """Raises NotFound for a foreign or unknown row. Five SQL queries."""
    treatment = Treatment.objects.filter(pk=treatment_id, patient_key=patient_key).first()
    if treatment is None or treatment.is_erased:
        raise NotFound
    own = Prescription.objects.filter(patient_key=patient_key, treatment_id=treatment_id)
    prescriptions = list(own.order_by("-prescribed_on", "-created"))
    draft = draft_rows.of_treatment(treatment_id, patient_key=patient_key)
    history = TreatmentEvent.objects.filter(treatment_id=treatment_id, patient_key=patient_key).order_by(
        "-at"
    )
    chain = chains.chain(prescriptions)
    row = row_view.row(
        treatment,
        chain,
        draft,
        actor=actor,
        today=clock.today(),
        multidose=_has_multidose(patient_key),
        editable=authorship.may_edit(actor, patient_key=patient_key, treatment_id=treatment_id),
    )
    if actor.may(rights.PRESCRIBE) and reminders.of_expiry(
        (one.pk for one in prescriptions), patient_key=patient_key
    ):
        row = replace(row, actions=(*row.actions, "dismiss_expiry"))
    return Detail(
        row=row,
        facts=facts(treatment),
        prescriptions=tuple(_link(prescription) for prescription in prescriptions),
        history=tuple(history_line(event) for event in history),
        sources=explain(treatment, prescriptions),
    )


def facts(treatment: Treatment) -> tuple[tuple[str, str], ...]:
    found = [
        ("Legemiddel", treatment.name_form_strength),
        ("Merkevare", treatment.brand),
        ("ATC", f"{treatment.atc} {treatment.atc_name}".strip()),
        ("Reseptgruppe", treatment.dispensing_group),
        ("Legemiddelbruk", words.USE_TYPES.get(treatment.use_type, "")),
        ("Dosering", treatment.dosage_text),
        ("Begrunnelse for doseringen", (treatment.dosage or {}).get("reason", "")),
        ("Bruksområde", treatment.indication_text),
        ("Start", _day(treatment.starts_on)),
        ("Sluttdato dosering", _day(treatment.dosage_ends_on)),
        ("Seponeringstidspunkt", _instant(treatment.discontinued_at)),
        ("Seponeringsårsak", reasons.DISCONTINUATION.get(treatment.discontinuation_reason, "")),
        ("Merknad til seponering", treatment.discontinuation_note),
        ("Pauset", _pause(treatment)),
        ("Grunn til pause", treatment.suspension_note or ""),
        ("Revurderes", _day(treatment.review_date)),
        ("Sist gjennomgått", _joined(_instant(treatment.reviewed_at), treatment.reviewed_by)),
        ("Registrert av", treatment.registered_by),
        ("Sist endret", _joined(_instant(treatment.last_changed), treatment.last_changed_by)),
    ]
    return tuple((label, value) for label, value in found if value)


def explain(treatment: Treatment, prescriptions: list[Prescription]) -> tuple[tuple[str, str, str], ...]:
    """«Hvorfor ser jeg dette?»: attribute, source, value."""
    origin = words.sources(treatment.sources)
    lines = [
        ("Behandlingen", origin, treatment.review_note or treatment.name_form_strength),
        ("Dosering", treatment.last_changed_by or origin, treatment.dosage_text),
    ]
    for prescription in prescriptions:
        if prescription.rf_status:
            gone = prescription.rf_missing_since
            seen = _instant(gone or prescription.rf_status_at)
            status = words.GONE_FROM_RF if gone else words.RF_STATUS[prescription.rf_status]
            lines.append((f"Resept {_day(prescription.prescribed_on)}", f"RF {seen}".strip(), status))
    found = treatment.difference or {}
    if "before" in found and "after" in found:
        lines.append(("Endret", found.get("by", ""), f"{found['before']} → {found['after']}"))
    return tuple(lines)


def _link(prescription: Prescription) -> ChainLink:
    dispensed = tuple(
        " ".join(
            part
            for part in (_iso_day(entry.get("at", "")), entry.get("name", ""), entry.get("amount", ""))
            if part
        )
        for entry in prescription.dispensed
    )
    writer = ", ".join(
        part for part in (prescription.prescriber_name, prescription.prescriber_organisation) if part
    )
    return ChainLink(
        id=prescription.pk,
        prescribed_on=prescription.prescribed_on,
        headline=_headline(prescription),
        prescriber=writer,
        status=row_view.state_text(prescription),
        detail=_what_happened(prescription),
        dispensings=dispensed,
    )


def _headline(prescription: Prescription) -> str:
    parts = [row_view.headline(prescription)]
    if prescription.quantity is not None:
        parts.append(f"{prescription.quantity.normalize():f} {prescription.quantity_unit}".replace(".", ","))
    elif prescription.package_count is not None:
        parts.append(f"{prescription.package_count.normalize():f} pakning(er)".replace(".", ","))
    if prescription.refills:
        parts.append(f"reit {prescription.refills}")
    return ", ".join([*parts, f"til {words.day(prescription.expires_on)}"])


def _what_happened(prescription: Prescription) -> str:
    parts = [error["text"] for error in prescription.errors]
    if prescription.locked and prescription.reference_number:
        parts.append(f"Låst. Referansenummer {prescription.reference_number}")
    if prescription.agency_status:
        said = f"Godkjenningsfritak: {words.AGENCY_STATUS[prescription.agency_status].lower()}"
        parts.append(f"{said}. {prescription.agency_note or ''}".strip())
    parts += _particulars(prescription)
    if prescription.signature in words.DOUBTFUL_SIGNATURES:
        parts.append(words.DOUBTFUL)
    if prescription.recall_reason:
        reason = RECALL_REASONS.get(prescription.recall_reason, "")
        parts.append(f"Tilbakekalling: {reason} {_instant(prescription.recalled_at)}".strip())
    return "; ".join(parts)


def _particulars(prescription: Prescription) -> list[str]:
    """What an ordinary prescription does not say."""
    said = particulars.from_data(prescription.particulars)
    wanted = said.dispensing_request
    told = {
        "LAR": said.lar,
        "Til egen praksis": said.own_practice,
        "I eget navn": said.own_name,
        "Skjult for verge": said.guardian_reservation,
        "Bekreftet ikke fertil": said.not_fertile,
        f"Reservert mot bytte: {said.substitution_reason}": bool(said.substitution_reason),
        f"Ekspederingsanmodning til {wanted.name if wanted else ''}": wanted is not None,
        f"Startet av {said.initiator.words if said.initiator else ''}": said.initiator is not None,
        f"Diagnose {said.diagnosis.code if said.diagnosis else ''}": said.diagnosis is not None,
        f"Godkjenningsfritak, begrunnelse: {said.unlicensed.reason if said.unlicensed else ''}": said.unlicensed
        is not None,
    }
    return [text for text, applies in told.items() if applies]


def history_line(event: TreatmentEvent) -> HistoryLine:
    return HistoryLine(
        at=event.at,
        by=event.by_name,
        verb=VERBS.get(event.verb, event.verb),
        changes=fields.differences(event.before, event.after),
        note=event.note,
    )


def _pause(treatment: Treatment) -> str:
    if treatment.suspended_from is None:
        return ""
    until = f"til {_day(treatment.suspended_to)}" if treatment.suspended_to else "til videre"
    return f"fra {_day(treatment.suspended_from)} {until}"


def _has_multidose(patient_key: UUID) -> bool:
    head = MedicationList.objects.filter(patient_key=patient_key).first()
    return head is not None and head.has_multidose


def _day(value: object) -> str:
    return words.day(value) if value else ""  # type: ignore[arg-type]


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _instant(value: object) -> str:
    return f"{words.day(words.local_day(value))} kl. {clock.local(value):%H:%M}" if value else ""  # type: ignore[arg-type]


def _iso_day(value: str) -> str:
    return fields.day(value) if value else ""
