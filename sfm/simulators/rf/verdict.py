"""What RF answers: accepted, or refused with codes of 7419."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

RF_CODES = "2.16.578.1.12.4.1.1.7419"
TRANSPORT_CODES = "2.16.578.1.12.4.1.1.8221"


@dataclass(frozen=True, kw_only=True)
class Remark:
    """One code of a refusal. `about` names the element or value, for the log and for OT."""

    code: str
    system: str = RF_CODES
    about: str = ""


class Refused(Exception):
    """RF does not take the message. Carries every remark of the step that failed."""

    def __init__(self, remarks: Iterable[Remark]) -> None:
        self.remarks = tuple(remarks)
        super().__init__(", ".join(remark.code for remark in self.remarks))


class Remarks:
    """Collects what is wrong within one step; a step that found something ends the checking."""

    def __init__(self) -> None:
        self.found: list[Remark] = []

    def when(self, wrong: object, code: int, about: str = "") -> None:
        if wrong and not any(remark.code == str(code) for remark in self.found):
            self.found.append(Remark(code=str(code), about=about))

    def format(self, about: str) -> None:
        self.found.append(Remark(code="T02", system=TRANSPORT_CODES, about=about))

    def close(self) -> None:
        if self.found:
            raise Refused(self.found)


def refuse(code: int, about: str = "") -> Refused:
    return Refused([Remark(code=str(code), about=about)])
