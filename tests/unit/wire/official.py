"""The official schemas and public examples, which lie outside the project and are never copied into it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sfm.wire import schemas


def folder() -> Path:
    """Where the schemas are. Without them the test is skipped, in CI it fails."""
    found = schemas.directory()
    if found is None:
        reason = "offisielle skjema ikke funnet – sett SFM_SCHEMAS_DIR"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def examples(part: str) -> list[Path]:
    """Example files below `part`, or nothing when they are not here (the test that needs them then asks folder())."""
    found = schemas.directory()
    return sorted((found.parent / "examples" / part).rglob("*.xml")) if found else []
