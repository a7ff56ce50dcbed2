"""The Feil-ID: one W3C trace id per request, on the answer, on error pages and in every log line of the request."""

from __future__ import annotations

import logging
import secrets
from contextvars import ContextVar

HEADER = "X-Trace-Id"
current: ContextVar[str] = ContextVar("trace_id", default="-")


def new_id() -> str:
    """32 hex digits, never all zeros in practice: it is random."""
    return secrets.token_hex(16)


class TraceFilter(logging.Filter):
    """Gives each log line the trace id of the request it was written in."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not hasattr(record, "trace_id"):
            record.trace_id = current.get()
        return True
