"""What each person may set for themselves (portals.md 3.1), the defaults, and what they have chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfm.core.errors import Invalid
from sfm.identity.models import UserSetting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID


IN_SESSION = "preferences"  # where a portal session carries them, from the login on


@dataclass(frozen=True, kw_only=True)
class Preference:
    """(Innstilling) `choices` maps what is stored to what is shown; the first is the default."""

    name: str
    label: str
    choices: Mapping[str, str]

    @property
    def default(self) -> str:
        return next(iter(self.choices))


ON_OFF = {"on": "På", "off": "Av"}
CATALOGUE: tuple[Preference, ...] = (
    Preference(
        name="diagnosis_system",
        label="Diagnosekoder for refusjon",
        choices={"icpc2": "ICPC-2", "icd10": "ICD-10"},
    ),
    Preference(
        name="grouping",
        label="Gruppering og sortering",
        choices={
            "attention": "Må håndteres først",
            "none": "Ingen",
            "atc": "ATC",
            "substance": "Virkestoff A–Å",
        },
    ),
    Preference(
        name="density", label="Tetthet", choices={"normal": "Normal", "compact": "Kompakt", "large": "Stor"}
    ),
    Preference(
        name="show_discontinued",
        label="Vis seponerte",
        choices={"90": "Siste 90 dager", "30": "Siste 30 dager", "365": "Siste år", "all": "Alle"},
    ),
    Preference(
        name="show_pending",
        label="Vis inaktive",
        choices={"collapsed": "Sammenfoldet", "open": "Åpen", "hidden": "Skjult"},
    ),
    Preference(
        name="prescription_kind",
        label="Standard resepttype",
        choices={"E": "E-resept", "P": "Papirresept", "U": "Uten resept"},
    ),
    Preference(
        name="start_tab",
        label="Start-fane",
        choices={
            "in_use": "Legemidler",
            "drafts": "Utkast",
            "reactions": "Reaksjoner",
            "history": "Historikk",
            "messages": "Meldinger",
        },
    ),
    Preference(name="supply", label="Standard reit og mengde", choices={"3m": "3 måneder", "1y": "1 år"}),
    Preference(name="substance_first", label="Søk: virkestoff først", choices=ON_OFF),
    Preference(
        name="yellow_warnings",
        label="Gule varsler",
        choices={"inline": "I listen", "collapsed": "Sammenfoldet"},
    ),
    Preference(name="shortcuts", label="Tastatursnarveier", choices=ON_OFF),
    Preference(
        name="printout",
        label="Standard utskrift",
        choices={"lib": "Legemidler i bruk", "patient": "Pasientliste"},
    ),
    Preference(name="confirm_sending", label="Bekreft før sending", choices=ON_OFF),
    Preference(name="language", label="Språk", choices={"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}),
)
_BY_NAME = {preference.name: preference for preference in CATALOGUE}


def default_of(name: str) -> str:
    return _BY_NAME[name].default


def choices_of(name: str) -> Mapping[str, str]:
    return _BY_NAME[name].choices


def of(practitioner_id: UUID) -> dict[str, str]:
    """Every preference by name: what the person has chosen, else the default. One query."""
    row = UserSetting.objects.filter(practitioner_id=practitioner_id).first()
    chosen: dict[str, str] = row.values if row else {}
    return {
        one.name: chosen[one.name] if _known(one.name, chosen.get(one.name)) else one.default
        for one in CATALOGUE
    }


def choose(practitioner_id: UUID, choices: Mapping[str, str]) -> None:
    """Keep what the person chose; other preferences stay. Raises Invalid for what is not in the catalogue."""
    wrong = {name: "Ukjent valg." for name, value in choices.items() if not _known(name, value)}
    if wrong:
        raise Invalid(fields=wrong)
    row, _ = UserSetting.objects.get_or_create(practitioner_id=practitioner_id)
    row.values = {**row.values, **choices}
    row.save(update_fields=["values"])


def _known(name: str, value: str | None) -> bool:
    return name in _BY_NAME and value in _BY_NAME[name].choices
