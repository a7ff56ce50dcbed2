"""The ground every test stands on: PostgreSQL and Redis of our own, two journals, no network.

DATABASE_URL and REDIS_URL, when set, are used instead. With xdist the servers start once, in the controller;
each worker has a database and a Redis number of its own.
"""

from __future__ import annotations

import gc
import os
import re
import tempfile
from contextlib import ExitStack
from typing import TYPE_CHECKING

import environ
import hypothesis
import pytest
import redis
from django.conf import settings

from sfm.demo import services
from sfm.demo.redis_server import DATABASES
from sfm.settings.test import PLACEHOLDERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.plugin import DjangoDbBlocker

    from sfm.tenancy.models import Journal

pytest_plugins = [
    "tests.personas",
    "tests.tokens",
    "tests.simulators",
    "tests.office",
    "tests.running_demo",
    "tests.demo_catalogue",
    "tests.chromium",
    "tests.portals",
    "tests.integration.data_sharing",
]
YIELDING = 5  # nice
_running = ExitStack()
# other work on the machine is no fault of what is tested
hypothesis.settings.register_profile(
    "busy", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("busy")


def pytest_configure(config: pytest.Config) -> None:
    """Before the first test and before xdist starts its workers, which inherit the environment."""
    if config.option.collectonly or config.option.help or config.option.version:
        return
    missing = [name for name, nobody in PLACEHOLDERS.items() if os.environ[name] == nobody]
    if missing:
        started = _running.enter_context(services.throwaway())
        addresses = {"DATABASE_URL": started.database_url("sfm"), "REDIS_URL": started.redis_url()}
        os.environ.update({name: addresses[name] for name in missing})
    keys = _running.enter_context(tempfile.TemporaryDirectory(prefix="open-sfm-keys-"))
    os.environ.setdefault("SFM_KEY_DIR", keys)
    os.environ["REDIS_URL"] = _own_redis(os.environ["REDIS_URL"], config)
    _tell_django()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """The demo's tests are one long chain that waits much: a process that runs others lets them go before it."""
    group = item.get_closest_marker("xdist_group")
    if (
        (group is None or group.args != ("demo",))
        and os.environ.get("PYTEST_XDIST_WORKER")
        and os.getpriority(os.PRIO_PROCESS, 0) < YIELDING
    ):
        os.setpriority(os.PRIO_PROCESS, 0, YIELDING)


def pytest_collection_finish() -> None:
    """What has been imported stays to the end: the garbage collector need not look through it again."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    _running.close()


def _own_redis(url: str, config: pytest.Config) -> str:
    """The controller keeps the number it was given; worker gwN takes the N+1st after it."""
    worker = getattr(config, "workerinput", {}).get("workerid", "")
    if not worker:
        return url
    base, _, number = url.rpartition("/")
    return f"{base}/{(int(number or 0) + 1 + int(re.sub(r'[^0-9]', '', worker))) % DATABASES}"


def _tell_django() -> None:
    # pytest-django has read the settings already: change them in place, before anything connects.
    database = settings.DATABASES["default"]
    database.update(environ.Env().db_url("DATABASE_URL", engine=database["ENGINE"]))
    settings.REDIS_URL = settings.CELERY_BROKER_URL = os.environ["REDIS_URL"]
    settings.SFM_KEY_DIR = os.environ["SFM_KEY_DIR"]


@pytest.fixture(scope="session")
def _journals(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> tuple[Journal, Journal]:
    """Two journals with a schema each, made once per process: migrating one takes longer than most tests."""
    from django.urls import get_resolver

    from sfm.tenancy.models import OrganisationType
    from tests import clean_slate

    assert get_resolver().url_patterns  # read now: on a busy machine it outlives the proof of the first call
    with django_db_blocker.unblock():
        first = _journal("Åskollen legesenter", OrganisationType.GP, orgnr="310001104", her_id="8801001")
        second = _journal("Fjellvik kommune", OrganisationType.PLO, orgnr="310002208", her_id="8802001")
        clean_slate.remember()
    return first, second


def _journal(name: str, kind: int, *, orgnr: str, her_id: str) -> Journal:
    from sfm.tenancy import journals

    made = journals.create(name=name, organisation_type=kind)
    made.organisations.create(name=name, type_code=kind, orgnr=orgnr, her_id=her_id, active=True)
    return made


@pytest.fixture
def journal(_journals: tuple[Journal, Journal], db: None) -> Journal:
    """The GP office's journal. The test's writes are rolled back."""
    return _journals[0]


@pytest.fixture
def other_journal(_journals: tuple[Journal, Journal], db: None) -> Journal:
    """The municipality's journal, for proving that nothing crosses."""
    return _journals[1]


@pytest.fixture
def in_journal(journal: Journal) -> Iterator[Journal]:
    """Stand inside the GP office's journal for the whole test."""
    from sfm.tenancy.scope import journal_scope

    with journal_scope(journal):
        yield journal


@pytest.fixture
def committed(_journals: tuple[Journal, Journal], transactional_db: None) -> tuple[Journal, Journal]:
    """Both journals, for a test whose writes other processes must see. Everything is put back afterwards."""
    return _journals


@pytest.fixture
def child_environment(committed: tuple[Journal, Journal]) -> dict[str, str]:
    """The environment for a process of the product that shall work on this test's database and Redis."""
    database = settings.DATABASES["default"]
    place = f"{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}"
    here = {
        "DJANGO_SETTINGS_MODULE": "sfm.settings.test",
        "DATABASE_URL": f"postgres://{place}/{database['NAME']}",
    }
    return os.environ | here


@pytest.fixture
def redis_client() -> Iterator[redis.Redis]:
    """The Redis the product uses, empty before and after."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
        yield client
        client.flushdb()


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """What is remembered of registry, lists and RF's clock is forgotten: the test before was rolled back, or stood in
    another time."""
    from sfm.gateways.rf import clock_check
    from sfm.medication.queries import remembered
    from sfm.tenancy import journals

    journals.forget()
    remembered.forget()
    clock_check.forget()
