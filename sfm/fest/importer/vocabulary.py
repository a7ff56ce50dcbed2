"""Element names of M30 2.5.1. The external spelling stays as it is."""

from __future__ import annotations

M30 = "http://www.kith.no/xmlstds/eresept/m30/2014-12-01"
FS = "http://www.kith.no/xmlstds/eresept/forskrivning/2014-12-01"
ROOT = f"{{{M30}}}FEST"
EXTRACTED = f"{{{M30}}}HentetDato"
VOLVEN = "2.16.578.1.12.4.1.1."

CATALOGUES = (
    "LegemiddelMerkevare",
    "Legemiddelpakning",
    "Virkestoff",
    "OrdineringVirkestoff",
    "LegemiddelVirkestoff",
    "Handelsvare",
    "Diagnose",
    "Refusjon",
    "Vilkar",
    "VarselSlv",
    "Kodeverk",
    "Byttegruppe",
    "Legemiddeldose",
    "Interaksjon",
    "StrDosering",
)
MANDATORY = ("Virkestoff", "LegemiddelMerkevare", "Legemiddelpakning", "LegemiddelVirkestoff", "Kodeverk")
ENTRY_TAGS = tuple(f"{{{M30}}}Oppf{name}" for name in CATALOGUES)
CATALOGUE_OF = dict(zip(ENTRY_TAGS, CATALOGUES, strict=True))
REFERENCE_TAGS = tuple(
    f"{{{namespace}}}{name}"
    for namespace, names in {
        FS: (
            "RefVilkar",
            "RefRefusjonsgruppe",
            "RefByttegruppe",
            "RefVirkestoff",
            "RefVirkestoffMedStyrke",
            "RefLegemiddelMerkevare",
            "RefPakning",
            "RefBlandingsveske",
        ),
        M30: ("RefVilkar", "RefVirkestoff", "RefElement"),
    }.items()
    for name in names
)
