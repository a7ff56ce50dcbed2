"""Coded values: a value from a national code list, with its OID and display text."""

from __future__ import annotations

from dataclasses import dataclass

VOLVEN = "2.16.578.1.12.4.1.1."


@dataclass(frozen=True, slots=True)
class Code:
    """A coded value. `system` is the OID of the list, e.g. 2.16.578.1.12.4.1.1.7180 for ATC."""

    value: str
    system: str = ""
    display: str = ""

    @property
    def list_number(self) -> str:
        """The Volven number («7180») when the system is a Volven list, else the system itself."""
        return self.system.removeprefix(VOLVEN)


def volven(list_number: int, value: str, display: str = "") -> Code:
    """A value of Volven list `list_number`."""
    return Code(value=value, system=f"{VOLVEN}{list_number}", display=display)
