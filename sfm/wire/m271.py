"""M27.1/M27.2: registering who is responsible for multidose; M28: another doctor took over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from sfm.wire.binding import Root, Tag
from sfm.wire.m274 import MultidosePharmacy, MultidosePhysician
from sfm.wire.namespaces import M28, M271, M272, M274
from sfm.wire.values import CS


@dataclass(frozen=True, kw_only=True)
class MultidoseRegistration:
    """M271. Status (7496): R registers, A deregisters. `valid_from` may lie in the future."""

    status: Annotated[CS, Tag("Status")]
    valid_from: Annotated[date, Tag("GjelderFra")]


@dataclass(frozen=True, kw_only=True)
class MultidoseParties:
    """M272: the pair as it now stands."""

    registered: Annotated[bool, Tag("RegistrertEndring")]
    physician: Annotated[MultidosePhysician | None, Tag("Multidoselege", ns=M274)] = None
    pharmacy: Annotated[MultidosePharmacy | None, Tag("Multidoseapotek", ns=M274)] = None


@dataclass(frozen=True, kw_only=True)
class MultidoseTakeOver:
    """M28, to the previous physician."""

    active_from: Annotated[date, Tag("AktivFra")]
    physician: Annotated[MultidosePhysician, Tag("Multidoselege", ns=M274)]


REGISTRATION = Root(MultidoseRegistration, "M271", *M271)
PARTIES = Root(MultidoseParties, "M272", *M272)
TAKE_OVER = Root(MultidoseTakeOver, "M28", *M28)
to_xml = REGISTRATION.to_xml
parse = PARTIES.parse
