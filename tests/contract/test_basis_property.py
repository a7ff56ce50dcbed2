"""Whatever is sent to Basis: never a 5xx that is not 501, always an outcome, never a word of another patient."""
# ruff: noqa: F811  a fixture is imported where it is used

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfm.patients import vault
from sfm.patients.identity import PatientIdentity
from sfm.tenancy.scope import journal_scope
from tests.contract.runs import some
from tests.contract.test_fhir_property import JSON, VALUES, _paths, _quoted
from tests.factories import contents, sending
from tests.factories import treatments as rows
from tests.integration import basis as doc
from tests.integration.basis import BASIS, Basis, Document, basis  # noqa: F401
from tests.integration.data_sharing import FNR, OLA, patient

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.filterwarnings("ignore:No directory at")


class _World:
    """Kari's document, and what nobody may hear of: Ola of the same journal, and a patient of another."""

    def __init__(self, basis: Basis, document: dict[str, Any], secrets: list[str]) -> None:
        self.basis, self.document, self.secrets = basis, document, secrets

    def hold(self, answer: Any) -> None:
        assert answer.status_code < 500 or answer.status_code == 501, answer.content
        text = answer.content.decode()
        assert not [secret for secret in self.secrets if secret in text]
        if answer.status_code >= 400:
            assert "OperationOutcome" in text
            assert doc.KARI not in text


@pytest.fixture
def world(basis: Basis, other_journal: Any, settings: SettingsWrapper) -> _World:
    secrets = [OLA]
    for journal in (basis.office.journal, other_journal):
        with journal_scope(journal):
            key = vault.register(PatientIdentity(family="Demosen", given="Ola", pid=OLA))
            row = rows.with_prescription(key, content=contents.content(product=contents.SIMVASTATIN))
            secrets += [str(row.pk), str(key), "Simvastatin"]
    with journal_scope(basis.office.journal):
        mine = rows.with_prescription(sending.patient(), sources=["lokal", "PLL"])
        secrets.append(str(mine.patient_key))
    answer = basis.get()
    assert answer.status_code == 200
    settings.BASIS_SOURCE_WAIT = settings.BASIS_SEND_WAIT = 0
    settings.API_PER_MINUTE = 10**6
    return _World(basis, Document(answer).bundle, secrets)


def _bent(draw: Any, whole: dict[str, Any]) -> dict[str, Any]:
    """A right request with a few places overwritten by anything, or taken away."""
    made: dict[str, Any] = json.loads(json.dumps(whole))
    for _ in range(draw(st.integers(1, 2))):
        *way, last = draw(st.sampled_from(_paths(made)))
        place: Any = made
        for step in way:
            place = place[step]
        if draw(st.booleans()):
            place[last] = draw(JSON)
        else:
            del place[last]
    return made


@some(15)
@given(data=st.data())
def test_any_document(world: _World, data: st.DataObject) -> None:
    document = json.loads(json.dumps(world.document))
    document["entry"][0]["resource"]["identifier"]["value"] = str(uuid4())
    part = {"name": "medication", "resource": document}
    content = _bent(data.draw, {"resourceType": "Parameters", "parameter": [part]})
    world.hold(world.basis.epj.post(f"{BASIS}Patient/$sendMedication", content))


@some(8)
@given(data=st.data())
def test_any_question(world: _World, data: st.DataObject) -> None:
    person = {"name": "patient", "resource": patient(doc.KARI, FNR)}
    consent = {"name": "SamtykkeKjernejournal", "valueCode": "HPAKUTT"}
    numbers = {"name": "Referansenummer", "valueString": "123456"}
    since = {"name": "historyTimestamp", "valueDateTime": "2026-01-01"}
    whole = {"resourceType": "Parameters", "parameter": [person, consent, numbers, since]}
    operation = data.draw(
        st.sampled_from(["getMedication", "registerResponsibility", "deRegisterResponsibility"])
    )
    world.hold(world.basis.epj.post(f"{BASIS}Patient/${operation}", _bent(data.draw, whole)))


@some(15)
@given(data=st.data())
def test_any_poll(world: _World, data: st.DataObject) -> None:
    names = st.sampled_from(["code", "owner", "_lastUpdated", "_count", "_format", "x"])
    form = dict(data.draw(st.lists(st.tuples(names, VALUES), max_size=3)))
    query = "&".join(f"{name}={_quoted(value)}" for name, value in form.items() if OLA not in value)
    kind = data.draw(st.sampled_from(["Task", "Practitioner", "Organization", "Person", "Patient"]))
    world.hold(world.basis.epj.get(f"{BASIS}{kind}?{query}"))
