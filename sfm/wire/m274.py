"""The multidose parties as M27.x, M28 and older M9.12 write them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from sfm.wire.binding import Tag
from sfm.wire.namespaces import FK1
from sfm.wire.values import Address, Ident, TeleCom


@dataclass(frozen=True, kw_only=True)
class MultidosePhysician:
    hpr_number: Annotated[str, Tag("HprNr")]
    name: Annotated[str, Tag("Navn")]
    organisation_name: Annotated[str, Tag("Org")]
    her_id: Annotated[Ident, Tag("HerId", inner=FK1)]
    active_until: Annotated[date | None, Tag("AktivTil")] = None
    phone: Annotated[TeleCom | None, Tag("Telefon", inner=FK1)] = None


@dataclass(frozen=True, kw_only=True)
class MultidosePharmacy:
    name: Annotated[str, Tag("Navn")]
    address: Annotated[Address | None, Tag("Adresse", inner=FK1)] = None
    licence: Annotated[Ident, Tag("Konsesjonsnr", inner=FK1)]
    active_until: Annotated[date | None, Tag("AktivTil")] = None
    phone: Annotated[TeleCom | None, Tag("Telefon", inner=FK1)] = None
