"""(Særlige opplysninger) What some prescriptions say and most do not: locked, dispatched, unlicensed, compounded."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any

Data = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Ingredient:
    """(Bestanddel) Part of a compounded medicine: an amount, a strength (amount per another), or «ad»/«qs» (7502)."""

    name: str
    substance_id: str = ""  # FEST's virkestoff; "" for what FEST does not know
    amount: Decimal | None = None
    unit: str = ""
    per_amount: Decimal | None = None
    per_unit: str = ""
    dilution: str = ""  # 7502: ad | qs


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """(Magistrell resept) How the pharmacy is to make it. `amount` of `unit` (7452) is the whole mixture."""

    instructions: str
    amount: Decimal | None = None
    unit: str = ""
    ingredients: tuple[Ingredient, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DispensingRequest:
    """(Ekspederingsanmodning) One pharmacy is asked to dispense. `method`: 7404, F | U | L | M."""

    method: str
    her_id: str
    orgnr: str
    name: str
    kind: str = "apotek"  # apotek | bandasjist, as the address register says
    contact: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Unlicensed:
    """(Godkjenningsfritak) Makes the prescription a notification, or with `apply` an application to DMP."""

    reason: str
    manufacturer: str
    apply: bool = False


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """ICPC-2 (7170) or ICD-10 (7110)."""

    code: str
    system: str
    display: str


@dataclass(frozen=True, kw_only=True)
class Initiator:
    """(Instituert) Who started the treatment: a specialist by HPR number, a hospital by HER-id, or both."""

    hpr: str = ""
    name: str = ""
    speciality: str = ""  # 7426
    speciality_name: str = ""
    hospital: str = ""
    her_id: str = ""

    @property
    def words(self) -> str:
        """Who it was, as a person says it."""
        who = self.name or (f"HPR-nummer {self.hpr}" if self.hpr else "")
        what = f"spesialist i {self.speciality_name.lower()}" if self.speciality_name else ""
        return ", ".join(part for part in (who, what, self.hospital) if part)


@dataclass(frozen=True, kw_only=True)
class Particulars:
    """Everything here is absent from an ordinary prescription."""

    locked: bool = False
    guardian_reservation: bool = False  # vergeinnsynsreservasjon
    own_practice: bool = False
    own_name: bool = False  # i legens navn
    lar: bool = False
    not_fertile: bool = False
    substitution_reason: str = ""
    dispensing_request: DispensingRequest | None = None
    unlicensed: Unlicensed | None = None
    diagnosis: Diagnosis | None = None
    initiator: Initiator | None = None

    @property
    def must_be_locked(self) -> bool:
        """RF takes these on locked prescriptions only (110, 269, 270)."""
        return self.guardian_reservation or self.own_practice or self.own_name


NONE = Particulars()


def to_data(value: Particulars) -> Data:
    """Only what differs from an ordinary prescription, so that most rows hold nothing."""
    ordinary = asdict(NONE)
    return {name: plain(said) for name, said in asdict(value).items() if said != ordinary[name]}


def from_data(data: Data | None) -> Particulars:
    """Reads what `to_data` wrote; a key of a later version is left out."""
    known = _known(Particulars, data or {})
    for name, kind in (
        ("dispensing_request", DispensingRequest),
        ("unlicensed", Unlicensed),
        ("diagnosis", Diagnosis),
        ("initiator", Initiator),
    ):
        if known.get(name):
            known[name] = kind(**_known(kind, known[name]))
    return Particulars(**known)


def recipe_data(value: Recipe | None) -> Data | None:
    found: Data | None = plain(asdict(value)) if value else None
    return found


def recipe(data: Data | None) -> Recipe | None:
    if not data:
        return None
    made = tuple(_ingredient(part) for part in data.get("ingredients", ()))
    return Recipe(**{**_known(Recipe, data), "amount": _decimal(data.get("amount")), "ingredients": made})


def plain(value: Any) -> Any:
    """As JSON takes it: amounts as text."""
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return str(value) if isinstance(value, Decimal) else value


def _ingredient(data: Data) -> Ingredient:
    amounts = {name: _decimal(data.get(name)) for name in ("amount", "per_amount")}
    return Ingredient(**{**_known(Ingredient, data), **amounts})


def _known(kind: type, data: Data) -> Data:
    names = {field.name for field in fields(kind)}
    return {name: value for name, value in data.items() if name in names}


def _decimal(value: Any) -> Decimal | None:
    return None if value in (None, "") else Decimal(str(value))
