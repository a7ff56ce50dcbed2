"""The identity vault: who a patient is, and that the database alone cannot say."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db import connection

from sfm.audit.models import AuditEvent
from sfm.core.errors import Conflict, Invalid, NotFound, Unavailable
from sfm.core.ids import PatientKey, PidKind, synthetic_id
from sfm.patients import vault
from sfm.patients.models import PatientLink
from sfm.patients.vault import PatientIdentity
from sfm.tenancy import keys
from sfm.tenancy.scope import journal_scope

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from sfm.core.actor import Actor
    from sfm.tenancy.models import Journal

BORN = date(1956, 3, 14)
KARI = PatientIdentity(
    family="Demosen",
    given="Kari Oppdiktet",
    pid=synthetic_id(BORN),
    sex="2",
    city="Åskollen",
    phone="22000000",
)
D_NUMBER = synthetic_id(BORN, 1, d_number=True)


def _stored() -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT patients_patientlink::text FROM patients_patientlink")
        rows = [str(row) for (row,) in cursor.fetchall()]
    return b" ".join(
        row.encode() + bytes.fromhex("".join(re.findall(r"\\\\x([0-9a-f]+)", row))) for row in rows
    )


@pytest.mark.usefixtures("in_journal")
class TestVault:
    def test_a_person_keeps_the_same_key(self) -> None:
        key = vault.register(KARI)
        assert vault.register(KARI) == vault.find(KARI.pid) == key
        assert PatientLink.objects.count() == 1

    def test_the_key_opens_the_identity(self) -> None:
        assert vault.open_identity(vault.register(KARI)) == replace(KARI, pid_type=PidKind.FNR, born=BORN)

    def test_the_database_shows_neither_number_name_nor_patient_key(self) -> None:
        key = vault.register(KARI)
        stored = _stored()
        assert len(stored) > 300
        for secret in (
            KARI.pid,
            "Demosen",
            "Kari",
            "Åskollen",
            str(key),
            key.hex,
            BORN.isoformat(),
            f"{BORN:%d%m%y}",
        ):
            assert secret.encode() not in stored
        assert key.bytes not in stored

    def test_finding_and_opening_take_one_query_each(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        key = vault.register(KARI)
        others = [vault.register(replace(KARI, pid=synthetic_id(BORN, n))) for n in range(2, 5)]
        with django_assert_num_queries(1):
            vault.find(KARI.pid)
        with django_assert_num_queries(1):
            vault.open_identity(key)
        with django_assert_num_queries(1):
            assert len(vault.open_identities([key, *others, PatientKey(uuid4())])) == 4

    def test_what_the_record_system_says_now_replaces_what_it_said(self) -> None:
        key = vault.register(KARI)
        assert vault.register(replace(KARI, phone="22111111", family="Nyttnavn")) == key
        assert vault.open_identity(key).name == "Nyttnavn, Kari Oppdiktet"

    def test_a_person_without_number_gets_a_local_id_that_finds_them(self) -> None:
        key = vault.register(PatientIdentity(family="Ukjent", given="Mann"))
        unknown = vault.open_identity(key)
        assert unknown.pid_type is PidKind.LOCAL
        assert not unknown.has_national_id
        assert vault.find(unknown.pid) == key
        assert vault.register(PatientIdentity(family="Ukjent", given="Mann")) != key

    def test_a_new_number_takes_over_and_the_old_one_still_finds_the_person(self, prescriber: Actor) -> None:
        key = vault.register(replace(KARI, pid=D_NUMBER))
        vault.change_number(key, KARI.pid, by=prescriber)
        assert vault.find(D_NUMBER) == vault.find(KARI.pid) == key
        assert vault.open_identity(key).pid == KARI.pid
        old = PatientLink.objects.exclude(valid_to=None).get()
        assert old.replaced_by == PatientLink.objects.get(valid_to=None).pk
        event = AuditEvent.objects.latest("seq")
        assert (event.action, event.patient_key) == ("patient.change_number", key)
        assert event.detail == {"from": "dnr", "to": "fnr"}

    def test_somebody_elses_number_is_refused(self, prescriber: Actor) -> None:
        key = vault.register(replace(KARI, pid=D_NUMBER))
        vault.register(KARI)
        with pytest.raises(Conflict):
            vault.change_number(key, KARI.pid, by=prescriber)
        assert vault.open_identity(key).pid == D_NUMBER

    def test_an_erased_person_is_gone(self, prescriber: Actor) -> None:
        key = vault.register(KARI)
        vault.erase(key, by=prescriber)
        assert vault.find(KARI.pid) is None
        with pytest.raises(NotFound):
            vault.open_identity(key)
        with pytest.raises(NotFound):
            vault.erase(key, by=prescriber)

    @pytest.mark.parametrize("column", ["identity_enc", "dek_wrapped", "patient_key_enc"])
    def test_a_sealed_column_moved_to_another_person_does_not_open(self, column: str) -> None:
        mine = vault.register(KARI)
        vault.register(replace(KARI, pid=D_NUMBER))
        one, other = PatientLink.objects.order_by("valid_from")
        PatientLink.objects.filter(pk=one.pk).update(**{column: getattr(other, column)})
        asks = vault.find if column == "patient_key_enc" else lambda _: vault.open_identity(mine)
        with pytest.raises(Unavailable):
            asks(KARI.pid)

    def test_after_a_new_journal_key_everybody_is_still_found(self, in_journal: Journal) -> None:
        key = vault.register(KARI)
        keys.new_journal_key(in_journal.pk)
        assert vault.find(KARI.pid) == key
        assert vault.register(KARI) == key
        assert vault.open_identity(key).family == "Demosen"
        keys.forget()

    @pytest.mark.parametrize("pid", ["123", "14835649999", synthetic_id(BORN, month_offset=0)])
    def test_what_is_not_a_number_of_this_environment_is_refused(self, pid: str) -> None:
        if len(pid) == 11:
            with pytest.raises(Invalid):
                vault.register(replace(KARI, pid=pid))
        else:
            assert vault.find(pid) is None

    def test_a_patient_has_a_name(self) -> None:
        with pytest.raises(Invalid, match="navn"):
            vault.register(replace(KARI, family=" "))


def test_the_same_person_has_different_keys_and_digests_in_two_journals(
    journal: Journal, other_journal: Journal
) -> None:
    seen = []
    for one in (journal, other_journal):
        with journal_scope(one):
            seen.append((vault.register(KARI), bytes(PatientLink.objects.get().pid_bi)))
    assert seen[0][0] != seen[1][0]
    assert seen[0][1] != seen[1][1]
    with journal_scope(other_journal), pytest.raises(NotFound):
        vault.open_identity(seen[0][0])


def test_an_identity_does_not_show_itself_in_a_log_line() -> None:
    assert "Demosen" not in repr(KARI)
    assert KARI.pid not in f"{KARI}"
