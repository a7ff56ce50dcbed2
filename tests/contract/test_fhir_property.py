"""Whatever is sent to Datadeling: never a 5xx that is not 501, always an outcome, never a word of another patient."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfm.fhir.data_sharing import served
from sfm.fhir.data_sharing.r4 import json_form, xml_form
from sfm.fhir.data_sharing.r4.check import check
from sfm.fhir.data_sharing.r4.faults import BadContent
from tests.contract.runs import some
from tests.integration.data_sharing import KARI, OLA, Epj, patient
from tests.integration.test_data_sharing_list import Open
from tests.integration.test_data_sharing_people import someone, unit
from tests.integration.test_data_sharing_rest import condition, inr

if TYPE_CHECKING:
    from sfm.fest.catalogue import Catalogue
    from tests.office import Office

pytestmark = pytest.mark.filterwarnings("ignore:No directory at")
TYPES = [offer.type for offer in served.OFFERS]
NAMES = sorted({name for offer in served.OFFERS for name in offer.params} | {"_count", "_summary", "_format"})
SYSTEM = "urn:oid:2.16.578.1.12.4.1.4.1|"
VALUES = st.one_of(
    st.sampled_from(
        [
            "",
            "x",
            "true",
            "0",
            "-1",
            "1e9",
            "2026-02-31",
            "gt2026-01-01",
            "INDICATOR",
            "xml",
            f"{SYSTEM}{OLA}",
        ]
    ),
    st.text(max_size=30),
)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=12), st.sampled_from([KARI, "2026-01-01"])
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=8), inner, max_size=2),
)
STARTS: dict[str, dict[str, Any]] = {
    "Patient": patient(),
    "Practitioner": someone(),
    "Person": someone("Person"),
    "Organization": unit(),
    "Condition": condition("x"),
    "Observation": inr("x"),
}


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] * bool(path) + [one for name, part in inner for one in _paths(part, (*path, name))]


@st.composite
def bent(draw: Any) -> dict[str, Any]:
    """A right resource with a few places overwritten by anything."""
    made: dict[str, Any] = json.loads(json.dumps(STARTS[draw(st.sampled_from(sorted(STARTS)))]))
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from(_paths(made)))
        place: Any = made
        for step in way:
            place = place[step]
        place[last] = draw(JSON)
    return made


class _Callers:
    def __init__(self, epj: Epj, admin: Epj, opened: Open, secret: Open) -> None:
        self.people, self.ticket, self.secret = (epj, admin), opened.ticket, secret


@pytest.fixture
def callers(
    office: Office,
    epj: Epj,
    admin: Epj,
    fest: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
) -> _Callers:
    from sfm.fhir.data_sharing import indicators
    from sfm.patients import ticket

    monkeypatch.setattr(indicators, "PER_HOUR", 10**6)
    monkeypatch.setattr(ticket, "MISSES_PER_MINUTE", 10**6)
    return _Callers(epj, admin, Open(office, epj), Open(office, Epj(office.caller("nes")), OLA))


def _hold(answer: Any, secret: Open) -> None:
    assert answer.status_code < 500 or answer.status_code == 501, answer.content
    text = answer.content.decode()
    assert secret.ticket not in text
    assert str(secret.key) not in text
    assert str(secret.row.pk) not in text
    if answer.status_code >= 400:
        assert "OperationOutcome" in text
        assert KARI not in text
        assert OLA not in text


@some(40)
@given(data=st.data())
def test_any_search(callers: _Callers, data: st.DataObject) -> None:
    kind, ident = data.draw(st.sampled_from(TYPES)), data.draw(st.sampled_from(["", "/x", "/_search"]))
    form = dict(data.draw(st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=3)))
    if data.draw(st.booleans()):
        form["patientTicket"] = callers.ticket
    for name in ("identifier", "identifiers", "pid", "_tag"):  # numbers that are asked for may be answered
        form.pop(name, None) if OLA in form.get(name, "") else None
    query = "&".join(f"{name}={_quoted(value)}" for name, value in form.items())
    for caller in callers.people:
        if ident == "/_search":
            _hold(caller.search(kind, query), callers.secret)
        else:
            _hold(caller.get(f"{kind}{ident}?{query}"), callers.secret)


@some(60)
@given(content=bent(), kind=st.sampled_from(sorted(STARTS)), change=st.booleans(), straight=st.booleans())
def test_any_content(callers: _Callers, content: Any, kind: str, change: bool, straight: bool) -> None:
    """Also of the right kind with the caller's own ticket, by those who may write it."""
    epj, admin = callers.people
    own = content.get("resourceType")
    kind = own if straight and isinstance(own, str) and own in STARTS else kind
    caller = epj if kind in ("Condition", "Observation") else admin
    body = json.dumps(content).replace("Patient/x", f"Patient/{callers.ticket}")
    answer = caller.put(f"{kind}/{callers.secret.row.pk}", body) if change else caller.post(kind, body)
    _hold(answer, callers.secret)


@some(100)
@given(content=bent())
def test_what_passes_can_be_written_and_read_in_both_forms(content: dict[str, Any]) -> None:
    try:
        kept = json_form.read(json.dumps(content).encode())
        check(kept, str(kept.get("resourceType")))
    except BadContent:
        return
    assert json_form.read(json_form.write(kept)) == kept
    again = xml_form.read(xml_form.write(kept))
    assert set(again) == {name for name in kept if not name.startswith("_")}


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, errors="replace")
