"""After the story: what somebody who stole the database, Redis or the logs could read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import psycopg
import pytest
import redis
from psycopg import sql

from sfm.core import ids
from sfm.demo import fixtures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.epj import Epj
    from tests.running_demo import RunningDemo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
DIGITS = re.compile(rb"(?<![0-9A-Za-z.-])\d{11}(?![0-9A-Za-z.-])")
RAW = (
    b"MsgHead",
    b"PE1zZ0hlYW",
    b"1zZ0hlYWQ",
    b"Nc2dIZWFk",
    b"TXNnSGVhZ",
    b"eyJhbGciOi",
)  # also in base64; tokens


@pytest.fixture
def told(tab: Callable[..., Epj], demo: RunningDemo) -> RunningDemo:
    """At least one prescription has been signed and delivered."""
    epj = tab().log_in("Ida Oppdiktet Demovik").open("Ola Oppdiktet")
    epj.see_news()
    epj.discontinue("cetirizin")
    epj.sign()
    epj.wait_until_delivered()
    return demo


def test_nothing_about_anyone_can_be_read(told: RunningDemo) -> None:
    places = {
        "Redis": list(_redis(told)),
        "web": [told.log("web").encode()],
        "worker": [told.log("worker").encode()],
    }
    places |= dict(_tables(told))
    assert any(name.endswith("exchange_message") and rows for name, rows in places.items()), (
        "nothing was sent"
    )
    found = {f"{place}: {what!r}" for place, rows in places.items() for row in rows for what in _told_by(row)}
    assert found == set()


def _told_by(row: bytes) -> set[bytes]:
    """National numbers, patients' names, messages and tokens in it; also when written as \\x hex by PostgreSQL."""
    numbers = {one for one in DIGITS.findall(row) if ids._check_digits(one.decode())}
    return numbers | {each for each in (*RAW, *_forbidden()) if each in row}


def _forbidden() -> set[bytes]:
    people = {person.pid for person in fixtures.people()}
    patients = [patient for journal in fixtures.journals() for patient in journal.patients]
    pids = {patient.pid for patient in patients if patient.pid}
    return {text.encode() for text in people | pids | {patient.family for patient in patients}}


def _tables(demo: RunningDemo) -> Iterator[tuple[str, list[bytes]]]:
    """Every row of every table of ours, as text; binary columns as the bytes they hold."""
    with psycopg.connect(demo.facts["database"]) as connection:
        names = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        for schema, table in names:
            if table.startswith("fest_"):
                continue  # public drug data, and the biggest
            rows = connection.execute(sql.SQL("TABLE {}.{}").format(*map(sql.Identifier, (schema, table))))
            yield f"{schema}.{table}", [b"|".join(map(_bytes, row)) for row in rows]


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def _redis(demo: RunningDemo) -> Iterator[bytes]:
    with redis.Redis.from_url(demo.facts["redis"]) as client:
        for key in client.scan_iter(count=1000):
            yield key
            yield client.dump(key) or b""
