"""The access log: only added to, chained, and able to name what somebody changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from sfm.audit import chain, queries
from sfm.audit.models import AuditEvent, AuditSeal
from sfm.audit.record import record
from sfm.core import clock
from sfm.core.ids import synthetic_id
from sfm.exchange import sealing
from sfm.tenancy.scope import journal_scope

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from sfm.core.actor import Actor
    from sfm.tenancy.models import Journal


def _write(actor: Actor | None, rows: int = 5) -> list[int]:
    for number in range(rows):
        record(actor, "lib.read", patient=uuid4(), detail={"rows": number})
    return list(AuditEvent.objects.order_by("seq").values_list("seq", flat=True))


def _behind_the_back(sql: str, *values: str | int) -> None:
    """As someone with the owner's rights who switches the triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, values)
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.mark.usefixtures("in_journal")
class TestLog:
    def test_a_row_says_who_did_what_to_whose_data(self, prescriber: Actor) -> None:
        patient, subject = uuid4(), uuid4()
        record(prescriber, "rx.sign", patient=patient, subject=("Prescription", subject), detail={"count": 2})
        row = queries.of_patient(patient)[0]
        assert (row.action, row.result, row.actor_name) == ("rx.sign", "ok", prescriber.name)
        assert (row.actor_category, row.organisation_id) == ("LE", prescriber.organisation_id)
        assert (row.subject_type, row.subject_id, row.detail) == ("Prescription", str(subject), {"count": 2})

    def test_recording_is_one_insert(
        self, prescriber: Actor, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(1):
            record(prescriber, "lib.read", patient=uuid4())

    def test_a_row_follows_the_transaction_it_tells_about(self, prescriber: Actor) -> None:
        @transaction.atomic
        def fails_half_way() -> None:
            record(prescriber, "lib.read")
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fails_half_way()
        assert not AuditEvent.objects.exists()

    @pytest.mark.parametrize("text", ["Har vondt i hodet", synthetic_id(clock.today()), "x" * 81, "a\nb"])
    def test_free_text_and_numbers_of_people_are_refused(self, prescriber: Actor, text: str) -> None:
        with pytest.raises(ValueError, match="codes"):
            record(prescriber, "lib.read", detail={"why": text})
        with pytest.raises(ValueError, match="codes"):
            record(prescriber, "lib.read", detail={"why": [text]})

    def test_an_encounter_that_is_no_reference_is_kept_as_a_digest(self, prescriber: Actor) -> None:
        for encounter in ("konsultasjon-17", "Kari var her", synthetic_id(clock.today())):
            record(replace(prescriber, encounter=encounter), "lib.read")
        kept = [row.encounter for row in queries.of_journal()][::-1]
        assert kept[0] == "konsultasjon-17"
        assert all(digest.startswith("sha256:") for digest in kept[1:])

    @pytest.mark.parametrize("table", ["audit_auditevent", "audit_auditseal"])
    @pytest.mark.parametrize("sql", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0}"])
    def test_the_database_refuses_to_change_or_remove_rows(self, table: str, sql: str) -> None:
        _write(None, 1)
        chain.seal()
        column = "action" if table == "audit_auditevent" else "digest"
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql.format(table, column))

    def test_pages_follow_one_another(self, prescriber: Actor) -> None:
        _write(prescriber, 5)
        first = queries.of_journal(limit=3)
        rest = queries.of_journal(before=first[-1].seq)
        assert [row.detail["rows"] for row in (*first, *rest)] == [4, 3, 2, 1, 0]

    def test_actions_are_chosen_by_prefix(self, prescriber: Actor) -> None:
        record(prescriber, "admin.user.block")
        record(prescriber, "adminx.other")
        record(prescriber, "lib.read")
        assert [row.action for row in queries.of_journal(actions=["admin."])] == ["admin.user.block"]

    def test_bulk_reading_is_seen(self, prescriber: Actor, nurse: Actor) -> None:
        _write(prescriber, 4)
        _write(nurse, 3)
        found = queries.bulk_readers(since=clock.now() - timedelta(hours=1), patients=4)
        assert [(reader.actor_id, reader.patients) for reader in found] == [(prescriber.practitioner_id, 4)]


@pytest.mark.usefixtures("in_journal")
class TestChain:
    def test_an_untouched_log_holds(self) -> None:
        _write(None, 7)
        assert chain.seal() == 7
        assert chain.seal() == 0
        _write(None, 3)
        assert chain.seal() == 3
        assert chain.verify() == chain.Verdict(sealed=10)
        assert chain.head()[0] == 10

    def test_a_row_that_commits_late_is_sealed_late(self) -> None:
        seqs = _write(None, 3)
        late = AuditEvent.objects.get(seq=seqs[1])
        _behind_the_back("DELETE FROM audit_auditevent WHERE seq = %s", late.seq)
        assert chain.seal() == 2
        late.save(force_insert=True)
        assert chain.seal() == 1
        assert AuditSeal.objects.latest("position").event_seq == late.seq
        assert chain.verify().holds

    def test_a_changed_row_is_named(self) -> None:
        seqs = _write(None)
        chain.seal()
        _behind_the_back("UPDATE audit_auditevent SET action = 'lib.other' WHERE seq = %s", seqs[2])
        verdict = chain.verify()
        assert (verdict.sealed, verdict.broken_seq) == (2, seqs[2])

    def test_a_removed_row_is_named(self) -> None:
        seqs = _write(None)
        chain.seal()
        _behind_the_back("DELETE FROM audit_auditevent WHERE seq = %s", seqs[3])
        assert chain.verify().broken_seq == seqs[3]

    def test_a_row_removed_with_its_seal_is_named_by_the_next(self) -> None:
        seqs = _write(None)
        chain.seal()
        _behind_the_back("DELETE FROM audit_auditevent WHERE seq = %s", seqs[3])
        _behind_the_back("DELETE FROM audit_auditseal WHERE event_seq = %s", seqs[3])
        assert chain.verify().broken_seq == seqs[4]

    def test_swapped_rows_are_named(self) -> None:
        seqs = _write(None)
        chain.seal()
        for old, new in ((seqs[1], 0), (seqs[2], seqs[1]), (0, seqs[2])):
            _behind_the_back("UPDATE audit_auditevent SET seq = %s WHERE seq = %s", new, old)
        assert chain.verify().broken_seq == seqs[1]


def test_the_command_names_the_journal_and_the_first_broken_row(
    journal: Journal, other_journal: Journal
) -> None:
    with journal_scope(journal):
        seqs = _write(None)
        chain.seal()
    out = StringIO()
    call_command("audit_verify", stdout=out)
    assert f"{journal.pk}: 5 hendelser, kjeden holder" in out.getvalue()
    with journal_scope(journal):
        _behind_the_back("UPDATE audit_auditevent SET actor_name = 'En annen' WHERE seq = %s", seqs[0])
    errors = StringIO()
    with pytest.raises(CommandError, match="1 av"):
        call_command("audit_verify", stdout=StringIO(), stderr=errors)
    assert f"{journal.pk}: brudd ved seq {seqs[0]}" in errors.getvalue()
    call_command("audit_verify", journal=other_journal.pk, stdout=StringIO())


def test_a_head_that_was_kept_tells_when_the_tail_was_cut_off(
    journal: Journal, caplog: pytest.LogCaptureFixture
) -> None:
    with journal_scope(journal):
        seqs = _write(None)
        chain.seal()
    with caplog.at_level("INFO", logger="sfm.exchange.sealing"):
        sealing.tell_heads()
    (kept,) = (line.split()[-1] for line in caplog.messages if str(journal.pk) in line)
    of_kept = {"journal": journal.pk, "kept": kept, "stdout": StringIO()}
    call_command("audit_verify", **of_kept)
    with journal_scope(journal):
        _behind_the_back("DELETE FROM audit_auditseal WHERE event_seq = %s", seqs[-1])
        _behind_the_back("DELETE FROM audit_auditevent WHERE seq = %s", seqs[-1])
    call_command("audit_verify", journal=journal.pk, stdout=StringIO())  # the chain alone does not see it
    with pytest.raises(CommandError, match="ikke lenger"):
        call_command("audit_verify", **of_kept)
    with pytest.raises(CommandError, match="skrives som"):
        call_command("audit_verify", journal=journal.pk, kept="hode", stdout=StringIO())
