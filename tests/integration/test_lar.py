"""LAR: the patient is flagged by a doctor, the form proposes LAR and the one pharmacy, and another is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest

from sfm.core.errors import Forbidden
from sfm.gateways.address_register import client as register
from sfm.medication.actions import lar as acts
from sfm.medication.models import MedicationList, Prescription
from sfm.medication.queries import lar
from tests.integration.prescribing import Screen, as_typed, form_address

if TYPE_CHECKING:
    from sfm.core.actor import Actor
    from tests.office import Office

pytestmark = [
    pytest.mark.usefixtures("fest", "in_journal"),
    pytest.mark.filterwarnings("ignore:No directory at"),
]
SQUARE, BRIDGE = "Demoapoteket Torget (9009102)", "Demoapoteket Brua (9009103)"
LISTED = [
    {"herId": number, "organizationNumber": "310007782", "name": name, "type": "apotek"}
    for name, number in (("Demoapoteket Torget", "9009102"), ("Demoapoteket Brua", "9009103"))
]


@pytest.fixture
def doctor(office: Office, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Screen:
    settings.ADDRESS_REGISTER_URL = "http://adresseregister.test"
    answers = httpx.MockTransport(lambda _: httpx.Response(200, json=LISTED))
    made = register.AddressRegister(settings.ADDRESS_REGISTER_URL, transport=answers)
    monkeypatch.setattr(register, "_client", lambda _: made)
    return Screen(office)


def test_from_the_flag_to_the_second_prescription(doctor: Screen) -> None:
    methadone, buprenorphine = form_address("metadon mikst 2 mg/ml"), form_address("buprenorfin subling 8 mg")
    plain = doctor.form(methadone)
    assert (plain.get("lar"), plain["dispatch_method"]) == (None, "")

    first = as_typed(
        plain, quick="40 ml morgen", dose_unit="8", lar="1", dispatch_method="L", pharmacy=SQUARE
    )
    seen = doctor.post("forskriv/forhandsvis", first | {"form": "new"}, **{"HX-Request": "true"})
    assert "ikke registrert som LAR-pasient" in seen.content.decode()

    assert doctor.post("lar", {"in_lar": "1"}).status_code == 303
    page = doctor.get("lar").content.decode()
    assert "Pasienten er under LAR-behandling." in page
    assert doctor.post(methadone, first).status_code == 303
    assert Prescription.objects.get().particulars["lar"] is True

    again = doctor.form(buprenorphine)
    assert (again["lar"], again["dispatch_method"], again["pharmacy"]) == ("1", "L", SQUARE)
    elsewhere = as_typed(again, pharmacy=BRIDGE)
    refused = doctor.post(buprenorphine, elsewhere)
    assert refused.status_code == 422
    assert "LAR går til ett apotek." in refused.content.decode()
    assert doctor.post("lar", {"in_lar": "0"}).status_code == 409


def test_the_flag_is_a_doctors(nurse: Actor, prescriber: Actor) -> None:
    patient = uuid4()
    with pytest.raises(Forbidden):
        acts.flag(in_lar=True, by=nurse, patient=patient)
    acts.flag(in_lar=True, by=prescriber, patient=patient)
    assert MedicationList.objects.get(patient_key=patient).in_lar
    assert lar.standing(patient) == ()
    acts.flag(in_lar=False, by=prescriber, patient=patient)
    assert not MedicationList.objects.get(patient_key=patient).in_lar
