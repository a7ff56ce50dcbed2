"""FEST for tests: the demo catalogue, imported once in each test process and put back from a copy after that."""

# ruff: noqa: S608  (table names come from the models)
from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection

from sfm.fest import catalogue
from sfm.fest.build.demo import write_demo
from sfm.fest.importer.run import import_file
from sfm.fest.importer.staging import TABLES
from sfm.fest.models import Version

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django.plugin import DjangoDbBlocker

_KEPT = "test_catalogue"
_NAMES = [Version._meta.db_table, *(model._meta.db_table for model in TABLES.values())]


@pytest.fixture(scope="module")
def _fest(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    with django_db_blocker.unblock():
        already_there = Version.objects.filter(is_current=True).exists()
        if not already_there:
            put_in(tmp_path_factory.mktemp("fest"))
        yield
        if not already_there:
            _run(f"TRUNCATE {', '.join(_NAMES)} CASCADE")


@pytest.fixture
def fest(_fest: None, db: None) -> catalogue.Catalogue:
    """The demo catalogue, for every test of the module."""
    return catalogue.current()


def put_in(folder: Path) -> None:
    """The demo catalogue in use, for a test that cleans up after itself."""
    if not _put_back():
        _import(folder / "m30.xml")


def _import(file: Path) -> None:
    write_demo(file)
    import_file(str(file))
    _run(f"CREATE SCHEMA {_KEPT}", *(f"CREATE TABLE {_KEPT}.{name} AS TABLE {name}" for name in _NAMES))


def _put_back() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [_KEPT])
        if not cursor.fetchone():
            return False
    _run(
        "SET session_replication_role = replica",  # the order of tables does not matter
        *(f"INSERT INTO {name} SELECT * FROM {_KEPT}.{name}" for name in _NAMES),
        "SET session_replication_role = origin",
    )
    return True


def _run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
