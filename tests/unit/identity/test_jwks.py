"""The key cache: a day, once a minute, and the last good set (security.md 3, attacks 4 and 20)."""

from __future__ import annotations

import pytest

from sfm.identity.jwks import WELL_KNOWN, KeySet
from sfm.identity.refusals import InvalidToken, OutOfService
from tests.tokens import Issuer

DAY = 24 * 60 * 60


class Clock:
    at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def time() -> Clock:
    return Clock()


@pytest.fixture
def keys(issuer: Issuer, time: Clock) -> KeySet:
    return KeySet(issuer.url, fetch=issuer.fetch, seconds=time)


def test_an_unknown_key_is_asked_for_once_a_minute(keys: KeySet, issuer: Issuer, time: Clock) -> None:
    keys.find(issuer.kid)
    time.at = 61
    for number in range(1000):
        with pytest.raises(InvalidToken):
            keys.find(f"unknown {number}")
    assert issuer.fetches == 4  # metadata and keys: once at first, once for the unknown


def test_a_rotated_key_is_found(keys: KeySet, issuer: Issuer, time: Clock) -> None:
    old = issuer.kid
    keys.find(old)
    issuer.kid, time.at = "rotated", 61
    assert keys.find("rotated")
    with pytest.raises(InvalidToken):
        keys.find(old)


def test_the_last_good_keys_live_on_when_helseid_is_down(keys: KeySet, issuer: Issuer, time: Clock) -> None:
    keys.find(issuer.kid)
    issuer.down, time.at = True, 3 * DAY
    assert keys.find(issuer.kid)
    with pytest.raises(InvalidToken):
        keys.find("unknown")


def test_keys_are_read_anew_every_day(keys: KeySet, issuer: Issuer, time: Clock) -> None:
    keys.find(issuer.kid)
    time.at = DAY + 1
    keys.find(issuer.kid)
    keys.find(issuer.kid)
    assert issuer.fetches == 4


def test_without_any_keys_the_door_is_closed(keys: KeySet, issuer: Issuer, time: Clock) -> None:
    issuer.down = True
    with pytest.raises(OutOfService):
        keys.find(issuer.kid)
    issuer.down, time.at = False, 2
    assert keys.find(issuer.kid)


def test_metadata_of_another_issuer_is_not_believed(issuer: Issuer) -> None:
    keys = KeySet("http://127.0.0.1:9999", fetch=issuer.fetch)
    with pytest.raises(OutOfService):
        keys.find(issuer.kid)


def test_a_key_for_encryption_signs_nothing(issuer: Issuer) -> None:
    both = [
        issuer.key.public_jwk | {"kid": kid, "use": use} for kid, use in (("signs", "sig"), ("seals", "enc"))
    ]
    documents = {
        WELL_KNOWN: {"issuer": issuer.url, "jwks_uri": issuer.url + "/keys"},
        "/keys": {"keys": both},
    }
    keys = KeySet(issuer.url, fetch=lambda url: documents[url.removeprefix(issuer.url)])
    assert keys.find("signs")
    with pytest.raises(InvalidToken):
        keys.find("seals")
