"""Past reviews, Helfo's decisions and templates of an export have places of their own here."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from sfm.core import clock
from sfm.fest.models import Drug
from sfm.medication.models import MedicationReview, PrescriptionTemplate, ReimbursementDecision
from sfm.medication.queries import reviews, templates
from sfm.migration.models import MigratedRow
from tests.integration.test_migration import BLEND, moved_in, someone, take
from tests.migration import uploaded, xml

if TYPE_CHECKING:
    from sfm.core.actor import Actor
    from sfm.fest.catalogue import Catalogue

pytestmark = [pytest.mark.usefixtures("in_journal"), pytest.mark.filterwarnings("ignore:No directory at")]


def _review(day: str, said: str) -> str:
    return (
        f"<RegistrertLegemiddelgjennomgang><Dato>{day}</Dato><BrukerId>{uuid4()}</BrukerId>"
        f'<Kommentar>{said}</Kommentar><Kilde V="1" DN="Pasienten"/></RegistrertLegemiddelgjennomgang>'
    )


def test_past_reviews_are_closed_reviews_here(prescriber: Actor) -> None:
    inner = (
        "<Legemiddelgjennomgang><DatoNestePlanlagt>2027-02-01</DatoNestePlanlagt>"
        "<EkskluderPasient>false</EkskluderPasient>"
        + _review("2024-02-01T10:00:00", "Alt gjennomgått.")
        + _review("2025-02-03T10:00:00", "Sluttet med statin.")
        + _review("", "Uten dato.")
        + "</Legemiddelgjennomgang>"
    )
    (file,) = moved_in(prescriber, someone(inner))
    assert file.counts["review"] == {"source": 3, "taken": 2, "kept": 1}
    older, newer = MedicationReview.objects.filter(patient_key=file.patient_key).order_by("started_at")
    assert (older.state, older.next_on, newer.next_on.isoformat()) == ("closed", None, "2027-02-01")
    assert newer.conclusion == "Sluttet med statin.\nKilder: Pasienten."
    assert newer.started_by == "Migrert system"
    assert len(reviews.of_patient(file.patient_key)) == 2


def test_what_helfo_has_decided_holds_here_too(prescriber: Actor, fest: Catalogue) -> None:
    fest_id = Drug.objects.filter(kind="group").order_by("key").first().key
    answer = (
        '<Svar><Tidspunkt>1</Tidspunkt><Beslutning V="J" DN="Innvilget"/><Vedtaksdato>2026-01-05</Vedtaksdato>'
        "<GyldigTil>2030-01-05</GyldigTil></Svar>"
    )

    def application(ident: str, *answers: str) -> str:
        return (
            f"<Soknad><LegemiddelType>Product</LegemiddelType><LegemiddelId>{ident}</LegemiddelId>"
            f"<SokerNavn>Dagny Demolege</SokerNavn>{''.join(answers)}"
            '<RefHjemmel V="300"/><RefKode V="I10" S="2.16.578.1.12.4.1.1.7110" DN="Hypertensjon"/></Soknad>'
        )

    sent = (application(fest_id, answer), application(fest_id), application("ID_X", answer))
    (file,) = moved_in(prescriber, someone(f"<HelfoSoknader>{''.join(sent)}</HelfoSoknader>"))
    assert file.counts["application"] == {"source": 3, "taken": 1, "kept": 2}
    assert (file.deviations["no_place"], file.deviations["not_in_fest"]) == (1, 1)
    made = ReimbursementDecision.objects.get(patient_key=file.patient_key)
    assert (made.outcome, made.content["fest_id"], made.content["code"]) == ("J", fest_id, "I10")
    assert made.recorded_by_name == "Dagny Demolege"


def test_templates_are_begun_from_here(prescriber: Actor) -> None:
    people = (
        "<Brukere><Helseperson><Id>{0}</Id><Brukernavn>lege</Brukernavn><Aktiv>true</Aktiv>"
        '<FamilyName>Demolege</FamilyName><GivenName>Dagny</GivenName><Ident><Id>{1}</Id><TypeId V="HPR"/></Ident>'
        "</Helseperson></Brukere>"
    )
    user, blend = uuid4(), BLEND
    mal = '<Mal><Id>{0}</Id><Navn>{1}</Navn>{2}<ForskrivningsType V="eRp"/>{3}</Mal>'
    medicine = (
        '<ReseptDokLegemiddel><Varegruppekode V="L" DN="Legemiddel"/><Antall>1</Antall><Reiterasjon>0</Reiterasjon>'
        f"<Forskrivning><DosVeiledEnkel>Smøres tynt</DosVeiledEnkel>{blend}</Forskrivning></ReseptDokLegemiddel>"
    )
    own = mal.format(uuid4(), "Min salve", f"<BrukerId>{user}</BrukerId>", medicine)
    empty = mal.format(uuid4(), "Tom", f"<BrukerId>{user}</BrukerId>", "")
    inner = people.format(user, prescriber.hpr) + f"<ForskrivningsMaler>{own}{empty}</ForskrivningsMaler>"
    file = take(uploaded({"ExportData.xml": xml("ExportImport", inner)}, "OrganizationFile", prescriber))
    assert file.counts["template"] == {"source": 2, "taken": 1, "kept": 1}
    made = PrescriptionTemplate.objects.get()
    assert (made.owner_id, made.shared, made.changed_at <= clock.now()) == (
        prescriber.practitioner_id,
        False,
        True,
    )
    assert MigratedRow.objects.get(kind="template", outcome="taken").target_id == made.pk
    assert [one.name for one in templates.listed(prescriber)] == ["Min salve"]
