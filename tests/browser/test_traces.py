"""After the story: what somebody who stole the database, Redis or the logs could read."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
def secrets(tab: Callable[..., Epj], demo: RunningDemo) -> set[bytes]:
    """At least one prescription has been signed and delivered; what the browser and the EPJ hold of it."""
    epj = tab().log_in("Ida Oppdiktet Demovik").open("Ola Oppdiktet")
    epj.see_news()
    epj.discontinue("cetirizin")
    epj.sign()
    epj.wait_until_delivered()
    ticket = epj.page.evaluate(
        "() => { const chosen = document.querySelector('[data-patient][aria-current]').dataset.patient;"
        " return fetch(`/sfm/ticket/${chosen}`, {method: 'POST'}).then(r => r.json()).then(one => one.ticket); }"
    )
    cookies = {one["value"] for one in epj.page.context.cookies() if one["name"] == "__Host-sfm"}
    assert ticket
    assert cookies
    return {ticket.encode(), *(cookie.rpartition(".")[2].encode() for cookie in cookies)}


def test_nothing_about_anyone_can_be_read(demo: RunningDemo, secrets: set[bytes]) -> None:
    tables = dict(_tables(demo))
    assert any(name.endswith("exchange_message") and rows for name, rows in tables.items()), (
        "nothing was sent"
    )
    logs = {path.name: [path.read_bytes()] for path in Path(demo.facts["folder"]).rglob("*.log")}
    assert {"web.log", "worker.log"} <= logs.keys()
    places = tables | logs | {"Redis": list(_redis(demo))}
    unwanted = secrets | _forbidden()
    found = {
        f"{place}: {what!r}"
        for place, rows in places.items()
        for row in rows
        for what in _told_by(row, unwanted)
    }
    assert found == set()


def test_the_search_for_traces_would_find_them() -> None:
    """In every form a column, a value of Redis or a queued task can have."""
    (pid, *_) = sorted(one for one in _forbidden() if one.isdigit())
    hidden = {"pid": pid.decode()}
    for form in (
        pid,
        bytearray(pid),
        memoryview(pid),
        pid.decode(),
        [pid.decode()],
        hidden,
        json.dumps(hidden),
        [pid],
    ):
        assert _told_by(_bytes(form), _forbidden()), form
    body = base64.b64encode(json.dumps([[pid.decode()], {}]).encode()).decode()
    assert any(_told_by(one, _forbidden()) for one in _unpacked(json.dumps({"body": body}).encode()))


def _told_by(row: bytes, unwanted: set[bytes]) -> set[bytes]:
    """National numbers, patients' names, messages and tokens in it, and what else is named."""
    numbers = {one for one in DIGITS.findall(row) if ids._check_digits(one.decode())}
    return numbers | {each for each in (*RAW, *unwanted) if each in row}


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
            rows = connection.execute(sql.SQL("TABLE {}.{}").format(*map(sql.Identifier, (schema, table))))
            yield f"{schema}.{table}", [b"|".join(map(_bytes, row)) for row in rows]


def _bytes(value: object) -> bytes:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    return str(value).encode()


def _redis(demo: RunningDemo) -> Iterator[bytes]:
    with redis.Redis.from_url(demo.facts["redis"]) as client:
        for key in client.scan_iter(count=1000):
            yield key
            for value in _values(client, key):
                yield from _unpacked(value)


def _values(client: redis.Redis, key: bytes) -> list[bytes]:
    """As they are, not as DUMP writes them: it packs what is long."""
    readers: dict[bytes, Callable[[], Any]] = {
        b"string": lambda: [client.get(key) or b""],
        b"list": lambda: client.lrange(key, 0, -1),
        b"set": lambda: client.smembers(key),
        b"zset": lambda: client.zrange(key, 0, -1),
        b"hash": lambda: [part for pair in client.hgetall(key).items() for part in pair],
        b"none": list,  # gone in the meantime
    }
    return list(readers[client.type(key)]())


def _unpacked(value: bytes) -> Iterator[bytes]:
    """The value, and the arguments of a task inside it: Celery writes them as base64."""
    yield value
    try:
        yield base64.b64decode(json.loads(value)["body"])
    except (ValueError, TypeError, KeyError):
        return
