"""The names of what a person may do. Every view and API operation names one of these."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """(Rettighet) `label` is how the personnel portal says it."""

    label: str

    def __new__(cls, code: str, label: str) -> Permission:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member

    LIB_VIEW = "lib.view", "Se legemidler i bruk"
    LIB_LOOKUP_RF = "lib.lookup_rf", "Slå opp i Reseptformidleren"
    LIB_LOOKUP_KJ = "lib.lookup_kj", "Slå opp i kjernejournal"
    LIB_DRAFT = "lib.draft", "Forberede endringer som utkast"
    LIB_EDIT_OWN = "lib.edit_own", "Endre egne oppføringer"
    LIB_EDIT_LOCAL = "lib.edit_local", "Endre listen lokalt"
    LIB_CONFIRM_IN_USE = "lib.confirm_in_use", "Bekrefte at et legemiddel er i bruk"
    RX_PRESCRIBE = "rx.prescribe", "Forskrive"
    RX_PRESCRIBE_GROUP_A = "rx.prescribe_group_a", "Forskrive reseptgruppe A"
    RX_PRESCRIBE_GROUP_B = "rx.prescribe_group_b", "Forskrive reseptgruppe B"
    RX_RECALL_OTHERS = "rx.recall_others", "Tilbakekalle andres resepter"
    RX_SCOPE_CONTRACEPTION = "rx.scope_contraception", "Forskrivning begrenset til prevensjon"
    RX_SCOPE_DENTAL = "rx.scope_dental", "Forskrivning begrenset til tannlegers virksomhet"
    RX_SCOPE_VACCINE = "rx.scope_vaccine", "Rekvirering begrenset til vaksiner"
    PLL_SEND = "pll.send", "Sende pasientens legemiddelliste"
    PLL_SIGN = "pll.sign", "Signere pasientens legemiddelliste"
    DRAFT_APPROVE = "draft.approve", "Godkjenne andres utkast"
    REACTION_DRAFT = "reaction.draft", "Foreslå kritisk legemiddelreaksjon"
    REACTION_REGISTER = "reaction.register", "Registrere kritisk legemiddelreaksjon"
    MULTIDOSE_VIEW = "multidose.view", "Se multidose"
    MULTIDOSE_MANAGE = "multidose.manage", "Endre multidose"
    MULTIDOSE_REGISTER_RESPONSIBLE = "multidose.register_responsible", "Registrere multidoseansvarlig lege"
    REIMBURSEMENT_QUERY = "reimbursement.query", "Spørre om vedtak om stønad"
    REIMBURSEMENT_APPLY = "reimbursement.apply", "Søke om individuell stønad"
    LAR_MANAGE = "lar.manage", "Forskrive i legemiddelassistert rehabilitering"
    HISTORY_EXTENDED = "history.extended", "Se utvidet historikk"
    PRINTOUT_MAKE = "printout.make", "Lage utskrift"
    REVIEW_WRITE = "review.write", "Skrive legemiddelgjennomgang"
    ADMIN_USERS = "admin.users", "Administrere brukere"
    ADMIN_ROLES = "admin.roles", "Administrere rettigheter"
    ADMIN_ORGANISATION = "admin.organisation", "Administrere virksomheten"
    ADMIN_LOGS = "admin.logs", "Se tilgangslogg og meldingslogg"
    SUPPORT_ACT_AS = "support.act_as", "Slippe inn supportbruker"


SCOPES = frozenset(
    {Permission.RX_SCOPE_CONTRACEPTION, Permission.RX_SCOPE_DENTAL, Permission.RX_SCOPE_VACCINE}
)
"""Permissions that narrow another one: they follow the category and cannot be given or taken."""
