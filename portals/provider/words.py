"""How the provider portal says codes of the outbox and of FEST."""

from __future__ import annotations

import re

KINDS = {
    "send": "Sending til Reseptformidleren",
    "ask": "Oppslag i RF og kjernejournal",
    "received": "Mottatte meldinger",
}
STATES = {"waiting": "Venter", "leased": "Under arbeid", "dead": "Stoppet"}
PROBLEMS = {
    "no message": "Meldingen finnes ikke lenger",
    "error": "Uventet feil under arbeidet",
}
TABLES = {
    "drug": "Legemidler",
    "substance": "Virkestoff",
    "strength": "Virkestoff med styrke",
    "substitutiongroup": "Byttegrupper",
    "reimbursementgroup": "Refusjonsgrupper",
    "term": "Vilkår",
    "interaction": "Interaksjoner",
    "notassessed": "Ikke vurderte interaksjoner",
    "shortdose": "Kortdoser",
    "commodity": "Handelsvarer",
    "notice": "Varsler",
    "codevalue": "Kodeverk",
}


OUTCOMES = {
    "imported": "Ny versjon tatt i bruk",
    "unchanged": "Ingenting nytt",
    "refused": "Avvist",
    "failed": "Feilet",
}
PRODUCTS = {"group": "Virkestoffnivå", "brand": "Merkevare", "package": "Pakning"}
CHANGES = {"new": "Ny", "changed": "Endret", "expired": "Utgått"}


def kind(code: str) -> str:
    return KINDS.get(code, code)


def element(name: str) -> str:
    """«KatLegemiddelMerkevare» as «Legemiddel merkevare»: FEST's own word, made readable."""
    words = re.sub(r"(?<=[a-zæøå])(?=[A-ZÆØÅ])", " ", name.removeprefix("Kat"))
    return words[:1].upper() + words[1:].lower()
