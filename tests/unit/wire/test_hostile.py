"""Whatever is done to a message, the worst that happens is a refusal."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest

from sfm.wire import messages, signing, soap
from sfm.wire.safe_xml import WireFormatError
from tests.unit.wire import samples
from tests.unit.wire.bodies import BODIES
from tests.unit.wire.samples import NOW, Authority

JUNK = [
    b"",
    b"<",
    b'"',
    b"&",
    b"NaN",
    b"-1",
    b"\xff",
    b"<!--x-->",
    b"<?a b?>",
    b"9" * 30,
    b" ",
    b"0000-00-00",
    b"x:",
]
DAMAGE = 400


def damaged(message: bytes, dice: random.Random) -> bytes:
    spoiled = bytearray(message)
    for _ in range(dice.randint(1, 2)):
        start = dice.randrange(len(spoiled))
        spoiled[start : start + dice.choice([0, 1, 3, 40])] = dice.choice(JUNK)
    return bytes(spoiled)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_damage_is_refused_and_a_valid_signature_still_means_the_same_message(
    seed: int, authority: Authority
) -> None:
    dice = random.Random(seed)  # noqa: S311 — damage, not secrets
    signer = authority.signer()
    originals = {kind: signing.sign(samples.message(kind, body), signer) for kind, body in BODIES}
    for _ in range(DAMAGE):
        kind, original = dice.choice(list(originals.items()))
        spoiled = damaged(original, dice)
        with suppress(WireFormatError):
            if signing.verify(spoiled, trusted=[authority.pem], at=NOW).status == "valid":
                assert messages.open_message(spoiled) == messages.open_message(original), kind
        with suppress(WireFormatError):
            messages.open_message(spoiled)
        with suppress(WireFormatError, soap.SoapFault):
            soap.parse_response(soap.response(soap.REKVIRENT_OPERATIONS["M1"], spoiled))


def test_a_relative_namespace_is_refused() -> None:
    with pytest.raises(WireFormatError, match="navnerom"):
        messages.open_message(samples.message().replace(b"http://www.kith.no/xmlstds/eresept/m1", b"m1"))
