"""What may leave through the logs, of the web and of the workers."""

from __future__ import annotations

import logging
import logging.config
from typing import Any

import pytest
from django.conf import settings

from sfm import celery
from sfm.core.logs import Scrubber

PID = "12835649839"


def written(message: str, *arguments: object, error: BaseException | None = None) -> str:
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("sfm", logging.ERROR, __file__, 1, message, arguments, info)
    return Scrubber("%(message)s").format(record)


@pytest.mark.parametrize("form", [PID, f"{PID[:6]} {PID[6:]}"])
def test_a_national_number_leaves_neither_in_the_text_nor_in_the_stack(form: str) -> None:
    try:
        int(f"{form}x")
    except ValueError as error:
        text = written("no such patient: %s", form, error=error)
    assert "[fjernet]" in text
    assert "ValueError" in text
    assert PID[6:] not in text


def test_other_numbers_stay() -> None:
    assert written("%s of %s", 1234567890, "123456789012") == "1234567890 of 123456789012"


def test_a_worker_logs_as_the_web_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Celery's own handlers would know nothing of the net."""
    configured: list[Any] = []
    monkeypatch.setattr(logging.config, "dictConfig", configured.append)
    monkeypatch.setattr(type(celery.app.log), "already_setup", False)
    before = logging.getLogger().handlers[:]
    celery.app.log.setup(loglevel="INFO", redirect_stdouts=True)
    assert configured == [settings.LOGGING]
    assert logging.getLogger().handlers == before


def test_every_handler_writes_through_the_net() -> None:
    formatters = {handler["formatter"] for handler in settings.LOGGING["handlers"].values()}
    assert {settings.LOGGING["formatters"][name]["()"] for name in formatters} == {"sfm.core.logs.Scrubber"}
