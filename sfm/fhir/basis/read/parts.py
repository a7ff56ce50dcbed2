"""Looking into resources from strangers: names in any case, codes wherever they were put."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sfm.core import clock

if TYPE_CHECKING:
    from collections.abc import Iterator

Part = dict[str, Any]
# other spellings of the same name, met in the guides and in real payloads
ALSO = {"createresept": "createeresept", "reimbursmentparagraph": "reimbursementparagraph"}


def extensions(holder: Part, url: str) -> list[Part]:
    wanted = url.lower()
    return [one for one in holder.get("extension", ()) if _name(one) in (wanted, wanted.rpartition("/")[2])]


def extension(holder: Part, url: str) -> Part:
    return next(iter(extensions(holder, url)), {})


def child(holder: Part, name: str) -> Part:
    """A child extension by its name."""
    return next((one for one in holder.get("extension", ()) if _name(one) == name.lower()), {})


def children(holder: Part, name: str) -> Iterator[Part]:
    return (one for one in holder.get("extension", ()) if _name(one) == name.lower())


def value(part: Part) -> Any:
    return next((found for name, found in part.items() if name.startswith("value")), None)


def code(part: Part) -> str:
    """The code of a Coding, a CodeableConcept or a code; also of the extension that holds one."""
    found = value(part) if "url" in part else part
    if isinstance(found, dict):
        inner = (found.get("coding") or [found])[0]
        return str(inner.get("code") or "")
    return str(found) if found is not None else ""


def system(part: Part) -> str:
    found = value(part) if "url" in part else part
    inner = (found.get("coding") or [found])[0] if isinstance(found, dict) else {}
    return str(inner.get("system") or "")


def text(part: Part) -> str:
    found = value(part)
    return str(found).strip() if found is not None and not isinstance(found, dict) else ""


def flag(part: Part) -> bool | None:
    found = value(part)
    return found if isinstance(found, bool) else None


def number(part: Part) -> Decimal | None:
    found = value(part)
    if isinstance(found, dict):
        found = found.get("value")
    return Decimal(found) if isinstance(found, int | Decimal) and not isinstance(found, bool) else None


def unit(part: Part) -> str:
    found = value(part)
    return str(found.get("code") or found.get("unit") or "") if isinstance(found, dict) else ""


def day(part: Part) -> date | None:
    return to_day(text(part))


def to_day(said: str) -> date | None:
    """The Norwegian day: an instant written by another clock may stand on the day before."""
    if "T" in said:
        return clock.local(_instant(said)).date()
    return date.fromisoformat(said[:10]) if len(said) >= len("2026-01-01") else None


def instant(part: Part) -> datetime | None:
    """An instant; a day is its first moment in Norway."""
    said = text(part)
    return _instant(said) if said else None


def _instant(said: str) -> datetime:
    found = datetime.fromisoformat(_six_decimals(said))
    return found if found.tzinfo else found.replace(tzinfo=clock.OSLO)


def _six_decimals(said: str) -> str:
    """.NET writes seven; a computer's clock holds six."""
    head, dot, tail = said.partition(".")
    digits = tail[: next((i for i, c in enumerate(tail) if not c.isdigit()), len(tail))]
    return f"{head}.{digits[:6]}{tail[len(digits) :]}" if dot else said


def _name(part: Part) -> str:
    name = str(part.get("url", "")).lower()
    return ALSO.get(name, name)
