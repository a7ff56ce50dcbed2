"""What is wrong with a resource, element by element."""

from __future__ import annotations

from dataclasses import dataclass

from sfm.core.errors import SfmError


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One thing wrong. Neither text may hold a number of a person, a ticket or the name of a drug."""

    path: str  # FHIRPath, «Patient.identifier[0].value»; "" when it is no element's fault
    code: str = "invalid"  # IssueType
    text: str = ""  # Norwegian, for whoever sits at the screen
    diagnostics: str = ""  # English, for the developer


class BadContent(SfmError):
    """The content cannot be taken in. Nothing of it has been written."""

    status = 400
    code = "SFM-400"
    text = "Innholdet har feil form."

    def __init__(self, *faults: Fault, code: str | None = None) -> None:
        self.faults = faults
        super().__init__(faults[0].text if faults else None, code=code)


def required(path: str, what: str) -> Fault:
    return Fault(path=path, code="required", text=f"{what} mangler.", diagnostics=f"{path} is required")
