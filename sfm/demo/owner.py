"""Whom the embedded servers run as. PostgreSQL refuses root, so root lends them a user of their own, and
folders that user can reach. No existing folder is opened for anybody on the way."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from sfm.demo.process import StartError

USER = "open-sfm-demo"


@dataclass(frozen=True, kw_only=True)
class Owner:
    """An unprivileged system user."""

    uid: int
    gid: int

    def as_popen_arguments(self) -> dict[str, object]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def unprivileged() -> Owner | None:
    """The user to drop to, made on first need; None when we are not root and simply run as ourselves."""
    if os.geteuid() != 0:
        return None
    entry = _lookup(USER) or _create() or _lookup("nobody")
    if entry is None:
        raise StartError(
            f"Fant ingen bruker å kjøre PostgreSQL som. Opprett «{USER}», eller sett DATABASE_URL."
        )
    return Owner(uid=entry.pw_uid, gid=entry.pw_gid)


def _lookup(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _create() -> pwd.struct_passwd | None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        return None
    nowhere = ["--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"]
    subprocess.run([useradd, "--system", "--user-group", *nowhere, USER], check=False, capture_output=True)
    return _lookup(USER)


def make_private(folder: Path, owner: Owner | None) -> Path:
    """Make a folder only its owner can read. Missing parents are made; existing ones keep their mode."""
    _make_passable(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    if owner:
        os.chown(folder, owner.uid, owner.gid)
    return folder


def _make_passable(folder: Path) -> None:
    if not folder.exists():
        _make_passable(folder.parent)
        folder.mkdir(mode=0o755)
        folder.chmod(0o755)  # a strict umask would lock the server out of what we just made


def make_reachable(folder: Path, owner: Owner | None) -> None:
    """Make the folder if it is missing. Raises StartError when the owner could not walk to it.

    Opening existing folders is not ours to do.
    """
    _make_passable(folder)
    closed = closed_parent(folder) if owner else None
    if closed:
        raise StartError(
            f"{closed} er lukket for andre brukere, og PostgreSQL kan ikke kjøre som root. "
            "Velg en annen mappe med SFM_DEMO_DIR, for eksempel under /var/lib eller /var/tmp."
        )


def closed_parent(path: Path) -> Path | None:
    """The outermost existing folder on the way that other users may not walk through."""
    for folder in reversed([path, *path.resolve().parents]):
        if folder.is_dir() and not folder.stat().st_mode & stat.S_IXOTH:
            return folder
    return None
