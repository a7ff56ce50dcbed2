"""Adresseregisteret: fetched whole, kept, and found in by what a person writes."""

from __future__ import annotations

import httpx
import pytest

from sfm.core.errors import Unavailable
from sfm.gateways.address_register import client

ROWS = [
    {
        "herId": "2",
        "organizationNumber": "999000002",
        "name": "Torget apotek",
        "type": "apotek",
        "city": "Oslo",
    },
    {
        "herId": "1",
        "organizationNumber": "999000001",
        "name": "Elven apotek",
        "type": "apotek",
        "city": "Bergen",
    },
    {
        "herId": "3",
        "organizationNumber": "999000003",
        "name": "Torget apotek",
        "type": "apotek",
        "city": "Bodø",
    },
]


class Register:
    def __init__(self):
        self.asked, self.answer = 0, lambda: httpx.Response(200, json=ROWS)
        self.client = client.AddressRegister("http://ar.test", transport=httpx.MockTransport(self._handle))

    def _handle(self, _request):
        self.asked += 1
        return self.answer()


@pytest.fixture
def register(settings, monkeypatch):
    made = Register()
    settings.ADDRESS_REGISTER_URL = "http://ar.test"
    monkeypatch.setattr(client, "_client", lambda _: made.client)
    return made


def test_it_is_asked_once_and_sorted_by_name(register):
    assert [one.name for one in client.dispensers()] == ["Elven apotek", "Torget apotek", "Torget apotek"]
    client.dispensers()
    assert register.asked == 1


def test_every_word_typed_must_be_there(register):
    assert [one.her_id for one in client.find("torget bodø")] == ["3"]
    assert client.find("finnes ikke") == ()


@pytest.mark.parametrize(
    ("said", "her_id"),
    [("Elven apotek, Bergen (1)", "1"), ("3", "3"), ("elven apotek", "1"), ("Torget apotek", ""), ("(1", "")],
)
def test_one_is_meant_or_none(register, said, her_id):
    found = client.named(said)
    assert (found.her_id if found else "") == her_id


@pytest.mark.parametrize(
    "answer",
    [
        lambda: httpx.Response(500),
        lambda: httpx.Response(200, json=[{"name": "Uten nummer"}]),
        lambda: httpx.Response(200, content=b"<html>"),
    ],
)
def test_a_register_that_does_not_answer_is_not_asked_again_at_once(register, answer):
    register.answer = answer
    for _ in range(3):
        with pytest.raises(Unavailable) as silent:
            client.dispensers()
        assert silent.value.text == client.SILENT
    assert register.asked == 1


def test_what_is_remembered_outlives_a_silence(register):
    client.dispensers()
    register.answer = lambda: httpx.Response(500)
    register.client._until = 0.0
    assert len(client.dispensers()) == len(ROWS)


def test_without_an_address_the_person_is_told(settings):
    settings.ADDRESS_REGISTER_URL = ""
    with pytest.raises(Unavailable) as closed:
        client.dispensers()
    assert "ikke satt opp" in closed.value.text
