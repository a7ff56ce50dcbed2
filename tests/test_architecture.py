"""Who may import whom: the contracts in pyproject.toml, and that they cover everything there is."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
CONFIG = ROOT / "pyproject.toml"
APART = {"sfm.settings", "sfm.simulators"}  # composition, and what stands beside the product


def _contracts() -> list[dict[str, Any]]:
    contracts: list[dict[str, Any]] = tomllib.loads(CONFIG.read_text())["tool"]["importlinter"]["contracts"]
    return contracts


def _packages() -> Iterator[str]:
    yield from (f"sfm.{path.parent.name}" for path in (ROOT / "sfm").glob("*/__init__.py"))
    yield "portals"


def test_imports_go_downwards_only(tmp_path: Path) -> None:
    """In a process of its own: the tool switches off every logger that is there."""
    linter = Path(sys.executable).with_name("lint-imports")
    told = subprocess.run(
        [linter, "--config", CONFIG, "--cache-dir", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout


def test_every_package_has_a_place_in_the_layers() -> None:
    placed = {
        name.strip(" ()")
        for layer in _contracts()[0]["layers"]
        for name in layer.replace("|", ":").split(":")
    }
    assert set(_packages()) - APART <= placed


def test_every_production_package_is_kept_from_the_simulators() -> None:
    kept = set(_contracts()[7]["source_modules"])
    assert set(_packages()) - {"sfm.simulators", "sfm.demo"} == kept
