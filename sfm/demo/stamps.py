"""Whether the demo's tables and data are those of this version of the code."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sfm.demo.services import PROJECT

if TYPE_CHECKING:
    from pathlib import Path


def is_filled(folder: Path, database: str) -> bool:
    """True when a start of this version has filled the database: tables are current, data are there.

    `database` is the address of one the user chose, or "" for the demo's own.
    """
    stamp = folder / "seeded"
    return stamp.exists() and stamp.read_text() == _version(database)


def write(folder: Path, database: str) -> None:
    (folder / "seeded").write_text(_version(database))


def _version(database: str) -> str:
    digest = hashlib.sha256(database.encode())
    for migration in sorted((PROJECT / "sfm").glob("*/migrations/*.py")):
        digest.update(migration.read_bytes())
    return digest.hexdigest()
