"""(Bidrag til prevensjon) What the young do not pay for (folketrygdloven § 5-22; clinical.md 10.2).

It is no hjemmel of an e-prescription (rulings.md 23): the prescription is white, and the pharmacy sees to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.core import ages

if TYPE_CHECKING:
    from datetime import date

CONTRACEPTION = ("G02B", "G03AA", "G03AB", "G03AC")  # not emergency contraception
BELOW = 22  # years
MAN = "1"  # 3101
NOTE = "Pasienten er under 22 år: apoteket trekker fra bidraget til prevensjon. Velg hvit resept."


def note(*, atc: str, born: date | None, sex: str, today: date) -> str:
    """ "" for those it does not concern."""
    if born is None or ages.age_on(born, today) >= BELOW:
        return ""
    if sex == MAN or not atc.startswith(CONTRACEPTION):
        return ""
    return NOTE
