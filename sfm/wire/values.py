"""Values shared by all messages: codes, amounts, identifiers, addresses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Final

from sfm.core.clock import local
from sfm.wire import lexical
from sfm.wire.binding import Attribute, Tag

OID_PREFIX: Final = "2.16.578.1.12.4.1.1."


@dataclass(frozen=True, kw_only=True)
class CS:
    """A code whose code list is given by the place it stands in."""

    code: Annotated[str | None, Attribute("V")] = None
    display: Annotated[str | None, Attribute("DN")] = None


@dataclass(frozen=True, kw_only=True)
class CV:
    """A code with its code list (`system` is an OID) and, rarely, the original text."""

    code: Annotated[str | None, Attribute("V")] = None
    system: Annotated[str | None, Attribute("S")] = None
    display: Annotated[str | None, Attribute("DN")] = None
    original_text: Annotated[str | None, Attribute("OT")] = None


@dataclass(frozen=True, kw_only=True)
class PQ:
    """An amount with its unit."""

    value: Annotated[Decimal | None, Attribute("V")] = None
    unit: Annotated[str | None, Attribute("U")] = None


@dataclass(frozen=True, kw_only=True)
class MO:
    """Money: amount and currency."""

    value: Annotated[Decimal | None, Attribute("V")] = None
    currency: Annotated[str | None, Attribute("U")] = None


@dataclass(frozen=True, kw_only=True)
class TS:
    """A time of any precision, from a year to an instant, as it was written."""

    value: Annotated[str | None, Attribute("V")] = None

    @property
    def day(self) -> date | None:
        """The calendar day, when the value is that precise; of an instant, the Norwegian day."""
        if not self.value or len(self.value) < len("2020-01-01"):
            return None
        if "T" in self.value:
            return local(lexical.to_instant(self.value)).date()
        return lexical.to_day(self.value)


@dataclass(frozen=True, kw_only=True)
class URL:
    value: Annotated[str | None, Attribute("V")] = None


@dataclass(frozen=True, kw_only=True)
class Ident:
    """A number and what kind of number it is: FNR, DNR, HPR, HER, ENH, RSH."""

    id: Annotated[str, Tag("Id")]
    type: Annotated[CV, Tag("TypeId")]


@dataclass(frozen=True, kw_only=True)
class Address:
    type: Annotated[CS | None, Tag("Type")] = None
    street: Annotated[str | None, Tag("StreetAdr")] = None
    postal_code: Annotated[str | None, Tag("PostalCode")] = None
    city: Annotated[str | None, Tag("City")] = None
    postbox: Annotated[str | None, Tag("Postbox")] = None
    municipality: Annotated[CS | None, Tag("County")] = None
    country: Annotated[CS | None, Tag("Country")] = None


@dataclass(frozen=True, kw_only=True)
class TeleCom:
    type: Annotated[CS | None, Tag("TypeTelecom")] = None
    address: Annotated[URL, Tag("TeleAddress")]


def cs(code: str, display: str) -> CS:
    return CS(code=code, display=display)


def cv(code: str, list_number: int | str, display: str) -> CV:
    """A code of a Norwegian code list, e.g. cv("C09AA02", 7180, "Enalapril"). A full OID is taken as it is."""
    system = str(list_number)
    return CV(code=code, system=system if "." in system else OID_PREFIX + system, display=display)


def pq(value: Decimal | int | str, unit: str) -> PQ:
    return PQ(value=Decimal(value), unit=unit)


def yes_no(value: bool) -> CS:
    """Kodeverk 1101, which the messages use where others have a boolean."""
    return cs("1", "Ja") if value else cs("2", "Nei")


def on_day(value: date) -> TS:
    return TS(value=lexical.day(value))


_PERSON: Final = 8116
_ORGANISATION: Final = 9051
_IDENT_TYPES: Final = {
    "FNR": (_PERSON, "Fødselsnummer"),
    "DNR": (_PERSON, "D-nummer"),
    "HPR": (_PERSON, "HPR-nummer"),
    "HER": (_ORGANISATION, "HER-id"),
    "ENH": (_ORGANISATION, "Organisasjonsnummeret i Enhetsregister"),
    "RSH": (_ORGANISATION, "Nasjonalt register over enheter i spesialisthelsetjenesten (RESH-ID)"),
    "LOK": (_ORGANISATION, "Lokal identifikator uten nærmere angivelse"),
    "AKO": (_ORGANISATION, "Apotekets konsesjonsnummer"),
}


def ident(kind: str, number: str) -> Ident:
    """An identifier of a known kind. HPR numbers are padded to nine characters (RF error 19)."""
    list_number, display = _IDENT_TYPES[kind]
    return Ident(id=number.zfill(9) if kind == "HPR" else number, type=cv(kind, list_number, display))
