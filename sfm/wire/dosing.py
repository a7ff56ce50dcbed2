"""The structured dosage of a prescription (Dosering in Forskrivning)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Annotated

from sfm.wire.binding import Tag
from sfm.wire.values import CS, PQ, TS


@dataclass(frozen=True, kw_only=True)
class InfusionRate:
    volume: Annotated[PQ, Tag("Volum")]
    time_unit: Annotated[CS, Tag("Tidsenhet")]


@dataclass(frozen=True, kw_only=True)
class WeekPattern:
    weekdays: Annotated[tuple[CS, ...], Tag("FasteUkedager")] = ()
    days_on: Annotated[int | None, Tag("DagerPa")] = None
    days_off: Annotated[int | None, Tag("DagerAv")] = None


@dataclass(frozen=True, kw_only=True)
class FixedDose:
    """A dose at fixed times. `quantity` in dose units (7480), `interval` in time units (9088)."""

    quantity: Annotated[PQ, Tag("Mengde")]
    interval: Annotated[PQ | None, Tag("Intervall")] = None
    infusion_rate: Annotated[InfusionRate | None, Tag("Infusjonshastighet")] = None
    clock_time: Annotated[time | None, Tag("Klokkeslett")] = None
    time_of_day: Annotated[CS | None, Tag("Tidsomrade")] = None
    exact: Annotated[bool, Tag("GisEksakt")] = False
    pattern: Annotated[WeekPattern | None, Tag("FastDose")] = None


@dataclass(frozen=True, kw_only=True)
class AsNeededDose:
    """A dose when needed, with its limits."""

    quantity: Annotated[PQ, Tag("Mengde")]
    interval: Annotated[PQ | None, Tag("Intervall")] = None
    infusion_rate: Annotated[InfusionRate | None, Tag("Infusjonshastighet")] = None
    daily_maximum: Annotated[PQ, Tag("DoseDognMaks")]
    period_maximum: Annotated[PQ, Tag("DoseTidsromMaks")]
    period: Annotated[PQ, Tag("Tidsrom")]
    minimum_interval: Annotated[PQ, Tag("DoseIntervallMin")]


@dataclass(frozen=True, kw_only=True)
class DosingRule:
    follows: Annotated[CS, Tag("DoseresEtter")]
    note: Annotated[str | None, Tag("Merknad")] = None


@dataclass(frozen=True, kw_only=True)
class DosagePeriod:
    """One period of a dosage: either fixed doses or doses as needed, never both."""

    starts: Annotated[TS | None, Tag("Starttidspunkt")] = None
    ends: Annotated[TS | None, Tag("Sluttidspunkt")] = None
    rule: Annotated[DosingRule | None, Tag("Doseringsregel")] = None
    fixed: Annotated[tuple[FixedDose, ...], Tag("DoseFastTidspunkt")] = ()
    as_needed: Annotated[tuple[AsNeededDose, ...], Tag("DoseEtterBehov")] = ()
