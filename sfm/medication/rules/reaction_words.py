"""Code lists of critical reactions: 7497, 7521, 7520."""

from __future__ import annotations

REACTIONS = {
    "1": "Anafylaktisk reaksjon",
    "2": "Blodtrykksfall",
    "3": "Alvorlig arytmi",
    "4": "Larynxødem",
    "5": "Astma",
    "6": "Uspesifisert tung pust",
    "7": "Redusert bevissthet/forvirring",
    "8": "Generaliserte kramper",
    "9": "Angioødem/alvorlig generalisert urticaria",
    "10": "Alvorlig hudreaksjon",
    "11": "Mindre alvorlig hudreaksjon",
    "12": "Irritasjon i slimhinner",
    "13": "Oppkast, diaré, magesmerter",
    "14": "Nyresvikt/redusert nyrefunksjon",
    "15": "Blodaplasier/bloddysplasier",
    "16": "Leversvikt/redusert leverfunksjon",
    "17": "Rhabdomyolyse",
    "18": "Annen alvorlig reaksjon",
    "19": "Annen mindre alvorlig reaksjon",
    "20": "Ukjent reaksjon",
}
CERTAINTIES = {"1": "Mistenkt", "2": "Sannsynlig", "3": "Bekreftet"}
SEVERITIES = {"1": "Alvorlig", "2": "Mindre alvorlig"}
NEED_COMMENT = ("18", "19")  # M25-krav: «Annen reaksjon»
