"""Moving in: the national export becomes rows that are found again, and every element of it is accounted for."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from lxml import etree

from sfm.audit.models import AuditEvent
from sfm.core.errors import Conflict
from sfm.exchange import messages
from sfm.exchange.models import Message
from sfm.identity.models import Practitioner
from sfm.medication.models import (
    CriticalReaction,
    OwnProduct,
    Prescription,
    Treatment,
    TreatmentEvent,
    WorkItem,
)
from sfm.medication.queries import detail, in_use
from sfm.migration import intake, queries, running
from sfm.migration.models import FilePiece, FileState, MigratedDocument, MigratedRow, MigrationFile
from sfm.patients import vault
from tests import migration as exports
from tests.migration import EMPTY_ORGANISATION, NAMESPACE, uploaded, xml

if TYPE_CHECKING:
    from sfm.core.actor import Actor

NS = f"{{{NAMESPACE}}}"
PATIENT = "0182a496-34ec-49ea-b42c-237b01d4657c"  # FM's id in the example


def take(file: MigrationFile) -> MigrationFile:
    running.take_in(file.pk)
    file.refresh_from_db()
    return file


def example(by: Actor) -> tuple[MigrationFile, MigrationFile]:
    run = uuid4()
    first = take(
        uploaded(exports.organisation_file(), "OrganizationFile", by, run=run, name="ExportData.dat")
    )
    return first, take(uploaded(exports.patient_file(), "PatientFile", by, run=run))


def moved_in(by: Actor, patient: str, *others: str) -> list[MigrationFile]:
    """Made-up patients of a run with an empty organisation."""
    run = uuid4()
    take(uploaded(EMPTY_ORGANISATION, "OrganizationFile", by, run=run))
    made = [{"PatientData.xml": xml("PasientExport", inner)} for inner in (patient, *others)]
    return [take(uploaded(one, "PatientFile", by, run=run)) for one in made]


def source_counts() -> Counter[str]:
    root = etree.fromstring(exports.patient_file()["PatientData.xml"])
    below = root.find(f"{NS}Behandlinger")
    assert below is not None
    return Counter(
        treatment=len(below),
        version=len(list(root.iter(f"{NS}Prescription"))),
        message=len(list(root.iter(f"{NS}Melding"))),
        reaction=len(list(root.iter(f"{NS}Legemiddelreaksjon"))),
    )


@pytest.mark.usefixtures("in_journal")
class TestTheExample:
    """One example, read once per test: about a second each."""

    def test_every_element_is_found_again_and_the_counts_reconcile(self, prescriber: Actor) -> None:
        organisation, patient = example(prescriber)
        assert (organisation.state, patient.state) == (FileState.DEVIATED, FileState.DEVIATED)
        key, counted = patient.patient_key, source_counts()
        held = {
            "treatment": Treatment.objects.filter(patient_key=key).count(),
            "version": TreatmentEvent.objects.filter(patient_key=key, verb="migrated").count(),
            "message": Message.objects.filter(patient_key=key).count(),
            "reaction": CriticalReaction.objects.filter(patient_key=key).count(),
        }
        assert held == dict(counted)
        for kind, number in counted.items():
            assert patient.counts[kind] == {"source": number, "taken": number}
        files = exports.patient_file()
        rows = Message.objects.filter(patient_key=key)
        assert sorted(row.raw for row in rows) == sorted(files[n] for n in files if n != "PatientData.xml")
        self._on_the_screens(key, prescriber, counted)
        self._of_the_organisation(organisation)

    def _on_the_screens(self, key: UUID, by: Actor, counted: Counter[str]) -> None:
        shown = in_use.load(key, actor=by, show_discontinued=True)
        on_the_list = {row.id for group in shown.groups for row in group.rows}
        mine = Treatment.objects.filter(patient_key=key)
        assert {row.pk for row in mine if row.shelf == "lib"} <= on_the_list
        lines = [line for row in mine for line in detail.load(row.pk, patient_key=key, actor=by).history]
        assert len(lines) == counted["version"]
        assert {line.verb for line in lines} == {"Innflyttet reseptversjon"}
        assert len(messages.of(key, by)) == counted["message"]
        assert [line.agent for line in shown.reactions.lines] == ["Alfaksalon"]

    def _of_the_organisation(self, file: MigrationFile) -> None:
        root = etree.fromstring(exports.organisation_file()["ExportData.xml"])
        for kind, name in (("user", "Helseperson"), ("compounded", "LokaltMagistreltLegemiddel")):
            assert file.counts[kind]["source"] == len(list(root.iter(f"{NS}{name}")))
        assert file.counts["inbox"]["source"] == 939
        for held in file.counts.values():
            assert held["source"] == sum(
                held.get(name, 0) for name in ("taken", "kept", "waiting", "dropped")
            )
        assert OwnProduct.objects.count() == 22 + 7
        doctor = Practitioner.objects.get(hpr="2127296")
        assert (doctor.pid, doctor.active, doctor.hpr_rights) == (None, True, {})  # HPR decides

    def test_the_same_file_again_adds_nothing(self, prescriber: Actor) -> None:
        _, first = example(prescriber)
        models = (
            Treatment,
            TreatmentEvent,
            Prescription,
            Message,
            CriticalReaction,
            MigratedRow,
            MigratedDocument,
        )
        before = [model.objects.count() for model in models]
        again = take(uploaded(exports.patient_file(), "PatientFile", prescriber, run=first.run_id))
        assert again.patient_key == first.patient_key
        assert again.counts == first.counts
        assert [model.objects.count() for model in models] == before

    def test_treatments_are_as_the_source_meant_them(self, prescriber: Actor) -> None:
        _, patient = example(prescriber)
        row = Treatment.objects.get(pk="ee4fc9a0-a368-49cd-8137-237b0229c791")
        assert row.name_form_strength == "Simvastatin Tab 10 mg"
        assert (row.atc, row.use_type, row.unsent_verb, row.sources) == ("C10AA01", "1", "", ["migrert"])
        assert row.registered_by == "Knut Pettersen"
        stopped = Treatment.objects.get(pk="5f4fb026-3002-4559-aed0-237b02968a51")
        assert (stopped.lifecycle, stopped.discontinuation_reason) == ("discontinued", "A")
        prescription = Prescription.objects.get(pk="04098f18-4a68-4eae-917c-237b02d302bf")
        assert (prescription.rf_status, prescription.delivery, prescription.refills) == ("E", "accepted", 3)
        assert prescription.prescriber_hpr == "2127296"
        assert vault.open_identity(patient.patient_key).name == "Odden, Magnar Daniel"


SOME = """<Id>{id}</Id><DemografiskInfo><FamilyName>Demosen</FamilyName><GivenName>Kari</GivenName>
<Ident><Id>{id}</Id><TypeId V="{local}" S="2.16.578.1.12.4.1.1.8116" DN="Annet"/></Ident></DemografiskInfo>"""


def someone(inner: str = "", ident: str = "") -> str:
    return SOME.format(id=ident or uuid4(), local="X" * 3) + inner


def treatment(*, lib: object, version: str = "", content: str = "") -> str:
    return f"""<Behandlinger><Legemiddelbehandling><LibId>{lib}</LibId><DatoOppstart>2024-01-05</DatoOppstart>
<Prescription><PrescriptionId>p-{lib}</PrescriptionId><HeadOfHistory>true</HeadOfHistory><Aktiv>true</Aktiv>
<ForskrivningsInfoId>i1</ForskrivningsInfoId><Tidspunkt>2024-01-05T13:17:26.257</Tidspunkt>{version}
<ItemSource>Ukjent</ItemSource><LokalKjent>true</LokalKjent><InVib>true</InVib></Prescription><PrescriptionDetails>
<LegemiddelForskrivningsInfo><Id>i1</Id><Forskrivningsdato>2024-01-05+01:00</Forskrivningsdato>
<ForskrivningsType V="eRp" DN="eResept"/><ReseptDokLegemiddel><Varegruppekode V="L" DN="Legemiddel"/>
<Forskrivning><DosVeiledEnkel>1 om dagen</DosVeiledEnkel>{content}</Forskrivning></ReseptDokLegemiddel>
</LegemiddelForskrivningsInfo></PrescriptionDetails></Legemiddelbehandling></Behandlinger>"""


BLEND = """<Legemiddelblanding><Navn>Demosalve</Navn><Mengde V="20" U="g"/>
<Legemiddelform V="6" S="2.16.578.1.12.4.1.1.7448" DN="Salve"/></Legemiddelblanding>"""


@pytest.mark.usefixtures("in_journal")
class TestDeviations:
    def test_a_medicine_that_cannot_be_read_is_kept_by_name(self, prescriber: Actor) -> None:
        content = "<Legemiddelpakning><NavnFormStyrke>Democillin tab</NavnFormStyrke></Legemiddelpakning>"
        (file,) = moved_in(prescriber, someone(treatment(lib=(lib := uuid4()), content=content)))
        row = Treatment.objects.get(pk=lib)
        assert (row.product_kind, row.name_form_strength, row.dosage_text) == (
            "text",
            "Democillin tab",
            "1 om dagen",
        )
        assert file.deviations["unreadable_content"] == 1
        assert file.state == FileState.DEVIATED

    def test_a_compounded_medicine_without_instructions_is_read(self, prescriber: Actor) -> None:
        moved_in(prescriber, someone(treatment(lib=(lib := uuid4()), content=BLEND)))
        assert Treatment.objects.get(pk=lib).product_kind == "compounded"

    def test_what_was_never_sent_waits_for_its_prescriber(self, prescriber: Actor) -> None:
        pending = "<RfSendStatus>M1Pending</RfSendStatus><RfStatus>e-resept not in RF</RfStatus>"
        moved_in(prescriber, someone(treatment(lib=(lib := uuid4()), version=pending, content=BLEND)))
        made = Prescription.objects.get(treatment_id=lib)
        assert (made.delivery, made.is_active) == ("resign", False)
        assert WorkItem.objects.filter(code=4, subject_id=made.pk, open=True).exists()
        assert not Message.objects.exists()

    def test_another_patients_treatment_is_never_taken_over(self, prescriber: Actor) -> None:
        lib = uuid4()
        first, second = moved_in(
            prescriber,
            someone(treatment(lib=lib, content=BLEND)),
            someone(treatment(lib=lib, content=BLEND)),
        )
        assert Treatment.objects.get(pk=lib).patient_key == first.patient_key
        assert second.deviations["conflict"] == 1
        assert second.counts["treatment"] == {"source": 1, "kept": 1}

    def test_what_has_no_place_is_kept_and_said(self, prescriber: Actor) -> None:
        history = "<UstrukturertHistorikk>&lt;p&gt;Gammel journal&lt;/p&gt;</UstrukturertHistorikk>"
        doctor = "<Fastlege><HprId>9144900</HprId><Navn>Vilde</Navn></Fastlege>"
        (file,) = moved_in(prescriber, someone(doctor + history))
        kept = MigratedRow.objects.get(kind="party")
        assert kept.content is not None
        assert "9144900" in kept.content["xml"]
        assert file.deviations["no_place"] == 1
        document = MigratedDocument.objects.get(patient_key=file.patient_key, kind="history")
        assert document.raw == b"<p>Gammel journal</p>"

    def test_one_that_fails_stops_no_other_and_can_be_tried_again(self, prescriber: Actor) -> None:
        run = uuid4()
        take(uploaded(EMPTY_ORGANISATION, "OrganizationFile", prescriber, run=run))
        bad = take(uploaded({"PatientData.xml": b"<wrong"}, "PatientFile", prescriber, run=run))
        good = take(
            uploaded({"PatientData.xml": xml("PasientExport", someone())}, "PatientFile", prescriber, run=run)
        )
        assert (bad.state, good.state) == (FileState.FAILED, FileState.IMPORTED)
        assert FilePiece.objects.filter(file=bad).exists()
        assert not FilePiece.objects.filter(file=good).exists()
        assert bad.problem == "Meldingen er ikke gyldig XML."
        intake.again(bad.pk, by=prescriber)
        assert take(bad).attempts == 2
        assert AuditEvent.objects.filter(action="migration.failed").count() == 2

    def test_older_exports_without_marks_are_derived(self, prescriber: Actor) -> None:
        old = treatment(lib=uuid4(), content=BLEND).replace("<InVib>true</InVib>", "")
        (file,) = moved_in(prescriber, someone(old))
        assert file.deviations["derived"] == 1

    def test_the_report_tells_all_of_it(self, prescriber: Actor) -> None:
        (file,) = moved_in(prescriber, someone(treatment(lib=uuid4(), content=BLEND)))
        view = queries.run(file.run_id)
        assert (view.line.files, view.line.settled, view.line.patients) == (2, 2, 1)
        told = queries.as_json(view, [queries.file(file.pk)])
        treatments = next(line for line in told["counts"] if line["title"] == "Behandlinger")
        assert (treatments["source"], treatments["taken"]) == (1, 1)


@pytest.mark.usefixtures("in_journal")
class TestOrder:
    def test_patients_come_after_the_organisation(self, prescriber: Actor) -> None:
        with pytest.raises(Conflict, match="Virksomhetsfilen"):
            uploaded(b"x", "PatientFile", prescriber)

    def test_a_patient_waits_until_the_organisation_is_taken_in(self, prescriber: Actor) -> None:
        run = uuid4()
        first = uploaded(EMPTY_ORGANISATION, "OrganizationFile", prescriber, run=run)
        second = uploaded(
            {"PatientData.xml": xml("PasientExport", someone())}, "PatientFile", prescriber, run=run
        )
        assert take(second).state == FileState.UPLOADED
        assert running.waiting() == [first.pk, second.pk]
        assert take(first).state in running.GOOD
        assert take(second).state == FileState.IMPORTED

    def test_the_inbox_of_the_source_becomes_tasks_when_the_patient_comes(self, prescriber: Actor) -> None:
        patient = str(uuid4())
        line = f"""<Melding><Id>{uuid4()}</Id><LegeBrukerId>b</LegeBrukerId><Sender>FM</Sender>
            <MeldingsType V="{{}}" DN="x"/><Tidspunkt>2024-01-05T10:00:00</Tidspunkt>{{}}</Melding>"""
        about = f"<PasientId>{patient}</PasientId>"
        inbox = f"<Inboks>{line.format(2, about)}{line.format(15, '')}</Inboks>".replace(
            "</Melding><Melding>", "</Melding>\n<Melding>"
        )
        run = uuid4()
        organisation = {"ExportData.xml": xml("ExportImport", inbox)}
        first = take(uploaded(organisation, "OrganizationFile", prescriber, run=run))
        assert first.counts["inbox"] == {"source": 2, "waiting": 1, "dropped": 1}
        take(
            uploaded(
                {"PatientData.xml": xml("PasientExport", someone(ident=patient))},
                "PatientFile",
                prescriber,
                run=run,
            )
        )
        assert WorkItem.objects.get(code=101).patient_key is not None
        assert not MigratedRow.objects.filter(outcome="waiting").exists()
