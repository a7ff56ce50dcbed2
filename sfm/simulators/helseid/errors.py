"""Refusals in the words of OAuth 2.0."""

from __future__ import annotations


class OAuthError(Exception):
    """An OAuth error answer: `error` is the registered code, `text` what the developer of the client needs to know."""

    def __init__(self, error: str, text: str, *, status: int = 400) -> None:
        super().__init__(f"{error}: {text}")
        self.error, self.text, self.status = error, text, status
