"""How the organisation portal says the codes of the access log."""

from __future__ import annotations

from dataclasses import dataclass

from sfm.medication.queries.detail import VERBS


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A cut of the log; `actions` are prefixes."""

    label: str
    actions: tuple[str, ...]
    without_encounter: bool = False  # only what no consultation stands behind


ABOUT_PATIENTS = {  # what the record system fetches and stores through the API, FHIR type by FHIR type
    "Patient": "pasienten",
    "List": "legemiddellisten",
    "MedicationStatement": "legemidlene",
    "AllergyIntolerance": "kritiske reaksjoner",
    "Basic": "journalnotatene",
    "Task": "oppgavene",
    "Condition": "diagnosene",
    "Observation": "måleverdiene",
    "Binary": "en melding",
}
ABOUT_THE_HOUSE = {
    "Medication": "legemiddelkatalogen",
    "Substance": "legemiddelkatalogen",
    "StructureDefinition": "profilene",
    "CodeSystem": "kodeverkene",
    "Organization": "virksomheten",
    "Practitioner": "helsepersonell",
    "Person": "brukere",
}
API_VERBS = {"read": "hentet", "create": "registrerte", "update": "endret"}

READING = (
    "patient.open",
    "read.",
    "lookup.",
    "ticket.",
    "hpr.",
    "print",
    "review.search",
    *(f"{kind}.read" for kind in ABOUT_PATIENTS),
)
CHANGING = (
    "treatment.", "draft.", "reaction.", "review.", "list.", "message.", "warning.", "reminder.", "lar.",
    "reimbursement.", "protocol.begun", "diagnosis.", "measurement.",
    "patient.change_number", "patient.merge", "patient.join", "patient.erase",
    *(f"{kind}.{verb}" for kind in ABOUT_PATIENTS for verb in ("create", "update")),
)  # fmt: skip
CHOICES = {
    "opened": Choice(label="Åpnet pasient", actions=("patient.open",)),
    "unexplained": Choice(
        label="Åpnet pasient uten konsultasjon", actions=("patient.open",), without_encounter=True
    ),
    "read": Choice(label="Alle innsyn og oppslag", actions=READING),
    "changed": Choice(label="Endringer og sending", actions=CHANGING),
    "admin": Choice(
        label="Administrasjon",
        actions=(
            "admin.",
            "log.",
            "own_product.",
            "fest.",
            "template.",
            "protocol.",
            "dispatch_comment.",
            "migration.",
            *(f"{kind}." for kind in ABOUT_THE_HOUSE),
        ),
    ),
    "session": Choice(label="Innlogging og avviste forsøk", actions=("session.", "access.", "api.")),
    "all": Choice(label="Alt", actions=()),
}
ACTIONS = {
    "patient.open": "Åpnet pasienten",
    "patient.change_number": "Endret nummer på pasienten",
    "patient.erase": "Slettet identiteten",
    "read.list": "Så legemidler i bruk",
    "read.treatment": "Så en behandling",
    "read.history": "Så historikk",
    "read.messages": "Så meldinger",
    "read.reactions": "Så kritiske reaksjoner",
    "read.drafts": "Så utkast",
    "read.signing": "Så hva som kan signeres",
    "lookup.start": "Slo opp i RF og kjernejournal",
    "ticket.issue": "Journalsystemet ba om pasientbillett",
    "read.reconciliation": "Så samstemmingen",
    "lookup.history": "Hentet tre års historikk",
    "draft.submitted": "Laget utkast",
    "draft.changed": "Endret utkast",
    "draft.approved": "Godkjente utkast",
    "draft.rejected": "Avviste utkast",
    "draft.withdrawn": "Trakk utkast",
    "draft.approved_changed": "Godkjente utkast med endring",
    "draft.deferred": "Utsatte utkast",
    "reminder.dismissed": "Slo av påminnelse om resept som utløper",
    "message.signed": "Signerte melding",
    "lar.flagged": "Merket pasienten som LAR-pasient",
    "lar.unflagged": "Tok bort merket LAR-pasient",
    "patient.join": "Samlet opplysningene om to utgaver av pasienten",
    "dispatch_comment.saved": "Lagret en merknad til apotek",
    "dispatch_comment.default": "Valgte en merknad til apotek som fast",
    "dispatch_comment.retired": "Slettet en merknad til apotek",
    "hpr.read": "Hentet fra HPR",
    "patient.merge": "Slo sammen to utgaver av pasienten",
    "own_product.saved": "Lagret eget legemiddel",
    "own_product.retired": "Fjernet eget legemiddel",
    "fest.gone": "FEST: legemidler i bruk er utgått",
    "warning.decided": "Håndterte et varsel",
    "read.reimbursement": "Så vedtak og søknader til Helfo",
    "lookup.helfo": "Spurte Helfo",
    "log.alerts": "Så varselstatistikken",
    "reimbursement.begun": "Begynte på søknad til Helfo",
    "reimbursement.applied": "Sendte søknad til Helfo",
    "reimbursement.abandoned": "Forkastet søknad til Helfo",
    "reimbursement.decision": "Registrerte vedtak om stønad",
    "reimbursement.decision_retired": "Fjernet vedtak om stønad",
    "reimbursement.granted": "Helfo innvilget en søknad",
    "reimbursement.refused": "Helfo avslo en søknad",
    "reimbursement.dismissed": "Helfo avviste en søknad",
    "reimbursement.manual": "Helfo tok en søknad til behandling",
    "reaction.none_known": "Registrerte «ingen kjente»",
    "reaction.changed": "Endret kritisk reaksjon",
    "reaction.structured": "Strukturerte kritisk reaksjon",
    "reaction.merged": "Slo sammen kritiske reaksjoner",
    "reaction.merged_away": "Slo sammen kritiske reaksjoner",
    "reaction.told": "Meldte kritisk reaksjon til kjernejournal",
    "review.started": "Begynte legemiddelgjennomgang",
    "review.saved": "Lagret legemiddelgjennomgang",
    "review.closed": "Avsluttet legemiddelgjennomgang",
    "review.abandoned": "Forkastet legemiddelgjennomgang",
    "review.search": "Søkte i legemiddelgjennomganger",
    "read.reviews": "Så legemiddelgjennomganger",
    "read.review": "Så en legemiddelgjennomgang",
    "print.preview": "Så på utskrift",
    "print": "Skrev ut",
    "reaction.registered": "Registrerte kritisk reaksjon",
    "reaction.refuted": "Avkreftet kritisk reaksjon",
    "template.saved": "Lagret en mal",
    "template.renamed": "Ga en mal nytt navn",
    "template.shared": "Delte en mal",
    "template.private": "Sluttet å dele en mal",
    "template.retired": "Slettet en mal",
    "protocol.saved": "Lagret en protokoll",
    "protocol.shared": "Delte en protokoll",
    "protocol.private": "Sluttet å dele en protokoll",
    "protocol.retired": "Slettet en protokoll",
    "protocol.begun": "Startet en protokoll",
    "list.signed": "Signerte og sendte",
    "message.resent": "Sendte melding på nytt",
    "message.withdrawn": "Trakk melding før sending",
    "session.create": "Journalsystemet opprettet økt",
    "session.login": "Logget inn",
    "session.refresh": "Økten ble fornyet",
    "session.end": "Logget ut",
    "session.denied": "Innlogging avvist",
    "access.denied": "Forsøkte en side uten rettighet",
    "api.denied": "Journalsystemet ble avvist",
    "admin.user.block": "Sperret bruker",
    "admin.user.unblock": "Åpnet sperret bruker",
    "admin.right.set": "Endret en rettighet",
    "admin.profile.set": "Endret standardoppsettet for en kategori",
    "admin.unit.register": "Registrerte enhet",
    "admin.unit.change": "Endret enhet",
    "admin.unit.activate": "Aktiverte enhet",
    "admin.unit.deactivate": "Deaktiverte enhet",
    "admin.unit.verify": "Spurte Reseptformidleren på nytt om enhet",
    "message.verify": "Meldte enhet til Reseptformidleren",
    "migration.begin": "Begynte å laste opp innflyttingsfil",
    "migration.withdraw": "Avbrøt innflyttingsfil",
    "migration.again": "Leste inn innflyttingsfil på nytt",
    "migration.taken": "Tok inn innflyttingsfil",
    "migration.failed": "Innflyttingsfil feilet",
    "migration.view": "Så på innflyttingen",
    "migration.export": "Lastet ned innflyttingsrapport",
    "diagnosis.stated": "Tok imot diagnose fra journalsystemet",
    "measurement.stated": "Tok imot måleverdi fra journalsystemet",
    "admin.outbox.revive": "Satte stoppet arbeid i kø igjen",
    "log.read": "Så innsynsloggen",
    "log.patient": "Søkte i innsynsloggen",
    "log.export": "Eksporterte innsynsloggen",
    "log.messages": "Så meldingsloggen",
}
RESULTS = {"ok": "Utført", "denied": "Avvist", "failed": "Feilet"}
SOURCES = {
    "portal": "Portal",
    "api": "Journalsystemet",
    "job": "Bakgrunn",
    "kj": "Kjernejournal",
    "rf": "Reseptformidleren",
    "command": "Drift",
}


def action(code: str) -> str:
    if code in ACTIONS:
        return ACTIONS[code]
    kind, _, verb = code.partition(".")
    if kind == "treatment" and verb in VERBS:
        return f"Behandling: {VERBS[verb].lower()}"
    asked_for = (ABOUT_PATIENTS | ABOUT_THE_HOUSE).get(kind)
    return f"Journalsystemet {API_VERBS[verb]} {asked_for}" if asked_for and verb in API_VERBS else code
