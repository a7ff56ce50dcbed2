"""(Helfo) What the product asks Helfo. The real service's API is undocumented: whoever connects it writes a driver."""

from __future__ import annotations

from typing import Any, Protocol

Json = dict[str, Any]


class Helfo(Protocol):
    """All raise HelfoRefused with a text for the applicant, and HelfoUnavailable. The shapes: sfm.simulators.helfo."""

    def query(self, *, pid: str, token: str = "") -> Json:
        """{decisions, pending}: what the patient has, and what waits for an answer."""
        ...

    def form_for(self, *, pid: str, product: Json, diagnosis: Json, token: str = "") -> Json:
        """{title, guidance, fields}: what Helfo must know about this medicine for this diagnosis."""
        ...

    def submit(self, *, pid: str, key: str, application: Json, token: str = "") -> Json:
        """{id, reference, status, text, decision}. `key` is ours: the same again gives the same answer."""
        ...

    def status(self, *, pid: str, key: str, token: str = "") -> Json:
        """As `submit`, for an application that waits for a caseworker."""
        ...
