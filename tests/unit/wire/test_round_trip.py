"""Whatever we can say, we can read back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sfm.wire import apprec, helfo, m1, m5, m251_extension, m271, messages, msghead
from sfm.wire.binding import Root
from sfm.wire.safe_xml import WireFormatError
from sfm.wire.values import CS
from tests.unit.wire import samples
from tests.unit.wire.strategies import any_of

ROOTS: list[Root[Any]] = [kind.root for kind in messages.BY_CODE.values()]
ROOTS += [m1.MEDICATION, m1.COMMODITY, m1.EXTENSION, m5.EXTENSION, m251_extension.EXTENSION, helfo.PROOF]
QUIET = settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@pytest.mark.parametrize("root", ROOTS, ids=lambda root: f"{root.name}-{root.namespaces[0][-20:]}")
@QUIET
@given(data=st.data())
def test_reading_what_was_written_gives_the_same(root: Root[Any], data: st.DataObject) -> None:
    value = data.draw(any_of(root.cls))
    for namespace in root.namespaces:
        assert root.parse(root.to_xml(value, namespace)) == value


@QUIET
@given(data=st.data())
def test_a_receipt_survives(data: st.DataObject) -> None:
    receipt = data.draw(any_of(apprec.AppRec))
    assert apprec.parse(apprec.to_xml(receipt)) == receipt


@QUIET
@given(data=st.data())
def test_an_envelope_survives(data: st.DataObject) -> None:
    info = data.draw(any_of(msghead.MessageInfo))
    attached = msghead.attachment(data.draw(st.binary(max_size=50)), compress=data.draw(st.booleans()))
    main = msghead.Document(connection=msghead.MAIN_DOCUMENT, xml=m1.to_xml(samples.PRESCRIPTION))
    envelope = msghead.Envelope(info=info, documents=(main, attached))
    assert msghead.parse(msghead.build(envelope)) == envelope


def test_nothing_empty_is_written() -> None:
    with pytest.raises(WireFormatError) as refused:
        m5.to_xml(m5.Recall(prescription_id=""))
    assert refused.value.code == "225"
    with pytest.raises(WireFormatError, match="Status"):
        messages.BY_CODE["ERM271"].root.to_xml(
            m271.MultidoseRegistration(status=CS(), valid_from=samples.NOW.date())
        )


def test_characters_xml_cannot_hold_are_refused() -> None:
    with pytest.raises(WireFormatError, match="Merknad"):
        m5.to_xml(m5.Recall(prescription_id="1", note="\x00"))


def test_a_missing_value_is_named() -> None:
    with pytest.raises(WireFormatError, match="Utloper mangler") as refused:
        m1.parse(m1.to_xml(samples.PRESCRIPTION).replace(b"<Utloper>2027-03-01</Utloper>", b""))
    assert refused.value.code == "T02"


def test_a_bad_value_is_named_but_not_repeated() -> None:
    with pytest.raises(WireFormatError, match="Utloper har ugyldig verdi") as refused:
        m1.parse(m1.to_xml(samples.PRESCRIPTION).replace(b"2027-03-01", b"Kari"))
    assert "Kari" not in refused.value.text


def test_unknown_elements_are_passed_over() -> None:
    data = m5.to_xml(m5.Recall(prescription_id="1")).replace(
        b"</Tilbakekalling>", b"<Nytt/></Tilbakekalling>"
    )
    assert m5.parse(data).prescription_id == "1"


def test_an_element_twice_is_refused() -> None:
    data = m5.to_xml(m5.Recall(prescription_id="1"))
    with pytest.raises(WireFormatError, match="flere ganger"):
        m5.parse(data.replace(b"</Tilbakekalling>", b"<ReseptId>2</ReseptId></Tilbakekalling>"))
