"""Norwegian words for what the list shows: dates, prescription states, sources. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.core import clock

if TYPE_CHECKING:
    from datetime import date, datetime

RF_STATUS = {
    "E": "Ekspederbar",
    "U": "Under ekspedering",
    "R": "Ferdig utlevert",
    "T": "Tilbakekalt",
    "F": "Foreldet",
    "B": "Hos DMP",
    "A": "Avslått av DMP",
    "X": "Ugyldig",
    "H": "Venter på HPR",
}
GONE_FROM_RF = "Finnes ikke lenger i Reseptformidleren"
DOUBTFUL_SIGNATURES = ("invalid", "untrusted", "expired_at_signing")
DOUBTFUL = "Signaturen kunne ikke bekreftes"
DELIVERY = {
    "draft": "Ikke sendt",
    "ready": "Klar til sending",
    "held": "Sendes om litt",
    "queued": "Sendes …",
    "awaiting_confirmation": "Sendt – venter på bekreftelse",
    "resign": "Må signeres på nytt",
    "accepted": "Sendt",
    "rejected": "Avvist",
    "withdrawn": "Trukket",
    "foreign": "",
}
TONE = {
    "draft": "unsent",
    "ready": "sending",
    "held": "sending",
    "queued": "sending",
    "awaiting_confirmation": "sending",
    "resign": "unsent",
    "accepted": "accepted",
    "rejected": "rejected",
    "withdrawn": "unsent",
    "foreign": "",
}
AGENCY_STATUS = {  # 7436
    "1": "Må vurderes hos apotek",
    "2": "Under behandling hos DMP",
    "3": "Innvilget",
    "4": "Avslått",
    "5": "Forhåndsgodkjent",
}
TYPES = {"E": "E-resept", "P": "Papirresept"}
USE_TYPES = {"1": "Fast", "2": "Kur", "3": "Ved behov", "4": "Vaksine", "5": "Næringsmiddel"}
SOURCE_ORDER = ("PLL", "RF", "KJ", "lokal", "migrert")


def generic(name: str) -> str:
    """A substance or form as the list writes it: lower case, except acronyms and single letters (MEDi-002)."""
    return " ".join(part if part.isupper() else part.lower() for part in name.split(" "))


def strength(text: str) -> str:
    """«500 mg + 800 IE»: room around the plus of a product with several substances (MEDi-028)."""
    return " + ".join(part.strip() for part in text.split("+"))


def day(value: date) -> str:
    return f"{value.day:02}.{value.month:02}.{value.year}"


def short_day(value: date) -> str:
    return f"{value.day:02}.{value.month:02}"


def local_day(value: datetime) -> date:
    return clock.local(value).date()


def clock_time(value: datetime) -> str:
    """«12:04» today, else «02.11 12:04»."""
    local = clock.local(value)
    at = f"{local:%H:%M}"
    return at if local.date() == clock.today() else f"{short_day(local.date())} {at}"


def sources(names: list[str]) -> str:
    return " · ".join(name for name in SOURCE_ORDER if name in names)
