"""(Mine innstillinger) What is chosen in the personnel portal shows where the work is done."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest

from portals.treatment.forms import preferred
from portals.treatment.forms.offer import Offer, ReimbursementChoice
from sfm.identity import preferences
from sfm.tenancy.scope import journal_scope
from tests.factories import contents
from tests.integration.portal import Portal, invented
from tests.integration.prescribing import Screen, form_address

if TYPE_CHECKING:
    from django.test import RequestFactory

    from tests.office import Office

pytestmark = [
    pytest.mark.usefixtures("fest"),
    pytest.mark.filterwarnings("ignore:No directory at"),
]


def choose(office: Office, **choices: str) -> None:
    with journal_scope(office.journal):
        preferences.choose(office.people["berg"].pk, choices)


def test_choices_come_along_with_the_login(office: Office) -> None:
    choose(office, density="large", shortcuts="off")
    page = Screen(office).get("legemidler").content.decode()
    assert 'data-density="large"' in page
    assert 'data-keys="off"' in page


def test_the_patient_opens_on_the_chosen_tab(office: Office) -> None:
    choose(office, start_tab="history")
    _, pid = invented(office, 0)
    portal = Portal(office, "berg").log_in()
    assert portal.set_patient(pid).json()["url"].endswith("/historikk")


def test_a_new_prescription_begins_with_the_usual_type(office: Office) -> None:
    address = form_address("metoprolol 50")
    assert Screen(office).form(address)["rx_type"] == "E"
    choose(office, prescription_kind="P")
    assert Screen(office, serial=1).form(address)["rx_type"] == "P"


@pytest.mark.parametrize(("system", "first"), [("icpc2", "K86"), ("icd10", "I10")])
def test_the_chosen_diagnosis_codes_come_first(rf: RequestFactory, system: str, first: str) -> None:
    codes = [
        ReimbursementChoice(value=f"200|{code}|2.16.578.1.12.4.1.1.{oid}", paragraph="§2", label=code)
        for code, oid in (("A01", "9999"), ("I10", "7435"), ("K86", "7170"))
    ]
    offer = Offer(product=contents.content().product, base=None, base_name="", group_level=False)
    request = rf.get("/")
    request.session = cast("Any", {preferences.IN_SESSION: {"diagnosis_system": system}})
    shown = preferred.ordered(request, replace(offer, reimbursements=tuple(codes))).reimbursements
    assert shown[0].label == first
    assert len(shown) == 3
