"""What a failing network means: not delivered, or nobody knows."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest

from sfm.core import clock
from sfm.gateways import breaker
from sfm.gateways.rf import clock_check
from sfm.gateways.rf.client import HttpRf
from sfm.gateways.rf.errors import RfOutcomeUnknown, RfUnavailable


def rf(answer):
    def handle(request):
        if isinstance(answer, Exception):
            raise answer
        return answer

    return HttpRf("http://rf.test", transport=httpx.MockTransport(handle))


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (httpx.ConnectError("refused"), RfUnavailable),
        (httpx.ConnectTimeout("slow"), RfUnavailable),
        (httpx.Response(503), RfUnavailable),
        (httpx.ReadTimeout("slow"), RfOutcomeUnknown),
        (httpx.RemoteProtocolError("cut"), RfOutcomeUnknown),
        (httpx.Response(200, content=b""), RfOutcomeUnknown),
        (httpx.Response(200, content=b"<html/>"), RfOutcomeUnknown),
        (httpx.Response(500, content=b"oops"), RfOutcomeUnknown),
    ],
)
def test_a_submission_is_undelivered_or_unknown(answer, outcome):
    client = rf(answer)
    with pytest.raises(outcome):
        client.submit(b"<MsgHead/>", kind="ERM1")
    client.close()


@pytest.mark.parametrize(
    ("ahead", "off"), [(0, False), (110, False), (-110, False), (130, True), (-130, True)]
)
@pytest.mark.usefixtures("redis_client")
def test_every_answer_tells_whether_our_clock_goes_right(ahead, off):
    theirs = format_datetime(clock.now() - timedelta(seconds=ahead), usegmt=True)
    client = rf(httpx.Response(200, content=b"", headers={"Date": theirs}))
    with pytest.raises(RfOutcomeUnknown):
        client.submit(b"<MsgHead/>", kind="ERM1")
    client.close()
    assert clock_check.is_off() is off


@pytest.mark.parametrize("header", ["", "i går", "Sun, 99 Nov 2026 10:00:00 GMT"])
def test_who_tells_no_time_proves_nothing(header):
    assert clock_check.difference(header) is None


def test_a_question_may_simply_be_asked_again():
    client = rf(httpx.ReadTimeout("slow"))
    with pytest.raises(RfUnavailable):
        client.ask(b"<MsgHead/>", kind="ERM95")
    client.close()


def test_after_some_failures_nobody_waits_for_a_while():
    calls = []

    def handle(request):
        calls.append(request)
        raise httpx.ConnectError("refused")

    client = HttpRf("http://rf.test", transport=httpx.MockTransport(handle))
    for _ in range(breaker.FAILURES + 3):
        with pytest.raises(RfUnavailable):
            client.submit(b"<MsgHead/>", kind="ERM1")
    assert len(calls) == breaker.FAILURES
    with clock.frozen_at(clock.now() + breaker.PAUSE + timedelta(seconds=1)), pytest.raises(RfUnavailable):
        client.submit(b"<MsgHead/>", kind="ERM1")
    assert len(calls) == breaker.FAILURES + 1
    client.close()


def test_one_operation_does_not_stop_another():
    client = rf(httpx.ConnectError("refused"))
    for _ in range(breaker.FAILURES):
        with pytest.raises(RfUnavailable):
            client.submit(b"<MsgHead/>", kind="ERM1")
    with pytest.raises(RfUnavailable, match="ConnectError"):
        client.submit(b"<MsgHead/>", kind="ERM5")
    client.close()
