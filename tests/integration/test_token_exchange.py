"""Workers show RF and KJ a token made for them, never the one the record system gave us."""

from __future__ import annotations

import pytest

from sfm.exchange import tokens
from sfm.exchange.models import Message
from sfm.gateways.kj.errors import KjUnavailable
from sfm.gateways.rf.errors import RfUnavailable
from sfm.identity import helseid_client
from sfm.identity.refusals import OutOfService


@pytest.fixture(autouse=True)
def exchanged(monkeypatch):
    asked = []

    def exchange(token, *, scope):
        asked.append((token, scope))
        if token == "expired":
            raise helseid_client.HelseIdRefused("invalid_grant")
        if token == "down":
            raise OutOfService(detail="down")
        return f"for {scope}"

    monkeypatch.setattr(helseid_client, "exchange", exchange)
    tokens._held.clear()
    return asked


def test_each_service_gets_its_own(exchanged, settings):
    message = Message(token="ours")
    assert tokens.for_rf(message) == f"for {settings.RF_SCOPE}"
    assert tokens.for_kj(message) == f"for {settings.KJ_SCOPE}"
    tokens.for_rf(message)
    assert len(exchanged) == 2


@pytest.mark.parametrize("token", ["", "expired"])
def test_without_a_token_nothing_is_shown(token):
    assert tokens.for_rf(Message(token=token)) == ""


def test_helseid_down_means_later():
    with pytest.raises(RfUnavailable):
        tokens.for_rf(Message(token="down"))
    with pytest.raises(KjUnavailable):
        tokens.for_kj(Message(token="down"))
