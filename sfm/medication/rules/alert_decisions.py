"""(Håndtert varsel) When a person's decision on an alert still holds, and when the alert comes back (rulings.md 27)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from sfm.medication.rules import alerts, dosage_guards

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from sfm.medication.rules.alerts import Alert
    from sfm.medication.rules.dosage import Dosage

VALID = timedelta(days=365)
ACTIONS = ("accepted", "changed", "discontinued", "aborted")
OTHER, WRONG_REACTION = "other", "wrong_reaction"
REASONS = {
    "monitored": "Følges med prøver/kontroll",
    "tolerated": "Pasienten har brukt kombinasjonen uten problemer",
    "adjusted": "Dose/tidspunkt justert",
    "short": "Kortvarig bruk",
    "benefit": "Nytte oppveier risiko",
    WRONG_REACTION: "Feil reaksjon registrert",
    OTHER: "Annet",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Dose:
    """The most a treatment gives in one day. `measure` says what is counted; two doses are compared in the same
    measure only. `amount` None: the dose is written in words, and `measure` is a fingerprint of them."""

    amount: Decimal | None
    measure: str

    def exceeds(self, before: Dose) -> bool:
        """More than before, or impossible to tell."""
        if self.measure != before.measure or self.amount is None or before.amount is None:
            return self != before
        return self.amount > before.amount


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What a person decided about an alert. `doses` are those in force then, by the substances' identity."""

    key: str
    grade: str
    action: str
    reason: str
    text: str
    by: str
    by_id: UUID
    at: datetime
    valid_until: datetime
    doses: Mapping[str, Dose]
    revision: str = ""  # of FEST's text on handling

    @property
    def words(self) -> str:
        if self.reason == OTHER:
            return self.text
        reason = REASONS.get(self.reason, self.reason)
        return f"{reason} ({self.text})" if self.text else reason


def returned(
    alert: Alert, decision: Decision, *, doses: Mapping[str, Dose], revision: str, now: datetime
) -> str:
    """Why the alert asks again although it has been handled; "" when the decision holds."""
    if now >= decision.valid_until:
        return "Det er 12 måneder siden varselet ble håndtert."
    if alerts.GRADES.index(alert.grade) < alerts.GRADES.index(decision.grade):
        return "FEST vurderer varselet som mer alvorlig enn da det ble håndtert."
    if alert.since is not None and alert.since > decision.at:
        return "En legemiddelreaksjon er registrert etter at varselet ble håndtert."
    if revision != decision.revision:
        return "FEST har endret teksten om håndtering."
    for subject in alert.subjects:
        before, after = decision.doses.get(subject_key(subject)), doses.get(subject)
        if before is not None and after is not None and after.exceeds(before):
            return "Dosen er økt siden varselet ble håndtert."
    return ""


def subject_key(identity: str) -> str:
    """What a stored decision calls a treatment's substances: short, and the same length for all."""
    return hashlib.sha256(identity.encode()).hexdigest()[:16]


def daily_dose(dosage: Dosage, strength: str) -> Dose:
    """The highest amount of one day, in the strength's own unit where the strength is a single amount."""
    amount = dosage_guards.peak(dosage)
    if amount is None:
        words = repr(dosage.text_override or dosage.instruction)
        return Dose(amount=None, measure=f"text:{hashlib.sha256(words.encode()).hexdigest()[:16]}")
    number, _, unit = strength.replace("\u00a0", " ").partition(" ")
    try:
        return Dose(amount=amount * Decimal(number.replace(",", ".")), measure=unit.strip())
    except ArithmeticError:  # no strength, or one of several substances
        return Dose(amount=amount, measure=f"{dosage.unit}:{strength}")


def together(doses: Iterable[Dose]) -> Dose:
    """What several treatments with the same substances give in one day."""
    first, *rest = doses
    for dose in rest:
        if dose.measure != first.measure or dose.amount is None or first.amount is None:
            measures = "&".join(sorted(f"{one.measure}={one.amount}" for one in (first, dose)))
            first = Dose(amount=None, measure=f"sum:{hashlib.sha256(measures.encode()).hexdigest()[:16]}")
        else:
            first = Dose(amount=first.amount + dose.amount, measure=first.measure)
    return first
