"""The envelope keeps what is signed, and does not let attachments blow up."""

from __future__ import annotations

import gzip

import pytest

from sfm.wire import m1, m5, messages, msghead
from sfm.wire.m96 import PrescriptionList
from sfm.wire.safe_xml import WireFormatError
from sfm.wire.values import cv
from tests.unit.wire import samples

M5 = m5.Recall(prescription_id="1", reason=cv("1", 7500, "Fornying"))


@pytest.mark.parametrize("compress", [False, True])
def test_an_attached_message_comes_out_byte_for_byte(compress: bool) -> None:
    inner = samples.message() + b"\n"
    attached = msghead.attachment(inner, compress=compress)
    outer = samples.message("ERM5", M5, attachments=(attached,))
    assert messages.open_message(outer).attachments == (inner,)


def test_a_gzip_bomb_is_refused() -> None:
    with pytest.raises(WireFormatError, match="for stort"):
        msghead.unpack(gzip.compress(bytes(10_000_000)))


def test_broken_gzip_is_refused() -> None:
    packed = gzip.compress(samples.message())
    for broken in (packed[:-20], packed[:20] + b"xxxx" + packed[24:]):
        with pytest.raises(WireFormatError, match="pakkes ut"):
            msghead.unpack(broken)


def test_the_main_document_is_found_by_its_namespace_not_its_place() -> None:
    envelope = msghead.parse(samples.message("ERM5", M5, attachments=(msghead.attachment(b"<a/>"),)))
    turned = msghead.build(msghead.Envelope(info=envelope.info, documents=envelope.documents[::-1]))
    assert messages.open_message(turned).body == M5


def test_an_extension_is_read_wherever_it_stands() -> None:
    extension = m1.PrescriptionExtension(version="1", diagnosis=cv("R78", 7170, "Akutt bronkitt"))
    data = samples.message(attachments=(messages.extension(m1.EXTENSION, extension),))
    assert messages.open_message(data).extensions == (extension,)


def test_two_main_documents_are_refused() -> None:
    second = msghead.Document(xml=m5.to_xml(M5))
    with pytest.raises(WireFormatError) as refused:
        messages.open_message(samples.message(attachments=(second,)))
    assert refused.value.code == "39"


def test_an_unknown_message_type_is_refused() -> None:
    data = samples.message().replace(b"eresept/m1/2013-10-08", b"eresept/m1/2099-01-01")
    with pytest.raises(WireFormatError) as refused:
        messages.open_message(data)
    assert refused.value.code == "39"


def test_at_most_five_hundred_attachments() -> None:
    many = (msghead.attachment(b"<a/>"),) * (msghead.MAX_ATTACHMENTS + 1)
    with pytest.raises(WireFormatError, match="500 vedlegg"):
        msghead.parse(samples.message(attachments=many))


def test_a_bad_attachment_is_refused() -> None:
    data = samples.message(attachments=(msghead.attachment(b"hei"),)).replace(b">aGVp<", b">aGV*<")
    with pytest.raises(WireFormatError, match="base64"):
        msghead.parse(data)


def test_the_prescribers_number_has_nine_characters() -> None:
    sender = messages.open_message(samples.message()).envelope.info.sender.organisation
    assert sender.prescriber is not None
    assert sender.prescriber.number("HPR") == "009999999"
    assert sender.number("HER") == "8000001"


def test_the_list_repeats_the_prescriptions_own_medication() -> None:
    copied = m1.medication_bytes(samples.message())
    assert m1.MEDICATION.parse(copied) == samples.MEDICATION
    with pytest.raises(WireFormatError, match="ett legemiddel"):
        m1.medication_bytes(samples.message("ERM5", M5))


def test_only_answers_with_attachments_may_be_large() -> None:
    large = (msghead.attachment(bytes(9_000_000)),)
    assert messages.open_message(samples.message("ERM96", PrescriptionList(), attachments=large)).attachments
    with pytest.raises(WireFormatError, match="10 MB"):
        messages.open_message(samples.message("ERM5", M5, attachments=large))
