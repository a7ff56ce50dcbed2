"""The fixed texts of the error states E01–E20. Braces are filled in by the caller; see `text`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sfm.core.errors import SfmError

TEXTS = {
    "E01": "Reseptformidleren svarer ikke. Listen er fra {tid}. Du kan arbeide lokalt; sending venter.",
    "E02": "Kjernejournal svarer ikke. Siste oppslag {tid}.",
    "E03": "Pasienten er reservert i kjernejournal.",
    "E04": "Pasienten har sperret innsyn i Reseptformidleren.",
    "E05": "Du har ikke tilgang til Reseptformidleren. Opplysninger fra kjernejournal vises.",
    "E06": "Oppdater før sending.",
    "E07": "Pasienten har fått nytt fødselsnummer. Oppdater i journalsystemet.",
    "E08": "Du mangler rekvireringsrett for dette legemidlet.",
    "E09": "Produktet er utgått. Velg et annet.",
    "E10": "Reseptformidleren avviste meldingen: {årsak}.",
    "E11": "Vi vet ikke om resepten ble mottatt. Vi undersøker.",
    "E12": "{navn} endret raden {tid}.",
    "E13": "Pasienten må velges på nytt i journalsystemet.",
    "E14": "Økten er utløpt. Åpne pasienten på nytt i journalsystemet.",
    "E15": "Pasienten er byttet i et annet vindu.",
    "E16": "{antall} endringer er ikke sendt.",
    "E17": "Legemiddellisten er endret av {navn}. Se forskjellene.",
    "E18": "Tjenesten er midlertidig utilgjengelig.",
    "E19": "Tilbakekalles når ekspedering er ferdig.",
    "E20": "Innloggingsnivået er ikke høyt nok.",
}

TITLES = {
    "E12": "Noen andre var først",
    "E13": "Pasienten må velges på nytt",
    "E14": "Økten er utløpt",
    "E15": "Pasienten er byttet",
    "E17": "Listen er endret",
    "E18": "Tjenesten svarer ikke",
    "E20": "Innloggingen er ikke sterk nok",
}
BY_STATUS = {
    401: "Økten er utløpt",
    403: "Ikke tilgang",
    404: "Finnes ikke",
    409: "Noen andre var først",
    422: "Noe må rettes",
    429: "For mange forsøk",
    500: "Noe gikk galt",
    503: "Tjenesten svarer ikke",
}
ADVICE = {
    "E12": "Det du har skrevet står fortsatt her. Last raden på nytt for å se hva som er endret.",
    "E13": "Lukk pasienten i journalsystemet og åpne den igjen.",
    "E14": "Det du har skrevet står fortsatt her. Åpne pasienten på nytt fra journalsystemet før du går videre.",
    "E18": "Ingenting er lagret. Vent litt og prøv igjen.",
}


def text(code: str, **values: str) -> str:
    """The fixed text of an error state with its braces filled in."""
    return TEXTS[code].format(**values)


def title_for(error: SfmError) -> str:
    return TITLES.get(error.code) or BY_STATUS.get(error.status, "Forespørselen kunne ikke utføres")


def advice_for(error: SfmError) -> str:
    """What to do next; "" when the text itself says so."""
    return ADVICE.get(error.code, "")
