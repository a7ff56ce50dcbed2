"""What strangers may not do with XML."""

from __future__ import annotations

import pytest

from sfm.wire import safe_xml
from sfm.wire.safe_xml import WireFormatError

BOMB = b"""<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>"""
XXE = b"""<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>"""
REMOTE_DTD = b"""<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd"><a/>"""


@pytest.mark.parametrize("data", [BOMB, XXE, REMOTE_DTD], ids=["bomb", "xxe", "remote dtd"])
def test_refuses_every_document_type_declaration(data: bytes) -> None:
    with pytest.raises(WireFormatError, match="DTD") as refused:
        safe_xml.parse(data)
    assert refused.value.code == "T01"


def test_refuses_what_is_not_xml() -> None:
    for data in (b"", b"nei", b"<a>", b"<a/><b/>", b"<a>\x00</a>"):
        with pytest.raises(WireFormatError) as refused:
            safe_xml.parse(data)
        assert refused.value.code == "T01"


@pytest.mark.parametrize(
    "data",
    [
        '<?xml version="1.0" encoding="ISO-8859-1"?><a>ø</a>'.encode("latin-1"),
        '<?xml version="1.0"?><a>ø</a>'.encode("latin-1"),
        "<a>ø</a>".encode("utf-16"),
    ],
)
def test_reads_utf_8_only(data: bytes) -> None:
    with pytest.raises(WireFormatError) as refused:
        safe_xml.parse(data)
    assert refused.value.code == "25"


def test_refuses_a_message_over_the_limit() -> None:
    assert safe_xml.parse(b"<a/>", limit=4).tag == "a"
    with pytest.raises(WireFormatError, match="større"):
        safe_xml.parse(b"<a />", limit=4)


def test_refuses_more_than_a_hundred_levels() -> None:
    assert safe_xml.parse(b"<a>" * 100 + b"</a>" * 100).tag == "a"
    with pytest.raises(WireFormatError, match="100 nivåer"):
        safe_xml.parse(b"<a>" * 101 + b"</a>" * 101)


def test_a_comment_or_instruction_does_not_cut_a_text() -> None:
    assert safe_xml.text_of(safe_xml.parse(b"<a>10<!-- -->0</a>")) == "100"
    assert safe_xml.text_of(safe_xml.parse(b"<a>10<?x y?>0</a>")) == "100"


def test_same_content_looks_past_prefixes_layout_and_lexical_forms() -> None:
    left = b'<a xmlns="u"><b> 2019-07-17T08:00:00.1230000+02:00 </b><c V="2.50"/><d/></a>'
    right = b'<x:a xmlns:x="u">\n <x:b>2019-07-17T06:00:00.123Z</x:b><x:c V="2.5"/></x:a>'
    assert safe_xml.same_content(left, right)


@pytest.mark.parametrize(
    "other", [b'<a xmlns="u"><b>2</b></a>', b'<a xmlns="w"><b>1</b></a>', b'<a xmlns="u"/>']
)
def test_same_content_sees_every_difference(other: bytes) -> None:
    assert not safe_xml.same_content(b'<a xmlns="u"><b>1</b></a>', other)
