"""(Kjernejournal) What the product reads in KJ. KJ's medication API is undocumented; this is ours to map."""

from __future__ import annotations

from typing import Any, Protocol

Json = dict[str, Any]


class Kj(Protocol):
    """Both raise KjRefused when the patient or the user has no access, KjUnavailable when KJ does not answer."""

    def summary(self, *, pid: str, role: str, token: str = "", since: str = "", basis: str = "") -> Json:
        """{prescriptions, dispensings, messages, flags} of the last three months, or since an ISO date."""
        ...

    def reactions(self, *, pid: str, role: str, token: str = "", basis: str = "") -> list[Json]:
        """AllergyIntolerance resources of type DrugReaction (KI)."""
        ...

    def write_reaction(self, resource: Json, *, pid: str, role: str, token: str = "", key: str = "") -> Json:
        """Keep a reaction, or with `key` replace that one. Returns it as KJ keeps it, with its id."""
        ...
