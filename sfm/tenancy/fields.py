"""Encrypted columns. The database holds an envelope (bytea); the value is opened when it is first read.

The row's id is part of the lock, so the model needs a client-side UUID primary key.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldError
from django.db import models

from sfm.core.errors import Unavailable
from sfm.tenancy.crypto import Unreadable, place
from sfm.tenancy.keys import journal_keys

if TYPE_CHECKING:
    from uuid import UUID

    AnyField = models.Field[Any, Any]
else:
    AnyField = models.Field

alarm = logging.getLogger("sfm.alarm")


class Sealed(bytes):
    """An envelope not opened yet."""


class _OpensOnRead:
    def __init__(self, column: EncryptedField) -> None:
        self.column = column

    def __get__(self, row: Any, owner: type[models.Model]) -> Any:
        if row is None:
            return self
        values = row.__dict__
        name = self.column.attname
        if name not in values:  # deferred
            row.refresh_from_db(fields=[name])
        value = values[name]
        if type(value) is Sealed:
            value = values[name] = self.column.open(value, row.pk)
        return value

    def __set__(self, row: Any, value: Any) -> None:
        row.__dict__[self.column.attname] = value


class EncryptedField(AnyField):
    """AES-256-GCM under a purpose key of the journal, bound to journal, table, row and column."""

    def __init__(self, *args: Any, purpose: str = "blob", **kwargs: Any) -> None:
        self.purpose = purpose
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.purpose != "blob":
            kwargs["purpose"] = self.purpose
        return name, path, args, kwargs

    def get_internal_type(self) -> str:
        return "BinaryField"

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _OpensOnRead(self))

    def to_bytes(self, value: Any) -> bytes:
        return str(value).encode()

    def from_bytes(self, plain: bytes) -> Any:
        return plain.decode()

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> Sealed | None:
        return None if value is None else Sealed(value)

    def pre_save(self, row: models.Model, add: bool) -> Sealed | None:
        value = row.__dict__.get(self.attname)
        if value is None:
            return None
        if type(value) is Sealed:
            if add:
                raise TypeError(
                    f"{self.name}: read the value before copying the row; its lock holds the old id"
                )
            return value
        keys = journal_keys()
        return Sealed(keys.seal(self.purpose, self.to_bytes(value), self._aad(keys.journal, row.pk)))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: ARG002  (Django's signature)
        if value is None or type(value) is Sealed:
            return value and connection.Database.Binary(value)
        raise TypeError(f"{self.name} is encrypted per row: save the object instead of update()")

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise FieldError(f"{self.name} is encrypted and cannot be searched")

    def get_transform(self, lookup_name: str) -> Any:  # noqa: ARG002  (Django's signature)
        raise FieldError(f"{self.name} is encrypted and cannot be searched")

    def get_default(self) -> Any:
        if self.has_default():
            return self.default() if callable(self.default) else self.default
        return None if self.null else self.empty()

    def empty(self) -> Any:
        return ""

    def open(self, sealed: Sealed, row: UUID) -> Any:
        keys = journal_keys()
        try:
            return self.from_bytes(keys.unseal(self.purpose, sealed, self._aad(keys.journal, row)))
        except Unreadable as error:
            alarm.error("unreadable ciphertext in %s.%s row %s: %s", self._table, self.column, row, error)
            raise Unavailable(
                "Opplysningene kan ikke leses. Feilen er meldt til driften.", detail="unreadable ciphertext"
            ) from error

    @property
    def _table(self) -> str:
        return self.model._meta.db_table

    def _aad(self, journal: UUID, row: UUID) -> bytes:
        return place(journal, self._table, row, str(self.column))


class EncryptedTextField(EncryptedField):
    """Text of any length."""


class EncryptedJSONField(EncryptedField):
    """A JSON value. Dates and decimals travel as text; the caller says how."""

    def to_bytes(self, value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    def from_bytes(self, plain: bytes) -> Any:
        return json.loads(plain)

    def empty(self) -> Any:
        return {}


class EncryptedBytesField(EncryptedField):
    """Exact bytes: signed messages and other documents."""

    def to_bytes(self, value: Any) -> bytes:
        return bytes(value)

    def from_bytes(self, plain: bytes) -> Any:
        return plain

    def empty(self) -> Any:
        return b""
