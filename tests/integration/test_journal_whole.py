"""A journal as a whole: out and in again as it was, under a new key, gone for good; and who may do what."""

# ruff: noqa: S608  (schema names come from the registry)
from __future__ import annotations

from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction

from sfm.audit.models import AuditEvent
from sfm.audit.record import record
from sfm.core.errors import Conflict, Invalid, NotFound
from sfm.fhir.data_sharing import opaque
from sfm.identity import users
from sfm.medication.models import JournalNote, Treatment
from sfm.migration.models import MigratedRow, MigrationFile
from sfm.patients import vault
from sfm.patients.identity import PatientIdentity
from sfm.tenancy import archive, checks, erasing, journals, keys, provisioning, rekey, roles, schemas
from sfm.tenancy.fields import EncryptedField
from sfm.tenancy.models import Journal, JournalErasure, JournalKey, SpareSchema
from sfm.tenancy.scope import journal_scope
from tests.factories import treatments as rows
from tests.factories.sending import PID
from tests.tokens import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from uuid import UUID

SECRET = "et langt nok passord"


@pytest.fixture(autouse=True)
def _no_key_is_remembered() -> Iterator[None]:
    """The database is rolled back; what a process remembers of keys is not."""
    yield
    keys.forget()


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Schemas without tables, for what is about names and numbers only."""

    def empty(name: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE SCHEMA "{name}"')

    monkeypatch.setattr(provisioning, "migrate", empty)
    monkeypatch.setattr(schemas, "missing_migrations", lambda _: 0)


@pytest.fixture
def furnished(journal: Journal) -> tuple[Journal, UUID]:
    """Something in most tables that matter: a person, a patient, treatments, history, a note."""
    with journal_scope(journal):
        nurse = PEOPLE["nes"]
        users.register(users.PersonData(given_name="Randi", family_name="Demones", pid=str(nurse["pid"])))
        patient = vault.register(PatientIdentity(family="Demosen", given="Kari", pid=PID, sex="2"))
        rows.with_prescription(patient, indication_text="mot smerter")
        record(None, "test.event", patient=patient)
    return journal, patient


def content(journal: Journal) -> dict[str, Any]:
    """Every row of every table, as stored."""
    found = {}
    with connection.cursor() as cursor:
        for model in journals.models():
            table = model._meta.db_table
            cursor.execute(f'SELECT t::text FROM "{journal.schema_name}"."{table}" t ORDER BY 1')
            found[table] = [text for (text,) in cursor.fetchall()]
    return found


class TestRoundTrip:
    def test_what_comes_out_is_what_went_in(self, furnished: tuple[Journal, UUID]) -> None:
        journal, patient = furnished
        before, units = content(journal), list(journal.organisations.order_by("pk").values())
        out = BytesIO()
        counts = archive.export(journal, out, SECRET)
        assert counts == {table: len(found) for table, found in before.items()}
        assert b"smerter" not in out.getvalue()
        erasing.erase(journal, confirm=journal.name, by="Test", reason="rundtur")
        again, taken = archive.take_in(BytesIO(out.getvalue()), SECRET)
        assert (again.pk, again.name, taken) == (journal.pk, journal.name, counts)
        assert content(again) == before
        assert list(again.organisations.order_by("pk").values()) == units
        with journal_scope(again):
            assert vault.open_identity(patient).family == "Demosen"
            assert Treatment.objects.get().indication_text == "mot smerter"
            record(None, "test.after")  # sequences go on where they were
            users.register(
                users.PersonData(given_name="Ny", family_name="Demo", pid=str(PEOPLE["holm"]["pid"]))
            )

    def test_a_damaged_file_or_a_wrong_word_leaves_nothing(self, furnished: tuple[Journal, UUID]) -> None:
        journal, _ = furnished
        out = BytesIO()
        archive.export(journal, out, SECRET)
        whole = out.getvalue()
        with pytest.raises(Conflict, match="finnes allerede"):
            archive.take_in(BytesIO(whole), SECRET)
        erasing.erase(journal, confirm=journal.name, by="Test", reason="rundtur")
        spoilt = whole[: len(whole) // 2] + bytes([whole[len(whole) // 2] ^ 1]) + whole[len(whole) // 2 + 1 :]
        for file, word in (
            (whole, "et helt annet ord"),
            (spoilt, SECRET),
            (whole[:-40], SECRET),
            (b"x", SECRET),
        ):
            with pytest.raises(Invalid):
                archive.take_in(BytesIO(file), word)
        assert not Journal.objects.filter(pk=journal.pk).exists()
        assert not JournalKey.objects.filter(journal_id=journal.pk).exists()

    def test_the_commands_do_the_same(self, furnished: tuple[Journal, UUID], tmp_path: Path) -> None:
        journal, _ = furnished
        word, file, out = tmp_path / "ord", tmp_path / "journal.sfm", StringIO()
        word.write_text(SECRET)
        call_command(
            "journal", "export", str(journal.pk), str(file), "--passphrase-file", str(word), stdout=out
        )
        assert file.stat().st_mode & 0o777 == 0o600
        with pytest.raises(CommandError, match="bokstav for bokstav"):
            call_command(
                "journal", "erase", str(journal.pk), "--confirm", "feil", "--by", "x", "--reason", "y"
            )
        call_command(
            "journal", "erase", str(journal.pk), "--confirm", journal.name, "--by", "Nora", "--reason", "flyttet",
            stdout=out,
        )  # fmt: skip
        call_command("journal", "import", str(file), "--passphrase-file", str(word), stdout=out)
        assert "er slettet" in out.getvalue()
        assert journals.find(journal.pk).name == journal.name


class TestErase:
    def test_the_keys_go_first_and_what_is_left_says_so(self, furnished: tuple[Journal, UUID]) -> None:
        journal, _ = furnished
        erasing.erase(journal, confirm=journal.name, by="Nora Demodrift", reason="avtalen er avsluttet")
        told = JournalErasure.objects.get(journal_id=journal.pk)
        assert told.keys_gone_at is not None
        assert told.schema_gone_at is not None
        assert told.keys_gone_at <= told.schema_gone_at
        assert (told.by, told.rows["medication_treatment"]) == ("Nora Demodrift", 1)
        with pytest.raises(NotFound):
            journals.find(journal.pk)
        assert journals.problems() == []

    def test_without_name_person_and_reason_nothing_happens(self, journal: Journal) -> None:
        for words in (
            {"confirm": "x", "by": "a", "reason": "b"},
            {"confirm": journal.name, "by": " ", "reason": "b"},
            {"confirm": journal.name, "by": "a", "reason": ""},
        ):
            with pytest.raises(Invalid):
                erasing.erase(journal, **words)
        assert journals.find(journal.pk) == journal


class TestRotation:
    def test_everything_is_read_after_the_old_key_is_gone(self, furnished: tuple[Journal, UUID]) -> None:
        journal, patient = furnished
        with journal_scope(journal):
            JournalNote.objects.create(
                patient_key=patient, event="LibSigned", text="Signert.", performer_id=uuid4(), at=_now()
            )
            known_outside = opaque.of_key(patient)
        done = rekey.rotate(journal, forget_old=True)
        assert (done.version, done.left) == (2, {})
        assert list(journal.keys.values_list("version", flat=True)) == [2]
        keys.forget()
        with journal_scope(journal):
            assert set(rekey.usage()) == {2}
            assert vault.find(PID) == patient
            assert vault.open_identity(patient).family == "Demosen"
            assert (opaque.of_key(patient), opaque.to_key(known_outside)) == (known_outside, patient)
            assert users.find_by_pid(str(PEOPLE["nes"]["pid"])) is not None
            assert Treatment.objects.get().indication_text == "mot smerter"
            assert JournalNote.objects.get().text == "Signert."
            with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
                JournalNote.objects.update(event="x")  # the triggers are back

    def test_ids_kept_outside_outlive_every_rotation(self, furnished: tuple[Journal, UUID]) -> None:
        journal, patient = furnished
        with journal_scope(journal):
            first = opaque.of_key(patient)
        for _ in range(2):
            rekey.rotate(journal, forget_old=True)
            keys.rewrap()
            keys.forget()
            with journal_scope(journal):
                assert opaque.of_key(patient) == first

    def test_a_second_run_has_nothing_to_do(self, furnished: tuple[Journal, UUID]) -> None:
        journal, _ = furnished
        assert rekey.rotate(journal).rows > 0
        assert rekey.reencrypt(journal, forget_old=True).rows == 0
        out = StringIO()
        call_command("keys", "status", stdout=out)
        assert "versjon 2:" in out.getvalue()

    def test_every_encrypted_column_is_known_to_it(self) -> None:
        known = {column for model in journals.models() for column in rekey._columns(model)}
        every = {f for m in journals.models() for f in m._meta.get_fields() if isinstance(f, EncryptedField)}
        assert known == every


class TestSpareSchemas:
    def test_a_journal_is_made_of_one_without_making_anything(
        self, journal: Journal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert provisioning.keep(1) == (1, 0)
        spare = SpareSchema.objects.get()
        monkeypatch.setattr(provisioning, "may_create", lambda: False)
        monkeypatch.setattr(provisioning, "migrate", _never)
        made = journals.create(name="Ny", organisation_type=3, id=uuid4())
        assert (made.schema_name, made.ready) == (spare.schema_name, True)
        with journal_scope(journals.find(made.pk)):
            assert AuditEvent.objects.count() == 0
        assert journals.problems() == []
        with pytest.raises(provisioning.NoneReady):
            journals.create(name="Enda en", organisation_type=3)

    @pytest.mark.usefixtures("cheap")
    def test_soiled_and_outdated_ones_are_replaced(self, journal: Journal) -> None:
        provisioning.keep(2)
        SpareSchema.objects.filter(pk=SpareSchema.objects.first().pk).update(soiled=True)  # type: ignore[union-attr]
        assert provisioning.keep(2) == (1, 1)

    @pytest.mark.usefixtures("cheap")
    def test_a_second_call_with_the_same_id_harms_nothing(self, journal: Journal) -> None:
        provisioning.keep(1)
        with pytest.raises(Conflict):
            journals.create(name="Kopi", id=journal.pk)
        assert SpareSchema.objects.count() == 1
        assert Journal.objects.filter(pk=journal.pk).exists()


class TestRoles:
    """Real roles in the real database; rolled back with the rest."""

    def test_the_running_product_can_work_and_make_nothing(self, furnished: tuple[Journal, UUID]) -> None:
        journal, patient = furnished
        provisioning.keep(1)
        call_command("roles", stdout=StringIO())
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {roles.APP}")
            try:
                assert checks.the_application_owns_nothing() == []
                made = journals.create(name="Laget av web", organisation_type=3)
                with journal_scope(made):
                    vault.register(PatientIdentity(family="Demosen", given="Ny", pid=PID))
                with journal_scope(journal):
                    assert vault.open_identity(patient).family == "Demosen"
                    record(None, "test.as_app")
                for forbidden in (
                    f"UPDATE \"{journal.schema_name}\".audit_auditevent SET action = 'x'",
                    f'DELETE FROM "{journal.schema_name}".audit_auditseal',
                    f'CREATE TABLE "{journal.schema_name}".x (id int)',
                    "CREATE TABLE public.x (id int)",
                    "CREATE SCHEMA x",
                    f'DROP SCHEMA "{journal.schema_name}" CASCADE',
                ):
                    with pytest.raises(ProgrammingError), transaction.atomic():
                        cursor.execute(forbidden)
                with pytest.raises(Conflict, match="eierrollen"):
                    erasing.erase(journal, confirm=journal.name, by="a", reason="b")
            finally:
                cursor.execute("RESET ROLE")

    def test_the_owner_makes_what_the_product_then_uses(self, journal: Journal) -> None:
        roles.create()
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {roles.OWNER}")
            provisioning.keep(1)
            cursor.execute(f"SET ROLE {roles.APP}")
            made = journals.create(name="Ny", organisation_type=3)
            with journal_scope(made):
                assert MigrationFile.objects.count() == MigratedRow.objects.count() == 0
            cursor.execute("RESET ROLE")


def _never(*_: object) -> None:
    raise AssertionError("something was made")


def _now() -> Any:
    from sfm.core import clock

    return clock.now()
