"""What tests/conftest.py promises the other tests."""

from __future__ import annotations

import os
import socket

import pytest
import redis
from django.conf import settings
from django.db import connection


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
