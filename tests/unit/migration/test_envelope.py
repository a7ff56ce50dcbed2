"""The envelope of export files: opened for us alone, and nothing an exporter never makes."""

import io
import struct
import zipfile

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from sfm.migration import envelope
from sfm.migration.envelope import PADDING, Unreadable

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
FILES = {"PatientData.xml": b"<x/>", "a/b.xml": b"y" * 3000}


def unwrap(wrapped: bytes) -> bytes:
    return KEY.decrypt(wrapped, PADDING)


def sealed(content: bytes) -> bytes:
    return envelope.seal_envelope(content, KEY.public_key())


def test_what_was_sealed_is_opened():
    opened = envelope.open_envelope(sealed(envelope.pack(FILES)), unwrap)
    assert opened.extension == "zip"
    assert envelope.entries(opened) == FILES


def test_the_header_is_three_little_endian_lengths():
    data = sealed(b"x")
    assert struct.unpack_from("<iii", data) == (256, 16, 4)  # RSA 2048, AES block, base64 of «zip»


def change(data: bytes, at: int, what: bytes) -> bytes:
    return data[:at] + what + data[at + len(what) :]


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda data: b"",
        lambda data: data[:-5],
        lambda data: change(data, 0, struct.pack("<i", 5000)),
        lambda data: change(data, 4, struct.pack("<i", 8)),
        lambda data: change(data, 8, struct.pack("<i", -1)),
        lambda data: change(data, 12, b"\0" * 256),
        lambda data: change(data, 12 + 256 + 16, b"****"),
        lambda data: data[: 12 + 256 + 16 + 4],
    ],
)
def test_a_spoilt_file_is_unreadable_and_nothing_worse(spoilt):
    with pytest.raises(Unreadable):
        envelope.entries(envelope.open_envelope(spoilt(sealed(envelope.pack(FILES))), unwrap))


def test_a_file_for_somebody_else_does_not_open():
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with pytest.raises(Unreadable, match="ikke kryptert for denne"):
        envelope.open_envelope(envelope.seal_envelope(b"x", other.public_key()), unwrap)


@pytest.mark.parametrize("name", ["../up.xml", "/etc/x.xml", "a\\..\\..\\b.xml", "c:x.xml"])
def test_no_path_out_of_the_archive(name):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(name, b"x")
    with pytest.raises(Unreadable, match="filnavn"):
        envelope.entries(envelope.Opened(extension="zip", content=made.getvalue()))


def test_a_zip_bomb_is_not_unpacked():
    bomb = envelope.pack({"PatientData.xml": b"\0" * 8_000_000})
    with pytest.raises(Unreadable, match="større utpakket"):
        envelope.entries(envelope.Opened(extension="zip", content=bomb))


def test_backslashes_of_the_source_are_slashes_here():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("Patients0\\a.xml", b"x")
    assert envelope.entries(envelope.Opened(extension="zip", content=made.getvalue())) == {
        "Patients0/a.xml": b"x"
    }
