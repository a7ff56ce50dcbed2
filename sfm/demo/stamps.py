"""Whether the demo's tables and data are those of this version of the code."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sfm.demo.services import PROJECT

if TYPE_CHECKING:
    from pathlib import Path


def is_filled(folder: Path) -> bool:
    """True when a start of this version has filled the folder: tables are current, data are there."""
    stamp = folder / "seeded"
    return stamp.exists() and stamp.read_text() == _version()


def write(folder: Path) -> None:
    (folder / "seeded").write_text(_version())


def _version() -> str:
    digest = hashlib.sha256()
    for migration in sorted((PROJECT / "sfm").glob("*/migrations/*.py")):
        digest.update(migration.read_bytes())
    return digest.hexdigest()
