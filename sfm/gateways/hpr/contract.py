"""(Helsepersonellregisteret) What the product asks HPR about."""

from __future__ import annotations

from typing import Any, Protocol

Json = dict[str, Any]


class HprRegister(Protocol):
    """Both give None when HPR knows nobody with the number, and raise HprUnavailable."""

    def by_number(self, hpr: str) -> Json | None:
        """«personerutvidet» of a person: name, national id and approvals with rights."""
        ...

    def by_national_id(self, pid: str) -> Json | None: ...
