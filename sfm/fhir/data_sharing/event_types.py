"""What a journal note or the change indicator can be about (integration.md 8.3), code → display. Those that count in
the indicator change what another user sees of the list."""

from __future__ import annotations

from typing import Final

COUNTED: Final = {
    "TreatmentCreated": "Ny behandling",
    "TreatmentChanged": "Behandling endret",
    "TreatmentDiscontinued": "Seponert",
    "TreatmentDiscontinuationReversed": "Seponering angret",
    "TreatmentPaused": "Pause",
    "TreatmentResumed": "Gjenopptatt",
    "TreatmentImported": "Tatt inn i listen",
    "TreatmentMerged": "Slått sammen",
    "TreatmentDeleted": "Slettet",
    "ReseptCreated": "Resept sendt",
    "ReseptRenewal": "Resept fornyet",
    "ReseptRenewalWithChange": "Resept fornyet med endring",
    "ReseptRecalled": "Resept tilbakekalt",
    "ReseptRecalledByOther": "Resept tilbakekalt av annen",
    "ReseptPrinted": "Papirresept skrevet ut",
    "PllReceived": "PLL mottatt",
    "MultidoseResponsibilityRegistered": "Multidoseansvar registrert",
    "MultidoseResponsibilityDeregistered": "Multidoseansvar avsluttet",
    "MultidoseOrderSent": "Multidosemelding sendt",
    "MultidoseQuestionAnswered": "Spørsmål fra apotek besvart",
    "ReactionRegistered": "Legemiddelreaksjon registrert",
    "ReactionChanged": "Legemiddelreaksjon endret",
    "ReactionRefuted": "Legemiddelreaksjon avkreftet",
    "ReactionDeleted": "Legemiddelreaksjon slettet",
    "ReviewRegistered": "Legemiddelgjennomgang",
    "InrRecorded": "INR og dosering",
}
OTHERS: Final = {
    "TreatmentConfirmed": "Bekreftet i bruk",
    "TreatmentNotImported": "Ikke tatt inn",
    "ReseptSendFailed": "Sending feilet",
    "DraftCreated": "Utkast laget",
    "DraftChanged": "Utkast endret",
    "DraftApproved": "Utkast godkjent",
    "DraftRejected": "Utkast avvist",
    "DraftWithdrawn": "Utkast trukket",
    "LibSigned": "Legemiddelliste signert",
    "PllSent": "PLL sendt",
    "InteractionHandled": "Interaksjon vurdert",
    "AlertOverridden": "Varsel vurdert",
    "HelfoApplicationSent": "Refusjonssøknad sendt",
    "HelfoAnswerReceived": "Svar på refusjonssøknad",
    "ExemptionApplicationSent": "Søknad om godkjenningsfritak sendt",
    "ExemptionAnswerReceived": "Svar om godkjenningsfritak",
}
EVERY: Final = COUNTED | OTHERS
