"""A simulator's JSON API, for tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from tests import plain_http


@dataclass(frozen=True)
class Desk:
    """A simulator's JSON API."""

    url: str

    def post(self, path: str, **body: Any) -> Any:
        """The JSON answer; an unexpected status fails the test with what it says."""
        answer = plain_http.post(f"{self.url}/api/{path}", json=body, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refusal(self, path: str, **body: Any) -> httpx.Response:
        return plain_http.post(f"{self.url}/api/{path}", json=body, timeout=30)

    def get(self, path: str) -> Any:
        return plain_http.get(f"{self.url}/{path}", timeout=30)

    def state(self) -> Any:
        return self.get("api/state").json()

    def faults(self, *rules: dict[str, Any]) -> None:
        self.post("faults", rules=list(rules))
