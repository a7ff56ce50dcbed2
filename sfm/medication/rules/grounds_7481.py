"""Volven 7481: why Helfo refuses or does not consider an application."""

from __future__ import annotations

GROUNDS = {
    "1": "Det er utilstrekkelig med vitenskapelig dokumentasjon",
    "2": "Det er ikke forsøkt tilstrekkelig forhåndsgodkjente preparater",
    "3": "Det foreligger ikke tungtveiende medisinske hensyn som gjør at forhåndsgodkjente legemidler ikke kan "
    "benyttes",
    "4": "Det er ikke forsøkt tilstrekkelig med relevante markedsførte preparater",
    "5": "Preparatet er ikke klassifisert som legemiddel",
    "6": "Preparatet det er søkt om er et reseptfritt legemiddel. Foruten enkelte angitte unntak dekkes ikke "
    "reseptfrie legemidler.",
    "7": "Behandlingen er ikke instituert av relevant spesialist",
    "8": "Søknaden kommer ikke fra relevant spesialist",
    "9": "Diagnosen omfattes hverken av en refusjonskode i §§ 2 og 3a, eller av unntaksreglene i § 3b",
    "10": "Det er ikke behov for gjentatt behandling over en langvarig periode",
    "11": "Behandlingen skjer ikke utenfor sykehus eller kommunal institusjon",
    "12": "Kravet til kronisk sykdom er ikke oppfylt",
    "13": "Manglende opplysninger",
    "14": "Annet",
    "15": "Behandlingen er ikke dokumentert kostnadseffektiv",
    "16": "Vilkår for unntaksvis bruk er ikke oppfylt",
    "17": "Bruker ikke identifisert",
    "18": "Duplikat",
    "19": "Manglende medlemskap i Folketrygden",
    "20": "Det foreligger ikke alvorlig, eller risiko for alvorlig sykdom",
    "21": "Ressursbruken står ikke i et rimelig forhold til nytten av legemidlet hensyntatt tilstandens alvorlighet",
    "22": "Det er ikke særskilte forhold ved pasienten som gjør at det kan ytes unntaksvis stønad til metodevurdert "
    "legemiddel",
    "23": "Ikke omfattet av folketrygdens finansieringsansvar",
    "24": "Søknaden kommer ikke fra pasientens fastlege",
}


def text(code: str) -> str:
    """The ground in words; a code Helfo has and we do not is shown as it is."""
    return GROUNDS.get(code, code)
