from __future__ import annotations

import time
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from sfm.core.errors import Conflict, NotFound
from sfm.identity.models import Practitioner
from sfm.tenancy import journals, provisioning
from sfm.tenancy.models import Journal, JournalKey
from sfm.tenancy.scope import journal_scope, leave


def _run(*words: str) -> str:
    out = StringIO()
    call_command("journal", *words, stdout=out, stderr=out)
    return out.getvalue()


def _schemas() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'j\\_%%'")
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.usefixtures("journal")
class TestJournalCommand:
    def test_a_created_journal_is_listed_checked_and_ready_for_work(self) -> None:
        journal_id = uuid4()
        assert str(journal_id) in _run("create", "Ny legegruppe", "--type", "3", "--id", str(journal_id))
        assert "Ny legegruppe" in _run("list")
        assert "ingen feil" in _run("check")
        with journal_scope(journals.find(journal_id)):
            Practitioner.objects.create(given_name="Kari", family_name="Demosen", pid="noe")

    def test_an_id_is_used_once(self, journal: Journal) -> None:
        with pytest.raises(CommandError, match="finnes allerede"):
            _run("create", "Enda en", "--id", str(journal.pk))

    def test_a_journal_is_made_in_less_than_two_seconds(self) -> None:
        """Of a schema made ahead of need: a record system waits for the answer."""
        provisioning.keep(1)
        started = time.perf_counter()
        journals.create(name="Rask")
        assert time.perf_counter() - started < 2

    def test_check_names_what_is_missing(self, journal: Journal) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP TABLE "{journal.schema_name}".outbox_outboxentry CASCADE')
            cursor.execute(f'CREATE SCHEMA "j_{"0" * 32}"')
            cursor.execute("CREATE TABLE public.patients_patientlink (id int)")
        JournalKey.objects.filter(journal=journal).delete()
        out = StringIO()
        with pytest.raises(CommandError, match="4 feil"):
            call_command("journal", "check", stdout=out, stderr=out)
        said = out.getvalue()
        assert f"{journal.pk}: tabellen outbox_outboxentry mangler" in said
        assert f"{journal.pk}: nøkkel mangler" in said
        assert "patients_patientlink hører hjemme i journaler" in said
        assert f"j_{'0' * 32} hører ikke til noen journal" in said

    def test_when_making_a_journal_fails_nothing_remains(self, monkeypatch: pytest.MonkeyPatch) -> None:
        before = _schemas()

        def fails(*_: Any, **__: Any) -> None:
            raise RuntimeError("disk full")

        monkeypatch.setattr(provisioning, "call_command", fails)
        with pytest.raises(RuntimeError, match="disk full"):
            journals.create(name="Mislykket")
        assert _schemas() == before
        assert not Journal.objects.filter(name="Mislykket").exists()

    def test_an_interrupted_migration_closes_the_journal_and_can_be_repeated(
        self, journal: Journal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fails(*_: Any, **__: Any) -> None:
            raise RuntimeError("killed")

        with monkeypatch.context() as patch:
            patch.setattr(provisioning, "call_command", fails)
            with pytest.raises(RuntimeError, match="killed"):
                journals.migrate(journal)
        with pytest.raises(NotFound):
            journals.find(journal.pk)
        journals.migrate(journal)
        assert journals.find(journal.pk) == journal

    def test_only_journals_that_are_behind_are_closed_and_migrated(self, journal: Journal) -> None:
        assert journals.migrate_all() == 0
        with connection.cursor() as cursor:
            cursor.execute(f'SET LOCAL search_path = "{journal.schema_name}"')
            cursor.execute("DELETE FROM django_migrations WHERE name = '0002_append_only'")
            for table in ("audit_auditevent", "audit_auditseal"):
                cursor.execute(f"DROP TRIGGER append_only ON {table}")
                cursor.execute(f"DROP TRIGGER no_truncate ON {table}")
            cursor.execute("DROP FUNCTION audit_refuse_change")
        leave()
        assert "1 oppdatert" in _run("migrate")
        assert journals.migrate_all() == 0

    def test_a_dropped_journal_takes_its_keys_with_it(self) -> None:
        journal = journals.create(name="Kort liv")
        journals.drop(journal)
        assert journal.schema_name not in _schemas()
        assert not JournalKey.objects.filter(journal_id=journal.pk).exists()

    def test_unknown_and_closed_journals_look_the_same(self, journal: Journal) -> None:
        Journal.objects.filter(pk=journal.pk).update(active=False)
        for journal_id in (journal.pk, UUID(int=0)):
            with pytest.raises(NotFound):
                journals.find(journal_id)
        with pytest.raises(Conflict):
            journals.create(name="Samme", id=journal.pk)
