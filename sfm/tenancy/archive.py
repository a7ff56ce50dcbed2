"""A whole journal as one file, and back: its registry entry, its units, its keys, and every row as it is stored.

The rows stay encrypted under the journal's own key, and the key travels inside, so that what comes out is what went in,
byte for byte. The file as a whole is sealed under a passphrase: scrypt, then AES-256-GCM frame by frame. It belongs to
one version of the product: tables and columns must be the same where it is taken in.
"""

from __future__ import annotations

import base64
import json
import os
import struct
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any, Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.db import connection, transaction

from sfm.core import clock
from sfm.core.errors import Conflict, Invalid
from sfm.tenancy import journals, keys, provisioning
from sfm.tenancy.models import Journal, JournalKey, Organisation
from sfm.tenancy.scope import leave

if TYPE_CHECKING:
    from collections.abc import Iterator

MAGIC: Final = b"SFMJ1\n"
SALT, NONCE = 16, 12
LENGTH: Final = struct.Struct(">I")
HEAD, TABLE, ROWS, END = b"H", b"T", b"R", b"E"
MAX_FRAME: Final = 64 * 1024 * 1024
COST: Final = 2**15  # scrypt n
FIELDS: Final = (
    "id", "kind", "type_code", "name", "orgnr", "her_id", "address_line", "postal_code", "city", "municipality_code",
    "phone", "email", "active", "pll_enabled_from", "settings", "epj_info", "created",
)  # fmt: skip


class _Sealer:
    """Frames that cannot be left out, changed places, or cut off unnoticed."""

    def __init__(self, out: IO[bytes], passphrase: str) -> None:
        salt = os.urandom(SALT)
        out.write(MAGIC + salt)
        self._out, self._cipher, self._count = out, AESGCM(_key(passphrase, salt)), 0

    def put(self, kind: bytes, content: bytes) -> None:
        nonce = os.urandom(NONCE)
        sealed = self._cipher.encrypt(nonce, kind + content, LENGTH.pack(self._count))
        self._out.write(LENGTH.pack(len(sealed)) + nonce + sealed)
        self._count += 1


def _frames(source: IO[bytes], passphrase: str) -> Iterator[tuple[bytes, bytes]]:
    if source.read(len(MAGIC)) != MAGIC:
        raise Invalid("Filen er ikke en journaleksport fra SFM.")
    cipher, count = AESGCM(_key(passphrase, source.read(SALT))), 0
    while head := source.read(LENGTH.size):
        size = LENGTH.unpack(head)[0] if len(head) == LENGTH.size else MAX_FRAME + 1
        if size > MAX_FRAME:
            raise Invalid("Eksporten er skadet.")
        nonce = source.read(NONCE)
        try:
            plain = cipher.decrypt(nonce, source.read(size), LENGTH.pack(count))
        except (InvalidTag, ValueError) as error:
            raise Invalid("Feil passord, eller eksporten er skadet.") from error
        yield plain[:1], plain[1:]
        count += 1


def _key(passphrase: str, salt: bytes) -> bytes:
    if len(passphrase) < 12:
        raise Invalid("Passordet må ha minst 12 tegn.")
    return Scrypt(salt=salt, length=32, n=COST, r=8, p=1).derive(passphrase.encode())


def export(journal: Journal, out: IO[bytes], passphrase: str) -> dict[str, int]:
    """Everything, as it stands at one moment. Returns the number of rows by table."""
    sealer, counts = _Sealer(out, passphrase), {}
    leave()
    with transaction.atomic(), connection.cursor() as cursor:
        if not connection.savepoint_ids:  # a transaction of our own
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        sealer.put(HEAD, _head(journal))
        for table in _tables(cursor, journal.schema_name):
            columns = _columns(cursor, journal.schema_name, table)
            sealer.put(TABLE, json.dumps({"table": table, "columns": columns}).encode())
            counts[table] = _copy_out(cursor, journal.schema_name, table, columns, sealer)
    sealer.put(END, json.dumps(counts).encode())
    return counts


def _head(journal: Journal) -> bytes:
    units = [
        {name: _plain(getattr(unit, name)) for name in FIELDS} | {"parent": _plain(unit.parent_id)}
        for unit in journal.organisations.order_by("created", "pk")
    ]
    said = {
        "id": str(journal.pk),
        "name": journal.name,
        "organisation_type": journal.organisation_type,
        "active": journal.active,
        "created": journal.created.isoformat(),
        "keys": [
            {"version": version, "key": base64.b64encode(key).decode()}
            for version, key in sorted(keys.masters(journal.pk).items())
        ],
        "identifiers": base64.b64encode(keys.journal_keys(journal.pk).identifiers).decode(),
        "organisations": units,
        "exported": clock.now().isoformat(),
    }
    return json.dumps(said, ensure_ascii=False).encode()


def take_in(source: IO[bytes], passphrase: str) -> tuple[Journal, dict[str, int]]:
    """The journal, as it was. As the owner. Raises Invalid or Conflict, and then nothing remains."""
    head = _checked(source, passphrase)
    frames = _frames(source, passphrase)
    next(frames)
    journal_id = UUID(head["id"])
    if Journal.objects.filter(pk=journal_id).exists():
        raise Conflict("Journalen finnes allerede.")
    journal = Journal(
        id=journal_id,
        schema_name=f"j_{journal_id.hex}",
        name=head["name"],
        organisation_type=head["organisation_type"],
        active=head["active"],
        created=datetime.fromisoformat(head["created"]),
    )
    provisioning.migrate(journal.schema_name)
    try:
        with transaction.atomic():
            journal.ready = True
            journal.save(force_insert=True)
            _registry(journal, head)
            counts = _rows(frames, journal.schema_name)
    except BaseException:
        provisioning.drop(journal.schema_name)
        keys.forget(journal_id)
        raise
    journals.forget()
    return journal, counts


def _checked(source: IO[bytes], passphrase: str) -> dict[str, Any]:
    """The whole file is read once before anything is made: a damaged one never reaches the database."""
    kinds, first = set(), b""
    last = b""
    for last, content in _frames(source, passphrase):
        first = first or content
        kinds.add(last)
    if last != END or HEAD not in kinds:
        raise Invalid("Eksporten er ufullstendig.")
    source.seek(0)
    head: dict[str, Any] = json.loads(first)
    return head


def _registry(journal: Journal, head: dict[str, Any]) -> None:
    for one in head["keys"]:
        wrapped = keys.wrap(journal.pk, one["version"], base64.b64decode(one["key"]))
        JournalKey.objects.create(journal=journal, version=one["version"], wrapped=wrapped)
    keys.keep_identifiers(journal.pk, base64.b64decode(head["identifiers"]))
    units = {one["id"]: one for one in head["organisations"]}
    for one in units.values():
        Organisation.objects.create(journal=journal, **{name: one[name] for name in FIELDS})
    for one in units.values():
        if one["parent"] in units:
            Organisation.objects.filter(pk=one["id"]).update(parent=one["parent"])


def _rows(frames: Iterator[tuple[bytes, bytes]], schema: str) -> dict[str, int]:
    """Table by table, with the triggers of the tables off: what they would refuse or stamp is as it was."""
    found: dict[str, int] = {}
    told: dict[str, int] | None = None
    with connection.cursor() as cursor:
        expected = _tables(cursor, schema)
        pending = next(frames, None)
        while pending is not None and pending[0] == TABLE:
            said = json.loads(pending[1])
            table, columns = said["table"], said["columns"]
            if table not in expected or columns != _columns(cursor, schema, table):
                raise Invalid(
                    "Eksporten er laget av en annen versjon av SFM. Ta den inn i samme versjon først."
                )
            pending = _copy_in(cursor, schema, table, columns, frames)
            cursor.execute(f"SELECT count(*) FROM {_name(schema, table)}")  # noqa: S608  from the catalogue
            found[table] = cursor.fetchone()[0]
            _sequences(cursor, schema, table)
        if pending is not None and pending[0] == END:
            told = json.loads(pending[1])
    if told != found or set(found) != set(expected):
        raise Invalid("Eksporten er ufullstendig.")
    return found


def _copy_out(cursor: Any, schema: str, table: str, columns: list[str], sealer: _Sealer) -> int:
    names = ", ".join(map(_quoted, columns))
    order = _quoted(_primary(cursor, schema, table))
    statement = f"COPY (SELECT {names} FROM {_name(schema, table)} ORDER BY {order}) TO STDOUT"  # noqa: S608
    with cursor.copy(statement) as copy:
        for piece in copy:
            sealer.put(ROWS, bytes(piece))
    return int(cursor.rowcount)


def _copy_in(
    cursor: Any, schema: str, table: str, columns: list[str], frames: Iterator[tuple[bytes, bytes]]
) -> tuple[bytes, bytes] | None:
    """Returns the frame after the rows."""
    where = _name(schema, table)
    cursor.execute(f"ALTER TABLE {where} DISABLE TRIGGER USER")
    after = None
    with cursor.copy(f"COPY {where} ({', '.join(map(_quoted, columns))}) FROM STDIN") as copy:
        for kind, content in frames:
            if kind != ROWS:
                after = (kind, content)
                break
            copy.write(content)
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    cursor.execute(f"ALTER TABLE {where} ENABLE TRIGGER USER")
    return after


def _tables(cursor: Any, schema: str) -> list[str]:
    """Those a journal holds, parents before children, so that no row points to one that has not come."""
    names = [str(model._meta.db_table) for model in _in_order() if model._meta.managed]
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema])
    present = {name for (name,) in cursor.fetchall()}
    return [name for name in names if name in present]


def _in_order() -> list[Any]:
    waiting, done = list(journals.models()), []
    while waiting:
        ready = [m for m in waiting if not (_parents(m) & set(waiting) - {m})]
        done += ready or waiting
        waiting = [m for m in waiting if m not in done]
    return done


def _parents(model: Any) -> set[Any]:
    return {field.related_model for field in model._meta.concrete_fields if field.related_model}


def _columns(cursor: Any, schema: str, table: str) -> list[str]:
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s ORDER BY 1",
        [schema, table],
    )
    return [name for (name,) in cursor.fetchall()]


def _primary(cursor: Any, schema: str, table: str) -> str:
    cursor.execute(
        "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)"
        " WHERE i.indisprimary AND i.indrelid = %s::regclass",
        [_name(schema, table)],
    )
    return str(cursor.fetchone()[0])


def _sequences(cursor: Any, schema: str, table: str) -> None:
    key = _primary(cursor, schema, table)
    cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [_name(schema, table), key])
    (sequence,) = cursor.fetchone()
    if sequence:
        highest = f"(SELECT max({_quoted(key)}) FROM {_name(schema, table)})"  # noqa: S608
        cursor.execute(f"SELECT setval(%s, coalesce({highest}, 1), {highest} IS NOT NULL)", [sequence])


def _name(schema: str, table: str) -> str:
    return f"{_quoted(schema)}.{_quoted(table)}"


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
