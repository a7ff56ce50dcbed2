"""Another form, strength or brand of what the patient uses: chosen, judged anew, saved, and the old one recalled."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from sfm.identity import users
from sfm.medication.actions import reactions
from sfm.medication.models import Prescription, Treatment
from sfm.tenancy.scope import journal_scope
from tests.integration.prescribing import Screen, as_typed, fields_of, first_hit, form_address

if TYPE_CHECKING:
    from tests.office import Office

pytestmark = [
    pytest.mark.usefixtures("fest", "in_journal"),
    pytest.mark.filterwarnings("ignore:No directory at"),
]


def prescribed(screen: Screen, office: Office, product: str) -> Treatment:
    """A treatment of this product, with a prescription RF has accepted."""
    form = as_typed(fields_of(screen.get(form_address(product))))
    assert screen.post(form_address(product), form).status_code == 303
    with journal_scope(office.journal):
        row = Treatment.objects.get()
        Treatment.objects.update(unsent_verb="", unsent_base=None, unsent_by=None)
        Prescription.objects.update(delivery="accepted", rf_status="E")
        row.refresh_from_db()
    return row


def test_another_strength_is_saved_with_a_new_prescription_and_the_old_is_recalled(office: Office) -> None:
    screen = Screen(office)
    row = prescribed(screen, office, "metoprolol 50")
    with journal_scope(office.journal):
        reactions.register(
            agent_kind="substance",
            agent_code=row.substance_ids[0],
            agent_text=row.substance,
            reaction="10",
            certainty="3",
            by=users.actor_for(office.people["berg"], office.organisation),
            patient=row.patient_key,
        )
    wanted = first_hit("metoprolol 100").product
    offered = screen.get(f"behandling/{row.pk}/bytt").content.decode()
    assert ">DBL<" not in offered  # what is being replaced is no double
    links = [unescape(link) for link in re.findall(rf'behandling/{row.pk}/endre\?[^"]+', offered)]
    (link,) = [link for link in links if wanted.fest_id in link]
    form = screen.get(link)
    assert "CAVE" in form.content.decode()
    typed = as_typed(fields_of(form))
    assert screen.post(link, typed).status_code in (303, 409)
    with journal_scope(office.journal):
        row.refresh_from_db()
        old, new = Prescription.objects.order_by("created")
    assert (row.fest_id, row.strength[:3], row.unsent_verb) == (wanted.fest_id, "100", "changed")
    assert (old.recall_reason, new.previous_id, new.delivery) == ("3", old.pk, "draft")
