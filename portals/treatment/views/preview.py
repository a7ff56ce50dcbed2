"""«Slik står det på etiketten»: the dose as text and calendar, what is left to fill in, and how much is needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portals.treatment.forms import calendar, treatment
from sfm.core import clock
from sfm.exchange.translate.dosage import sent_as_text
from sfm.medication.rules import dosage_guards, dosage_text, units, validation
from sfm.medication.rules.dosage import StructuredDosage

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from decimal import Decimal

    from portals.treatment.forms.calendar import Day, Supply
    from portals.treatment.forms.offer import Offer
    from sfm.core.actor import Actor
    from sfm.medication.content import TreatmentContent


@dataclass(frozen=True, kw_only=True)
class Preview:
    """`problems`: field → what remains. `label` is cut around its first amount, which is shown bold."""

    label: tuple[str, str, str]
    days: tuple[Day, ...]
    first: date
    last: date | None
    total: str  # «63 tabletter»
    supply: Supply | None
    lasts: int | None
    problems: dict[str, str]
    course_stop: date | None = None
    warnings: tuple[str, ...] = ()
    needs_reason: bool = False
    as_text: bool = False  # the wire has no words for the structure

    @property
    def says_something(self) -> bool:
        return any(self.label)

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1 if self.last else 0


def look_ahead(
    fields: Mapping[str, str], offer: Offer, actor: Actor, *, before: TreatmentContent | None = None
) -> Preview:
    """`before`: what the patient has had until now."""
    content, problems = treatment.read(fields, offer)
    standing = before.prescription if before else None
    today = clock.today()
    first = max(content.starts_on or today, today)
    last = calendar.last_day(content, first)
    if last is not None and last < first:
        last = None
    dosage = content.dosage.instruction
    countable = dosage if isinstance(dosage, StructuredDosage) and "dosage" not in problems else None
    has_fixed = countable is not None and any(period.fixed for period in countable.periods)
    return Preview(
        label=dosage_text.cut(dosage_text.text(content.dosage)),
        days=calendar.strip(countable, first, last) if countable and has_fixed else (),
        first=first,
        last=last,
        total=_total(content, countable, first, last) if countable and has_fixed else "",
        supply=calendar.supply(content, first, offer.package) if countable and last else None,
        lasts=calendar.lasts(content, first, offer.package) if has_fixed else None,
        problems=validation.check(content, today=today, actor=actor, standing=standing) | problems,
        course_stop=calendar.course_stop(content, first) if countable else None,
        warnings=dosage_guards.warnings(content, last=before.dosage if before else None) if countable else (),
        needs_reason=dosage_guards.needs_reason(content),
        as_text=countable is not None and sent_as_text(content.dosage, starts_on=first),
    )


def _total(content: TreatmentContent, dosage: StructuredDosage, first: date, last: date | None) -> str:
    if last is None:
        return ""
    taken: Decimal = calendar.total(dosage, first, last)
    return dosage_text.amount(taken, units.unit(content.dosage.unit)).replace(dosage_text.NBSP, " ")
