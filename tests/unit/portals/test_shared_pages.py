"""Addresses, blocks, errors and the trace id, without any database."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import NoReverseMatch
from jinja2 import DictLoader, StrictUndefined, UndefinedError

from portals.shared import addresses, errors, jinja, render, trace
from portals.shared.jinja import environment
from portals.shared.middleware import TraceMiddleware
from sfm.core.errors import NotFound, Unavailable, WrongPatient

if TYPE_CHECKING:
    from django.http import HttpRequest
    from pytest_django.fixtures import SettingsWrapper

HERE = {"slug": "demo-epj", "ctx": "abc_-9"}


def asked(path: str = "/x", **headers: str) -> HttpRequest:
    return RequestFactory().get(path, headers=headers)


@pytest.fixture
def frame_urls(settings: SettingsWrapper) -> None:
    settings.ROOT_URLCONF = "tests.integration.frame_urls"
    addresses._pattern.cache_clear()


@pytest.mark.usefixtures("frame_urls")
def test_an_address_takes_slug_and_context_from_where_one_stands() -> None:
    row = uuid4()
    assert addresses.of("treatment:row", HERE, {"pk": row}) == f"/e/demo-epj/pasient/abc_-9/rader/{row}"
    assert addresses.of("treatment:in_use", HERE, {}) == "/e/demo-epj/pasient/abc_-9/legemidler"
    assert addresses.of("start", HERE, {}) == "/e/demo-epj/helsepersonell/"
    assert addresses.of("ready", HERE, {}) == "/helse"


@pytest.mark.usefixtures("frame_urls")
def test_an_address_cannot_be_broken_out_of() -> None:
    assert (
        addresses.of("treatment:in_use", HERE | {"ctx": "../..?x"}, {})
        == "/e/demo-epj/pasient/..%2F..%3Fx/legemidler"
    )
    with pytest.raises(NoReverseMatch):
        addresses.of("treatment:unknown", HERE, {})


@pytest.fixture
def templates(monkeypatch: pytest.MonkeyPatch) -> None:
    sources = {
        "base": "<html><title>t</title><div id='page'>{% block content %}{% endblock %}</div></html>",
        "parts": "{% macro bold(text) %}<b>{{ text }}</b>{% endmacro %}",
        "list": "{% extends 'base' %}{% from 'parts' import bold %}{% set word = 'to' %}"
        "{% block content %}<h1>{{ bold(name) }}</h1>"
        "{% block rows %}{{ bold(name) }} {{ word }}{% endblock %}{% endblock %}",
    }
    made = environment(loader=DictLoader(sources), autoescape=True)
    monkeypatch.setattr(jinja, "_environment", lambda: made)


@pytest.mark.usefixtures("templates")
@pytest.mark.parametrize(
    ("headers", "whole"),
    [
        ({}, True),
        ({"HX-Request": "true"}, False),
        ({"HX-Request": "true", "HX-Boosted": "true"}, True),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, True),
    ],
)
def test_a_fragment_is_a_block_of_the_page(headers: dict[str, str], whole: bool) -> None:
    answer = render.render(asked(**headers), "list", {"name": "Æ<"}, block="rows")
    text = answer.content.decode()
    assert ("<html>" in text) is whole
    assert text == "<b>Æ&lt;</b> to" or "<h1><b>Æ&lt;</b></h1><b>Æ&lt;</b> to" in text


@pytest.mark.usefixtures("templates")
def test_navigation_is_told_to_swap_the_page() -> None:
    answer = render.render(asked(**{"HX-Request": "true", "HX-Boosted": "true"}), "list", {"name": "x"})
    assert (answer["HX-Retarget"], answer["HX-Reselect"]) == ("#page", "#page")
    assert "HX-Retarget" not in render.render(asked(), "list", {"name": "x"})


@pytest.mark.usefixtures("templates")
def test_a_misspelt_field_is_never_a_silent_blank() -> None:
    assert environment(autoescape=True).undefined is StrictUndefined
    with pytest.raises(UndefinedError):
        render.render(asked(), "list", {})


@pytest.mark.parametrize("code", ["E14", "E15"])
def test_a_page_that_may_not_go_on_is_locked(code: str) -> None:
    error = WrongPatient() if code == "E15" else errors.SessionExpired()
    assert "data-locking" in errors.answer(asked(accept="text/html"), error).content.decode()
    assert "data-locking" not in errors.answer(asked(accept="text/html"), Unavailable()).content.decode()


def test_a_machine_at_a_wrong_address_gets_no_page_to_read() -> None:
    for path, accept, kind in (
        ("/api/v2/Sesjon", "*/*", "application/problem+json"),
        ("/api/v2/Sesjon", "text/html,*/*;q=0.8", "text/html; charset=utf-8"),
        ("/tjeneste/", "*/*", "text/html; charset=utf-8"),
    ):
        assert errors.answer(asked(path, accept=accept), NotFound())["Content-Type"] == kind


def test_details_for_the_log_never_reach_the_page() -> None:
    for headers in ({}, {"accept": "application/json"}, {"HX-Request": "true"}):
        answer = errors.answer(asked(**headers), Unavailable(None, detail="hemmelig-detalj"))
        assert answer.status_code == 503
        assert "hemmelig-detalj" not in answer.content.decode()


def test_one_trace_id_on_answer_page_and_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.handler.addFilter(trace.TraceFilter())
    seen: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request.trace_id)  # type: ignore[attr-defined]
        return errors.answer(request, Unavailable())

    with caplog.at_level(logging.INFO, "portals.shared.errors"):
        answer = TraceMiddleware(view)(asked(**{"X-Trace-Id": "f" * 32, "traceparent": "00-" + "f" * 32}))
    assert answer["X-Trace-Id"] == seen[0] == caplog.records[-1].trace_id  # type: ignore[attr-defined]
    assert seen[0] in answer.content.decode()
    assert seen[0] != "f" * 32
    assert trace.current.get() == "-"
