"""The real payloads, where they are: beside the repository, never in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

FOLDER = Path(
    os.environ.get("SFM_EXAMPLES_DIR") or Path(__file__).resolve().parents[3] / "shared" / "examples" / "fhir"
)


def examples(name: str) -> bytes:
    file = FOLDER / name
    if not file.exists():
        reason = "ekte nyttelaster ikke funnet – sett SFM_EXAMPLES_DIR"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return file.read_bytes()
