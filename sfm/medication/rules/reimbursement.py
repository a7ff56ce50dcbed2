"""(Refusjon) Terms a program can check (7439), and what speaks against a reimbursement. Facts in, verdicts out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from sfm.medication.rules import reimbursement_checks as checks
from sfm.medication.rules import validity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sfm.medication.particulars import Diagnosis, Initiator

PRE_APPROVED, INDIVIDUAL, INFECTION, INJURY, HOSPITAL = "200", "300", "400", "800", "950"  # 7427
BASES = {
    PRE_APPROVED: "§ 2 Forhåndsgodkjent",
    INDIVIDUAL: "§ 3 Individuell stønad",
    INFECTION: "§ 4 Allmennfarlig smittsom sykdom",
    INJURY: "§ 5-25 Yrkesskade",
    HOSPITAL: "H-resept",
}
NO_LONGER = {"301": "§ 3 a", "302": "§ 3 b"}  # read, not offered (rulings.md 23)
ICPC, ICD = ("7170", "7434"), ("7435", "7110")  # diagnosis codes, and Helfo's own of the same family
DISPENSER_ONLY = "2"  # 7438
MET, UNMET, ASK, CONFIRMED, EXCEPTED, SETS = "met", "unmet", "ask", "confirmed", "excepted", "sets"
UNSETTLED = (UNMET, ASK)
CHANGED_VALIDITY = "28"
STARTED = ("4", "5", "7", "21")  # 7439: a specialist or a hospital is to have started the treatment


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """(Strukturert vilkår) One machine-readable part of a term. `type` is 7439; any of `values` will do."""

    type: str
    values: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Term:
    """(Vilkår) All requirements must hold. Without requirements only a person can say."""

    id: str
    number: str
    text: str
    applies_to: str = "1"  # 7438
    requirements: tuple[Requirement, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Option:
    """One way the product may be reimbursed today: hjemmel, and code where one is needed."""

    basis: str
    group: str  # FEST's name of the reimbursement group
    use: str = ""
    code: str = ""
    system: str = ""
    name: str = ""  # DN: what is kept and sent
    shown: str = ""  # the sub-term, where ICPC has one
    terms: tuple[Term, ...] = ()
    needs_decision: bool = False  # KreverVedtak: only with a decision from Helfo, or an application sent

    @property
    def key(self) -> tuple[str, str, str]:
        return self.basis, self.code, self.system

    @property
    def value(self) -> str:
        """As forms send it."""
        return f"{self.basis}|{self.code}|{self.system}"


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What is known when a term is judged. None: not known."""

    today: date
    born: date | None = None
    sex: str = ""  # 3101
    specialities: frozenset[str] = frozenset()  # 7426, of the prescriber
    hospital: bool = False
    code: str = ""
    days: int | None = None  # of the treatment, when it ends
    per_dispensing: Decimal | None = None
    per_year: Decimal | None = None  # with what has been prescribed already
    per_day_stated: bool = False
    group_level: bool = False  # a product group is prescribed by itself
    machine_packed: bool = False
    used_before: tuple[str, ...] = ()  # substances in the patient's history
    started_by: Initiator | None = None  # Instituert, when somebody else started the treatment


@dataclass(frozen=True, kw_only=True)
class Confirmation:
    """What a person has said of a term on this treatment."""

    outcome: str  # met | exception
    by: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`state`: met (computed), confirmed or excepted (said), unmet or ask (to be said), sets (changes a value)."""

    term: Term
    state: str
    why: str = ""
    help: str = ""
    said: Confirmation | None = None
    stops: bool = False

    @property
    def settled(self) -> bool:
        return self.state not in UNSETTLED


def fits(option: Option, diagnoses: Iterable[Diagnosis]) -> bool:
    """Whether the code is that of a diagnosis the patient is known to have: «E11» is that of «E11.9» too."""
    own = next((lists for lists in (ICPC, ICD) if option.system.rpartition(".")[2] in lists), ())
    code = option.code.replace(".", "")
    return bool(code) and any(
        one.system.rpartition(".")[2] in own and one.code.replace(".", "").startswith(code)
        for one in diagnoses
    )


def judge(option: Option, facts: Circumstances, said: Mapping[str, Confirmation]) -> tuple[Verdict, ...]:
    """Every term the prescriber answers for. `said`: by the term's id, what somebody has confirmed before."""
    return tuple(
        _verdict(term, facts, said.get(term.id)) for term in option.terms if term.applies_to != DISPENSER_ONLY
    )


def _verdict(term: Term, facts: Circumstances, said: Confirmation | None) -> Verdict:
    found = [checks.check(part.type, part.values, part.names, facts) for part in term.requirements]
    wrong = [one.why for one in found if one.holds is False]
    hints = checks.mentioned(term.text, facts.used_before)
    if wrong:  # a computed term is judged anew every time: an old «oppfylt» does not answer it, a reason does
        if said is not None and said.outcome == "exception":
            return Verdict(term=term, state=EXCEPTED, why="; ".join(wrong), said=said)
        return Verdict(
            term=term, state=UNMET, why="; ".join(wrong), stops=any(one.stops for one in found if one.why)
        )
    if found and all(one.sets for one in found):
        return Verdict(term=term, state=SETS, why="; ".join(one.why for one in found if one.why))
    if found and all(one.holds or one.sets for one in found):
        return Verdict(term=term, state=MET, why="; ".join(one.why for one in found if one.why))
    if said is not None:
        return Verdict(term=term, state=CONFIRMED if said.outcome == "met" else EXCEPTED, said=said)
    return Verdict(term=term, state=ASK, help=hints)


def starters(verdicts: tuple[Verdict, ...], facts: Circumstances) -> dict[str, str] | None:
    """The specialities (7426) one of which is to have started the treatment, with their names; None when no term asks,
    or the prescriber meets it herself."""
    found: dict[str, str] = {}
    asked = False
    for one in verdicts:
        for part in one.term.requirements:
            if part.type not in STARTED or facts.specialities & set(part.values):
                continue
            if facts.hospital and part.type != STARTED[0]:
                continue
            asked = True
            if part.values != ("1",):  # 5 and 21 say only «ja» (1101)
                found |= dict(zip(part.values, part.names or part.values, strict=False))
    return found if asked else None


def changed_validity(option: Option) -> str:
    """Condition 28: how long a prescription under this reimbursement is valid; "" when it is not changed."""
    values = (
        value
        for term in option.terms
        for part in term.requirements
        if part.type == CHANGED_VALIDITY
        for value in part.values
    )
    return next((value for value in values if validity.DURATION.fullmatch(value)), "")


def problems(verdicts: tuple[Verdict, ...]) -> dict[str, str]:
    """The field «terms» → what is left, in words; empty when every term is settled."""
    stopped = next((one.why for one in verdicts if one.stops), "")
    if stopped:
        return {"terms": stopped}
    unmet = next((one for one in verdicts if one.state == UNMET), None)
    if unmet is not None:
        return {
            "terms": f"Vilkår {unmet.term.number} er ikke oppfylt: {unmet.why}. Skriv hvorfor det fravikes."
        }
    left = sum(one.state == ASK for one in verdicts)
    if left:
        which = "vilkåret" if left == 1 else f"{left} vilkår"
        return {"terms": f"Bekreft at {which} for refusjon er oppfylt."}
    return {}
