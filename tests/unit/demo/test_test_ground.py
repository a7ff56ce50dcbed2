"""What tests/conftest.py promises the other tests."""

from __future__ import annotations

import os
import socket

import pytest
import redis
from django.conf import settings
from django.db import connection

from sfm.core.actor import Actor
from sfm.identity.models import Practitioner
from sfm.tenancy.models import Journal
from sfm.tenancy.scope import journal_scope


@pytest.mark.django_db
def test_the_database_is_ours_and_empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        assert cursor.fetchone()[0].startswith("test_")


def test_each_process_has_a_redis_number_of_its_own(redis_client: redis.Redis) -> None:
    assert redis_client.ping()
    assert redis_client.dbsize() == 0
    assert os.environ["REDIS_URL"] == settings.REDIS_URL
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    number = int(settings.REDIS_URL.rpartition("/")[2])
    assert not worker or number > 0


def test_nobody_outside_this_machine_can_be_reached() -> None:
    with socket.socket() as outward, pytest.raises((RuntimeError, UserWarning)):
        outward.connect(("192.0.2.1", 80))


def test_prescriber_and_nurse_share_a_journal_and_the_outsider_does_not(
    prescriber: Actor, nurse: Actor, outsider: Actor
) -> None:
    assert prescriber.journal_id == nurse.journal_id != outsider.journal_id
    assert prescriber.may("rx.prescribe")
    assert not nurse.may("rx.prescribe")


class TestCommitted:
    """In this order: what a committing test leaves behind is gone, and the journals are still there."""

    def test_one_commits(self, committed: tuple[Journal, Journal]) -> None:
        with journal_scope(committed[0]):
            Practitioner.objects.create(given_name="Kari", family_name="Demosen")
        Journal.objects.update(name="endret")

    def test_the_next_sees_nothing_of_it(self, committed: tuple[Journal, Journal]) -> None:
        assert set(Journal.objects.values_list("name", flat=True)) == {
            "Åskollen legesenter",
            "Fjellvik kommune",
        }
        with journal_scope(committed[0]):
            assert not Practitioner.objects.exists()
