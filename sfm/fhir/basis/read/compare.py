"""What a person has done since the last document: the statements one by one against those of the document before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfm.fhir.data_sharing.r4.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfm.fhir.basis.read.statement import Statement


@dataclass(frozen=True, kw_only=True, repr=False)
class Changed:
    """`before` None: the statement is new."""

    now: Statement
    before: Statement | None

    @property
    def creates(self) -> bool:
        """A new prescription is asked for here, and was not already."""
        return self.now.creates and not (self.before is not None and self.before.creates)

    @property
    def recalls(self) -> bool:
        return bool(self.now.recall) and not (self.before is not None and self.before.recall)

    @property
    def ends(self) -> bool:
        return self.now.ending is not None and (self.before is None or self.before.ending is None)

    @property
    def revives(self) -> bool:
        return self.before is not None and self.before.ending is not None and self.now.ending is None

    @property
    def says_something_new(self) -> bool:
        return self.before is None or self.now.content_of() != self.before.content_of()


def changes(now: Sequence[Statement], before: Sequence[Statement]) -> list[Changed]:
    """In the order of the document; what is the same is left out."""
    known = {one.key: one for one in before}
    found = (Changed(now=one, before=known.get(one.key)) for one in now)
    return [one for one in found if one.before is None or not one.now.same_as(one.before)]


def missing(now: Sequence[Statement], before: Sequence[Statement], path: str) -> list[Fault]:
    """Everything seen last must be there again (fhir.md 4.3 rule 3)."""
    here = {one.key for one in now}
    gone = [one for one in before if one.key not in here]
    return [
        Fault(
            path=f"{path}.entry",
            code="business-rule",
            text=f"{len(gone)} legemidler fra forrige dokument mangler. Alle må sendes tilbake.",
            diagnostics=f"{len(gone)} statements of the last document are missing",
        )
    ] * bool(gone)


def faults(found: Sequence[Changed], now: Sequence[Statement]) -> list[Fault]:
    """What can be said without knowing our rows."""
    made = [fault for one in found for fault in _faults(one)]
    keys = [one.key for one in now]
    made += [
        _fault(
            one.now,
            "identifier",
            "duplicate",
            "Samme id står på flere legemidler.",
            "the identifier stands twice",
        )
        for one in found
        if keys.count(one.now.key) > 1
    ]
    return made


def _faults(one: Changed) -> list[Fault]:
    now = one.now
    found = []
    if one.creates and now.prescription_id is None:
        found.append(
            _fault(now, "identifier", "required", "En ny resept må ha en ReseptId.", "create without id")
        )
    if one.ends:
        found += _ending(now)
    if one.before is None and now.prescription_id is not None and not one.creates:
        found.append(
            _fault(now, "identifier", "business-rule", "Resepten er ikke kjent i SFM.", "unknown ReseptId")
        )
    if one.creates or (one.before is None and not now.is_ware):
        found += _required(now)
    return found


def _ending(now: Statement) -> list[Fault]:
    ending, place = now.ending, "extension:sfm-discontinuation"
    if ending is None:
        return []
    found = []
    if ending.at is None:
        found.append(
            _fault(
                now, f"{place}.timedate", "required", "Seponeringen mangler tidspunkt.", "timedate missing"
            )
        )
    if not ending.reasons and not ending.note:
        found.append(
            _fault(
                now, place, "required", "Seponeringen må ha årsak eller merknad.", "neither reason nor note"
            )
        )
    if len(ending.reasons) > 1:
        found.append(
            _fault(now, f"{place}.reason", "value", "Seponeringen kan ha bare én årsak.", "several reasons")
        )
    return found


def _required(now: Statement) -> list[Fault]:
    """What a new statement cannot do without; the rest the domain asks for, in its own words."""
    if now.is_ware:
        return []
    there = {
        "medicationReference": now.product is not None,
        "dosage": bool(now.dosage),
        "subject": bool(now.resource.get("subject")),
    }
    found = [
        _fault(now, name, "required", f"{name} mangler.", f"{name} is required")
        for name, is_there in there.items()
        if not is_there
    ]
    if now.product is not None and not now.name:
        found.append(_fault(now, "medicationReference", "invalid", "Legemiddelet mangler navn.",
                            "Medication.code.coding.display missing or invalid"))  # fmt: skip
    return found


def _fault(now: Statement, place: str, code: str, text: str, diagnostics: str) -> Fault:
    return Fault(path=f"{now.path}.{place}", code=code, text=text, diagnostics=diagnostics)
