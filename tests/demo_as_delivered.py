"""What a new demo holds before anybody has touched it, told by the demo's own process (tests.demo_process)."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings

from sfm.core import clock
from sfm.demo import fixtures
from sfm.medication.models import CriticalReaction, Draft, MedicationList, Prescription, Treatment
from sfm.patients import vault
from sfm.tenancy.models import EpjClient, Journal, ProviderStaff
from sfm.tenancy.scope import journal_scope
from tests import plain_http

GP_OFFICE, MUNICIPALITY = fixtures.journals()


def told() -> dict[str, Any]:
    with journal_scope(Journal.objects.get(pk=GP_OFFICE.id)):
        kari, drafts = _kari(), _drafts()
        fluids = Treatment.objects.filter(use_type="2").count()
    with journal_scope(Journal.objects.get(pk=MUNICIPALITY.id)):
        astrid, drafts_of_the_municipality = _astrid(), _drafts()
    return {
        "kari": kari,
        "astrid": astrid,
        "drafts": {"gp_office": drafts, "municipality": drafts_of_the_municipality},
        "treatments_of_use_type_2": fluids,
        "origins": EpjClient.objects.get(client_id="demo-epj").origins,
        "epj_origin": os.environ["SFM_EPJ_ORIGIN"],
        "staff": [person.name for person in ProviderStaff.objects.all()],
        "kj": plain_http.get(f"{settings.KJ_URL}/api/state").text,
        "epj_patients": plain_http.get(f"{os.environ['SFM_EPJ_ORIGIN']}/api/seed").json()["patients"],
    }


def _kari() -> dict[str, Any]:
    pid = _pid("kari", GP_OFFICE)
    key = vault.find(pid)
    rows = Treatment.objects.filter(patient_key=key)
    known = MedicationList.objects.get(patient_key=key)
    state = plain_http.get(f"{settings.RF_URL}/api/state", params={"patient": pid}).json()
    ours = {str(number) for number in Prescription.objects.values_list("id", flat=True)}
    expired = Prescription.objects.get(patient_key=key, expires_on__lt=clock.today())
    return {
        "treatments": rows.count(),
        "unsent": rows.exclude(unsent_verb="").count(),
        "incomplete": [
            row.name_form_strength
            for row in rows
            if not (row.dosage_text and row.name_form_strength and row.substance_ids)
        ],
        "expired_status_in_rf": expired.rf_status,
        "has_pll": known.has_pll,
        "atc_only_rf_knows": [
            each["atc"] for number, each in state["prescriptions"].items() if number not in ours
        ],
        "lists_in_rf": len(state["lists"][pid]["chain"]),
        "rf_has_a_newer_list": state["lists"][pid]["ref_msg_id"] != str(known.pll_head),
        "dispensings": len(state["dispensings"]),
    }


def _astrid() -> dict[str, Any]:
    key = vault.find(_pid("astrid", MUNICIPALITY))
    rows = Treatment.objects.filter(patient_key=key)
    return {
        "treatments": rows.count(),
        "in_multidose": rows.filter(in_multidose=True).count(),
        "pharmacy": MedicationList.objects.get(patient_key=key).multidose_pharmacy,
        "reactions": CriticalReaction.objects.filter(patient_key=key).count(),
    }


def _drafts() -> list[list[str]]:
    return sorted([draft.kind, draft.author_name] for draft in Draft.objects.all())


def _pid(name: str, journal: fixtures.JournalFixture) -> str:
    return next(patient.pid for patient in journal.patients if patient.key == name)
