"""M9.12: the newest M25.x of a patient and the registered multidose parties."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from sfm.wire.binding import Root, Tag
from sfm.wire.m92 import PrescriptionInfo
from sfm.wire.m274 import MultidosePharmacy as OlderPharmacy
from sfm.wire.m274 import MultidosePhysician as OlderPhysician
from sfm.wire.msghead import unpack
from sfm.wire.namespaces import M92, M274, M912
from sfm.wire.safe_xml import WireFormatError


@dataclass(frozen=True, kw_only=True)
class MultidosePhysician:
    """`active_until` is there only when the physician has deregistered."""

    hpr_number: Annotated[str, Tag("HprNr")]
    given_name: Annotated[str, Tag("Fornavn")]
    family_name: Annotated[str, Tag("Etternavn")]
    organisation_name: Annotated[str, Tag("OrgNavn")]
    her_id: Annotated[str, Tag("HerId")]
    active_until: Annotated[date | None, Tag("AktivTil")] = None
    phone: Annotated[str | None, Tag("Telefon")] = None


@dataclass(frozen=True, kw_only=True)
class MultidosePharmacy:
    name: Annotated[str, Tag("Navn")]
    her_id: Annotated[str, Tag("Herid")]
    licence: Annotated[str | None, Tag("Konsesjonsnummer")] = None
    active_until: Annotated[date | None, Tag("AktivTil")] = None
    phone: Annotated[str | None, Tag("Telefon")] = None


@dataclass(frozen=True, kw_only=True)
class ListedPatient:
    """`head` is RefMsgId: MsgId of the last M25.x RF received, RefToParent of our next M25.1.

    `packed` holds whole M25.x messages as they lay in base64, possibly gzip'ed.
    """

    national_id: Annotated[str, Tag("Fnr")]
    others: Annotated[tuple[str, ...], Tag("AndreFnr")] = ()
    head: Annotated[str | None, Tag("RefMsgId")] = None
    physician: Annotated[MultidosePhysician | None, Tag("Multidoselege")] = None
    pharmacy: Annotated[MultidosePharmacy | None, Tag("Multidoseapotek")] = None
    older_physician: Annotated[OlderPhysician | None, Tag("Multidoselege", ns=M274)] = None
    older_pharmacy: Annotated[OlderPharmacy | None, Tag("Multidoseapotek", ns=M274)] = None
    prescriptions: Annotated[tuple[PrescriptionInfo, ...], Tag("Reseptinfo", ns=M92[1:])] = ()
    packed: Annotated[tuple[bytes, ...], Tag("VarerIBrukB64")] = ()

    @property
    def messages(self) -> tuple[bytes, ...]:
        """The M25.x messages, unpacked: the signed bytes."""
        return tuple(unpack(data) for data in self.packed)


@dataclass(frozen=True, kw_only=True)
class SharedListAnswer:
    """M912. The 2014 edition calls the patient Multidosepasient."""

    current: Annotated[ListedPatient | None, Tag("Pasient")] = None
    older: Annotated[ListedPatient | None, Tag("Multidosepasient")] = None

    @property
    def patient(self) -> ListedPatient:
        found = self.current or self.older
        if found is None:
            raise WireFormatError("T02", "Pasient mangler.")
        return found


ANSWER = Root(SharedListAnswer, "M912", *M912)
to_xml = ANSWER.to_xml
parse = ANSWER.parse
