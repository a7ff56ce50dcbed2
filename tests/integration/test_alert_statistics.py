"""What warnings do, counted without patients: shown when a product is chosen, accepted when somebody says why."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from lxml import html

from sfm.core import clock
from sfm.fest import catalogue
from sfm.medication import prescribing
from sfm.medication.models import AlertTally
from sfm.medication.queries import alert_statistics
from tests.factories import contents, treatments
from tests.integration.portal import OWN
from tests.integration.prescribing import Screen, first_hit, form_address

if TYPE_CHECKING:
    from tests.office import Office

pytestmark = [
    pytest.mark.usefixtures("fest", "in_journal"),
    pytest.mark.filterwarnings("ignore:No directory at"),
]


HTMX = {"HX-Request": "true"}


def uses(screen: Screen, text: str) -> None:
    product = prescribing.product_of(catalogue.product(first_hit(text).product))
    treatments.treatment(screen.patient, content=contents.content(product=product, prescription=None))


def test_a_warning_is_counted_when_the_product_is_chosen_and_when_it_is_accepted(office: Office) -> None:
    doctor = Screen(office)
    uses(doctor, "warfarin")
    address = form_address("flukonazol")
    page = doctor.get(address).content.decode()
    # a preview is not a new choice; the form was opened twice
    doctor.post("forskriv/forhandsvis", doctor.form(address), **HTMX)
    (red,) = AlertTally.objects.filter(grade="red")
    assert (red.kind, red.fired, red.accepted, red.organisation_id) == (
        "interaction",
        2,
        0,
        office.organisation.pk,
    )
    key = page.partition('name="warning" value="')[2].partition('"')[0]
    decided = doctor.form(address) | {"warning": key, "warning_reason": "monitored"}
    answer = doctor.post("forskriv/varsel", decided, **HTMX)
    assert answer.status_code < 400
    red.refresh_from_db()
    assert red.accepted == 1
    (line, *_) = alert_statistics.lines(days=30, organisations=[office.organisation.pk])
    assert line.grade == "Bør unngås"
    assert line.accepted_share == 33


def test_another_choice_and_an_ended_treatment_count_as_changed(office: Office) -> None:
    doctor = Screen(office)
    uses(doctor, "simvastatin 20")
    page = html.fromstring(doctor.get(form_address("klaritromycin")).content.decode())
    (red,) = AlertTally.objects.filter(grade="red")
    (instead, *_) = page.xpath("//p[@class='alternatives']/a/@href")
    assert doctor.portal.browser.get(instead, headers=OWN).status_code == 200
    red.refresh_from_db()
    assert (red.fired, red.accepted, red.changed) == (1, 0, 1)
    assert doctor.get("ny?q=x&i-stedet=forfalsket").status_code == 200

    product = prescribing.product_of(catalogue.product(first_hit("klaritromycin").product))
    beside = treatments.treatment(doctor.patient, content=contents.content(product=product))
    doctor.post(
        f"behandling/{beside.pk}/seponer", {"version": str(beside.version), "reason": "I", "when": "now"}
    )
    red.refresh_from_db()
    assert (red.accepted, red.changed) == (0, 2)


def test_to_leave_the_form_is_a_change_unless_the_warning_was_accepted(office: Office) -> None:
    doctor = Screen(office)
    uses(doctor, "warfarin")
    address = form_address("flukonazol")
    typed = doctor.form(address)
    assert doctor.post(address, typed | {"do": "abort"}).status_code == 303
    (red,) = AlertTally.objects.filter(grade="red")
    assert (red.fired, red.accepted, red.changed) == (1, 0, 1)
    key = doctor.get(address).content.decode().partition('name="warning" value="')[2].partition('"')[0]
    doctor.post("forskriv/varsel", typed | {"warning": key, "warning_reason": "monitored"}, **HTMX)
    doctor.post(address, typed | {"do": "abort"})
    red.refresh_from_db()
    assert (red.accepted, red.changed) == (1, 1)


def test_other_units_and_old_days_are_left_out(office: Office) -> None:
    AlertTally.objects.create(
        day=clock.today() - timedelta(days=40), organisation_id=office.organisation.pk, kind="reaction",
        grade="cave", fired=4, changed=3,
    )  # fmt: skip
    mine = [office.organisation.pk]
    assert alert_statistics.lines(days=30, organisations=mine) == ()
    (line,) = alert_statistics.lines(days=90, organisations=mine)
    assert (line.name, line.neither, line.changed) == ("Kritisk legemiddelreaksjon (CAVE)", 1, 3)
    assert alert_statistics.lines(days=90, organisations=[]) == ()
