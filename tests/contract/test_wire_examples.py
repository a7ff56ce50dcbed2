"""Real messages: all are read, all say the same when written again, their signatures hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from sfm.wire import apprec, messages, msghead, safe_xml, schemas, signing
from sfm.wire.namespaces import DSIG, MSGHEAD
from tests.unit.wire import official

FILES = official.examples("messages") + official.examples("migration/patient-2024")
# An M9.6 of 2009, older than any edition we read, and a patient export that is no message.
NO_MESSAGE_OF_OURS = {"M96-b64.xml", "PatientData.xml"}


def known() -> list[Path]:
    return [path for path in FILES if path.name not in NO_MESSAGE_OF_OURS]


def has_envelope(path: Path) -> bool:
    return safe_xml.parse(path.read_bytes()).tag == f"{{{MSGHEAD}}}MsgHead"


ENVELOPES = [path for path in known() if has_envelope(path)]
BARE = [path for path in known() if not has_envelope(path)]
SIGNED_2024 = [p for p in ENVELOPES if "patient-2024" in str(p) and signing.is_signed(p.read_bytes())]


def without_signature(message: bytes) -> safe_xml.Element:
    root = safe_xml.parse(message)
    for signature in root.findall(f"{{{DSIG}}}Signature"):
        root.remove(signature)
    return root


def test_the_examples_are_there() -> None:
    official.folder()
    assert len(ENVELOPES) > 40
    assert len(BARE) > 15
    assert len(SIGNED_2024) > 10


@pytest.mark.parametrize("path", ENVELOPES, ids=lambda path: path.stem[:60])
def test_a_whole_message_is_read_and_says_the_same_when_written_again(path: Path) -> None:
    message = path.read_bytes()
    opened = messages.open_message(message)
    rebuilt = msghead.build(opened.envelope)
    assert safe_xml.content(safe_xml.parse(rebuilt)) == safe_xml.content(without_signature(message))
    assert schemas.validate(message) == schemas.validate(rebuilt) == []
    for attached in opened.attachments:
        messages.open_message(attached)


@pytest.mark.parametrize("path", ENVELOPES, ids=lambda path: path.stem[:60])
def test_the_payload_says_the_same_when_written_again(path: Path) -> None:
    opened = messages.open_message(path.read_bytes())
    payload = next(document.xml for document in opened.envelope.documents if document.xml)
    assert safe_xml.same_content(opened.kind.root.to_xml(opened.body, opened.namespace), payload)


@pytest.mark.parametrize("path", BARE, ids=lambda path: path.stem[:60])
def test_a_bare_payload_says_the_same_when_written_again(path: Path) -> None:
    data = path.read_bytes()
    root = safe_xml.parse(data)
    if apprec.is_apprec(root):
        assert safe_xml.same_content(apprec.to_xml(apprec.parse(data)), data)
        return
    kind = next(kind for kind in messages.BY_CODE.values() if kind.root.holds(root))
    again = kind.root.to_xml(kind.root.parse(data), str(root.tag)[1:].partition("}")[0])
    assert safe_xml.same_content(again, data)


@pytest.mark.parametrize("path", SIGNED_2024, ids=lambda path: path.stem[:60])
def test_signatures_of_the_national_product_hold(path: Path) -> None:
    """Their authority is not ours to trust, but digest and value are right."""
    message = path.read_bytes()
    at = msghead.parse(message).info.generated_at
    assert signing.verify(message, trusted=None, at=at).status == "untrusted"
    chopped = message.replace(b"</GenDate>", b" </GenDate>")
    assert signing.verify(chopped, trusted=None, at=at).status == "invalid"


def test_an_entry_of_the_list_holds_the_prescriptions_own_medication() -> None:
    official.folder()
    lists = [messages.open_message(path.read_bytes()) for path in ENVELOPES if "M251" in path.name]
    entries = [entry for opened in lists for entry in opened.body.entries]
    assert entries
    for entry in entries:
        assert entry.parsed_medication().prescribing.name
