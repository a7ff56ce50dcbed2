"""Encrypted columns: noise in the database, bound to their place, opened on read."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.core.exceptions import FieldError
from django.db import connection

from sfm.core.errors import Unavailable
from sfm.identity.models import Practitioner
from sfm.tenancy import keys
from sfm.tenancy.models import Journal, JournalKey
from sfm.tenancy.scope import journal_scope

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT = "Noe hemmelig om noen"


@pytest.fixture(autouse=True)
def _fresh_keys() -> Iterator[None]:
    yield
    keys.forget()


def _person(text: str = TEXT) -> Practitioner:
    return Practitioner.objects.create(given_name="Kari", family_name="Demosen", pid=text)


def _stored(row: Practitioner) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM identity_practitioner WHERE id = %s", [row.pk])
        return bytes(cursor.fetchone()[0])


def _overwrite(row: Practitioner, stored: bytes) -> Practitioner:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE identity_practitioner SET pid = %s WHERE id = %s", [stored, row.pk])
    return Practitioner.objects.get(pk=row.pk)


@pytest.mark.usefixtures("in_journal")
class TestOneJournal:
    def test_the_database_holds_an_envelope_and_the_reader_gets_the_text(self) -> None:
        row = _person()
        assert TEXT.encode() not in _stored(row)
        assert _stored(row)[:4] == b"\x01\x01\x00\x01"
        assert Practitioner.objects.get(pk=row.pk).pid == TEXT

    def test_equal_texts_look_different(self) -> None:
        assert _stored(_person()) != _stored(_person())

    def test_absent_stays_absent(self) -> None:
        row = Practitioner.objects.create(given_name="Kari", family_name="Demosen")
        assert Practitioner.objects.filter(pid__isnull=True, pk=row.pk).exists()
        assert Practitioner.objects.get(pk=row.pk).pid is None

    def test_a_text_moved_to_another_row_does_not_open(self, caplog: pytest.LogCaptureFixture) -> None:
        moved = _overwrite(_person("noe annet"), _stored(_person()))
        with caplog.at_level(logging.ERROR, "sfm.alarm"), pytest.raises(Unavailable) as refused:
            _ = moved.pid
        assert "kan ikke leses" in refused.value.text
        assert "identity_practitioner" in caplog.text

    def test_a_changed_or_cut_text_does_not_open(self) -> None:
        row = _person()
        stored = _stored(row)
        for spoilt in (stored[:-1] + bytes([stored[-1] ^ 1]), stored[:20], b"", b"\x02" + stored[1:]):
            with pytest.raises(Unavailable):
                _ = _overwrite(row, spoilt).pid

    def test_a_text_under_a_key_that_is_gone_does_not_open(self) -> None:
        row = _person()
        with pytest.raises(Unavailable):
            _ = _overwrite(row, b"\x01\x01\x00\x63" + _stored(row)[4:]).pid

    def test_searching_in_it_and_writing_round_it_are_refused(self) -> None:
        people: Any = Practitioner.objects
        with pytest.raises(FieldError):
            people.filter(pid=TEXT)
        with pytest.raises(FieldError):
            people.filter(pid__contains="N")
        with pytest.raises(TypeError, match="per row"):
            people.update(pid=TEXT)

    def test_rows_made_in_bulk_open(self) -> None:
        rows = [Practitioner(given_name="K", family_name=str(n), pid=f"{TEXT} {n}") for n in range(3)]
        Practitioner.objects.bulk_create(rows)
        found = Practitioner.objects.filter(pk__in=[row.pk for row in rows]).order_by("family_name")
        assert [row.pid for row in found] == [f"{TEXT} {n}" for n in range(3)]

    def test_a_deferred_value_is_fetched_when_read(self) -> None:
        assert Practitioner.objects.defer("pid").get(pk=_person().pk).pid == TEXT

    def test_saving_an_unread_row_keeps_what_is_stored(self) -> None:
        row = _person()
        before = _stored(row)
        Practitioner.objects.get(pk=row.pk).save()
        assert _stored(row) == before

    def test_an_unread_text_is_not_copied_to_a_row_that_cannot_open_it(self) -> None:
        copy = Practitioner.objects.get(pk=_person().pk)
        copy.pk, copy._state.adding = uuid4(), True
        with pytest.raises(TypeError, match="copying"):
            copy.save()

    def test_a_new_key_version_writes_while_the_old_one_reads(self) -> None:
        old = _person()
        assert keys.new_journal_key(keys.journal_keys().journal) == 2
        new = _person("nytt")
        assert _stored(new)[:4] == b"\x01\x01\x00\x02"
        assert Practitioner.objects.get(pk=old.pk).pid == TEXT

    def test_opening_a_list_costs_next_to_nothing(self) -> None:
        pks = [_person(TEXT * 10).pk for _ in range(25)]
        rows = list(Practitioner.objects.filter(pk__in=pks))
        _ = rows[0].pid
        started = time.perf_counter()
        assert all(row.pid for row in rows)
        assert time.perf_counter() - started < 0.005


def test_a_text_moved_to_another_journal_does_not_open(journal: Journal, other_journal: Journal) -> None:
    with journal_scope(journal):
        row = _person()
        stored = _stored(row)
    with journal_scope(other_journal):
        Practitioner.objects.create(id=row.pk, given_name="K", family_name="D", pid="noe")
        with pytest.raises(Unavailable):
            _ = _overwrite(row, stored).pid


def test_without_its_key_one_journal_is_noise_and_the_other_unharmed(
    journal: Journal, other_journal: Journal
) -> None:
    pks = {}
    for one in (journal, other_journal):
        with journal_scope(one):
            pks[one] = _person().pk
    JournalKey.objects.filter(journal=journal).delete()
    keys.forget()
    with journal_scope(journal), pytest.raises(Unavailable):
        _ = Practitioner.objects.get(pk=pks[journal]).pid
    with journal_scope(other_journal):
        assert Practitioner.objects.get(pk=pks[other_journal]).pid == TEXT
