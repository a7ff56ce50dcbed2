"""The names of what a person may do. Every view and API operation names one of these."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """(Rettighet) `label` is how the personnel portal says it."""

    LIB_VIEW = "lib.view"
    LIB_LOOKUP_RF = "lib.lookup_rf"
    LIB_LOOKUP_KJ = "lib.lookup_kj"
    LIB_DRAFT = "lib.draft"
    LIB_EDIT_OWN = "lib.edit_own"
    LIB_EDIT_LOCAL = "lib.edit_local"
    LIB_DRAFT_CONFIRM = "lib.draft_confirm"
    LIB_CONFIRM_IN_USE = "lib.confirm_in_use"
    RX_PRESCRIBE = "rx.prescribe"
    RX_PRESCRIBE_GROUP_A = "rx.prescribe_group_a"
    RX_PRESCRIBE_GROUP_B = "rx.prescribe_group_b"
    RX_RECALL_OTHERS = "rx.recall_others"
    RX_SCOPE_CONTRACEPTION = "rx.scope_contraception"
    RX_SCOPE_DENTAL = "rx.scope_dental"
    RX_SCOPE_VACCINE = "rx.scope_vaccine"
    PLL_SEND = "pll.send"
    PLL_SIGN = "pll.sign"
    DRAFT_APPROVE = "draft.approve"
    REACTION_DRAFT = "reaction.draft"
    REACTION_REGISTER = "reaction.register"
    MULTIDOSE_VIEW = "multidose.view"
    MULTIDOSE_MANAGE = "multidose.manage"
    MULTIDOSE_REGISTER_RESPONSIBLE = "multidose.register_responsible"
    REIMBURSEMENT_QUERY = "reimbursement.query"
    REIMBURSEMENT_APPLY = "reimbursement.apply"
    LAR_MANAGE = "lar.manage"
    HISTORY_EXTENDED = "history.extended"
    PRINTOUT_MAKE = "printout.make"
    REVIEW_WRITE = "review.write"
    ADMIN_USERS = "admin.users"
    ADMIN_ROLES = "admin.roles"
    ADMIN_ORGANISATION = "admin.organisation"
    ADMIN_LOGS = "admin.logs"
    SUPPORT_ACT_AS = "support.act_as"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS: dict[str, str] = {
    Permission.LIB_VIEW: "Se legemidler i bruk",
    Permission.LIB_LOOKUP_RF: "Slå opp i Reseptformidleren",
    Permission.LIB_LOOKUP_KJ: "Slå opp i kjernejournal",
    Permission.LIB_DRAFT: "Forberede endringer som utkast",
    Permission.LIB_EDIT_OWN: "Endre egne oppføringer",
    Permission.LIB_EDIT_LOCAL: "Endre listen lokalt",
    Permission.LIB_DRAFT_CONFIRM: "Foreslå at et legemiddel er i bruk",
    Permission.LIB_CONFIRM_IN_USE: "Bekrefte at et legemiddel er i bruk",
    Permission.RX_PRESCRIBE: "Forskrive",
    Permission.RX_PRESCRIBE_GROUP_A: "Forskrive reseptgruppe A",
    Permission.RX_PRESCRIBE_GROUP_B: "Forskrive reseptgruppe B",
    Permission.RX_RECALL_OTHERS: "Tilbakekalle andres resepter",
    Permission.RX_SCOPE_CONTRACEPTION: "Forskrivning begrenset til prevensjon",
    Permission.RX_SCOPE_DENTAL: "Forskrivning begrenset til tannlegers virksomhet",
    Permission.RX_SCOPE_VACCINE: "Rekvirering begrenset til vaksiner",
    Permission.PLL_SEND: "Sende pasientens legemiddelliste",
    Permission.PLL_SIGN: "Signere pasientens legemiddelliste",
    Permission.DRAFT_APPROVE: "Godkjenne andres utkast",
    Permission.REACTION_DRAFT: "Foreslå kritisk legemiddelreaksjon",
    Permission.REACTION_REGISTER: "Registrere kritisk legemiddelreaksjon",
    Permission.MULTIDOSE_VIEW: "Se multidose",
    Permission.MULTIDOSE_MANAGE: "Endre multidose",
    Permission.MULTIDOSE_REGISTER_RESPONSIBLE: "Registrere multidoseansvarlig lege",
    Permission.REIMBURSEMENT_QUERY: "Spørre om vedtak om stønad",
    Permission.REIMBURSEMENT_APPLY: "Søke om individuell stønad",
    Permission.LAR_MANAGE: "Forskrive i legemiddelassistert rehabilitering",
    Permission.HISTORY_EXTENDED: "Se utvidet historikk",
    Permission.PRINTOUT_MAKE: "Lage utskrift",
    Permission.REVIEW_WRITE: "Skrive legemiddelgjennomgang",
    Permission.ADMIN_USERS: "Administrere brukere",
    Permission.ADMIN_ROLES: "Administrere rettigheter",
    Permission.ADMIN_ORGANISATION: "Administrere virksomheten",
    Permission.ADMIN_LOGS: "Se tilgangslogg og meldingslogg",
    Permission.SUPPORT_ACT_AS: "Slippe inn supportbruker",
}

SCOPES = frozenset(
    {Permission.RX_SCOPE_CONTRACEPTION, Permission.RX_SCOPE_DENTAL, Permission.RX_SCOPE_VACCINE}
)
"""Permissions that narrow another one: they follow the category and cannot be given or taken."""
