"""Who may import whom: the contracts in pyproject.toml, and that they cover everything there is."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from importlinter.cli import lint_imports

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


def test_imports_go_downwards_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    broken = lint_imports(config_filename=str(CONFIG), cache_dir=str(tmp_path))
    assert broken == 0, capsys.readouterr().out


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
