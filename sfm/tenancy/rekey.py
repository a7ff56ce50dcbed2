"""A journal's texts under its newest key: every encrypted column read with its own key and written with the newest.
Afterwards the old key can go, and with it every old back-up of the texts.

Runs as the owner: tables that are only ever added to have triggers, and re-encryption changes no content.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction

from sfm.core.errors import Conflict
from sfm.tenancy import crypto, journals, keys
from sfm.tenancy.fields import EncryptedField
from sfm.tenancy.models import Journal, JournalKey
from sfm.tenancy.scope import journal_scope

if TYPE_CHECKING:
    from django.db.models import Model

BATCH: Final = 500  # rows in a transaction
Hook = Callable[[], int]
_hooks: list[Hook] = []  # tables that seal their own columns: the vault, and keyed digests


@dataclass(kw_only=True)
class Rekeyed:
    version: int
    rows: int = 0
    left: dict[int, int] = field(default_factory=dict)  # key version → values still under it


def also(hook: Hook) -> Hook:
    """Register what re-seals columns that are no EncryptedField. Runs in the journal, in a transaction."""
    _hooks.append(hook)
    return hook


def rotate(journal: Journal, *, forget_old: bool = False) -> Rekeyed:
    """A new key, everything under it, and the old ones gone when asked. An interrupted run can be repeated."""
    keys.new_journal_key(journal.pk)
    return reencrypt(journal, forget_old=forget_old)


def reencrypt(journal: Journal, *, forget_old: bool = False) -> Rekeyed:
    """Everything under the newest key there is."""
    with journal_scope(journal):
        version = keys.journal_keys().version
        done = Rekeyed(version=version)
        for model in journals.models():
            columns = _columns(model)
            if columns:
                done.rows += _table(model, columns, version)
        with transaction.atomic():
            done.rows += sum(hook() for hook in _hooks)
        done.left = {v: n for v, n in usage().items() if v != version}
    if forget_old:
        _forget(journal, done)
    return done


def usage() -> dict[int, int]:
    """Values under each key version, in the journal of this scope."""
    found: dict[int, int] = {}
    for model in journals.models():
        for column in _columns(model):
            for version, number in _versions(model, column):
                found[version] = found.get(version, 0) + number
    return found


def _forget(journal: Journal, done: Rekeyed) -> None:
    if any(done.left.values()):
        raise Conflict("Noen verdier står fortsatt under en gammel nøkkel. Den er beholdt.", code="SFM-409")
    with transaction.atomic():
        if Journal.objects.filter(pk=journal.pk, identifier_key=None).exists():
            keys.keep_identifiers(journal.pk, keys.journal_keys(journal.pk).identifiers)
        JournalKey.objects.filter(journal=journal, version__lt=done.version).delete()
    keys.forget(journal.pk)


def _columns(model: type[Model]) -> list[EncryptedField]:
    return [field for field in model._meta.concrete_fields if isinstance(field, EncryptedField)]


def _versions(model: type[Model], column: EncryptedField) -> Iterator[tuple[int, int]]:
    """Bytes 3 and 4 of an envelope are its key version."""
    table, name = _quoted(model._meta.db_table), _quoted(str(column.column))
    statement = (
        f"SELECT get_byte({name}, 2) * 256 + get_byte({name}, 3), count(*) FROM {table}"  # noqa: S608  our own names
        f" WHERE {name} IS NOT NULL GROUP BY 1"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        yield from cursor.fetchall()


def _table(model: type[Model], columns: list[EncryptedField], version: int) -> int:
    done = 0
    while True:
        with transaction.atomic():
            rows = _behind(model, columns, version)
            if not rows:
                return done
            _without_triggers(model, lambda found=rows: _write(model, columns, found, version))  # type: ignore[misc]
            done += len(rows)


def _behind(model: type[Model], columns: list[EncryptedField], version: int) -> list[tuple[Any, ...]]:
    names = [_quoted(str(column.column)) for column in columns]
    old = " OR ".join(f"get_byte({name}, 2) * 256 + get_byte({name}, 3) <> %s" for name in names)
    key = _quoted(str(_primary(model)))
    statement = (
        f"SELECT {', '.join([key, *names])} FROM {_quoted(model._meta.db_table)} WHERE {old} LIMIT {BATCH}"  # noqa: S608
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [version] * len(names))
        return list(cursor.fetchall())


def _without_triggers(model: type[Model], act: Callable[[], None]) -> None:
    table = _quoted(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        act()
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _write(
    model: type[Model], columns: list[EncryptedField], rows: list[tuple[Any, ...]], version: int
) -> None:
    sets = ", ".join(f"{_quoted(str(column.column))} = %s" for column in columns)
    key = _quoted(str(_primary(model)))
    statement = f"UPDATE {_quoted(model._meta.db_table)} SET {sets} WHERE {key} = %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(statement, [[*_resealed(model, columns, row, version), row[0]] for row in rows])


def _resealed(
    model: type[Model], columns: list[EncryptedField], row: tuple[Any, ...], version: int
) -> list[bytes | None]:
    sealed: list[bytes | None] = []
    held = keys.journal_keys()
    for column, value in zip(columns, row[1:], strict=True):
        if value is None or crypto.key_version(bytes(value)) == version:
            sealed.append(value)
            continue
        where = crypto.place(held.journal, model._meta.db_table, row[0], str(column.column))
        sealed.append(held.seal(column.purpose, held.unseal(column.purpose, bytes(value), where), where))
    return sealed


def _primary(model: type[Model]) -> str:
    pk = model._meta.pk
    if pk is None:
        raise ValueError("a model without a primary key")
    return str(pk.column)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
