"""Makes `python3 manage.py demo` and `python3 manage.py test` work on a machine with Python and pip alone.

Standard library only: this runs before the first package is installed. Debian's Python refuses installs
outside a virtual environment (PEP 668) and often lacks ensurepip, so packages go into `.venv`, put there by
the pip at hand.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence

PROJECT = Path(__file__).resolve().parents[2]
VENV = PROJECT / ".venv"
REQUIREMENTS = {"demo": PROJECT / "requirements.txt", "test": PROJECT / "requirements-dev.txt"}
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_OLDEST_PIP = (22, 3)  # the first with `pip --python`


def prepare(command: str) -> None:
    """Return when this interpreter has the packages of the command; otherwise go on in one that has."""
    _keep_bytecode()
    if not missing(command):
        return
    python = VENV / "bin" / "python"
    if Path(sys.prefix).resolve() == VENV and _stamp(command).exists() and _is_current(command):
        _give_up(f"Pakkene i {VENV} er ufullstendige. Slett mappen og prøv igjen.")
    if not (_works(python) and _is_current(command)):
        _install(command, python)
    os.execv(python, [str(python), *sys.argv])  # noqa: S606


def _keep_bytecode() -> None:
    """Both commands start a dozen programs: let the first one's compiling serve the others."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def run_tests(arguments: Sequence[str]) -> NoReturn:
    """Become pytest, with a Chromium to drive and, unless the arguments say otherwise, three processes: one of them
    mostly waits for the demo."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "sfm.settings.test"}
    if not environment.get("SFM_CHROMIUM"):
        environment["SFM_CHROMIUM"] = chromium()
    chosen = any(re.match(r"-n|--numprocesses|-p$", argument) for argument in arguments)
    processes = [] if chosen else ["-n", "3", "--dist", "loadgroup"]
    os.chdir(PROJECT)
    os.execve(sys.executable, [sys.executable, "-m", "pytest", *processes, *arguments], environment)  # noqa: S606


def missing(command: str) -> list[str]:
    """The packages pyproject.toml asks for that this interpreter does not have."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(project["optional-dependencies"]["dev"] if command == "test" else []),
    ]
    return [name for name in map(_name, wanted) if not _installed(name)]


def chromium() -> str:
    """The path of a Chromium; installed from the operating system's packages when we may."""
    found = _find_chromium()
    if not found and os.geteuid() == 0 and shutil.which("apt-get"):
        _say("Installerer Chromium til nettlesertestene …")
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]
        subprocess.run(install, check=False, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"})
        found = _find_chromium()
    return found or _give_up(
        "Nettlesertestene trenger Chromium. Installer den («sudo apt-get install chromium»), "
        "eller sett SFM_CHROMIUM til programfilen."
    )


def _find_chromium() -> str | None:
    return next((path for path in map(shutil.which, CHROMIUM_NAMES) if path), None)


def _name(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]


def _installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _install(command: str, python: Path) -> None:
    if not _works(python):
        _make_venv(python)
    _say("Installerer pakker i .venv (bare første gang) …")
    installer = (
        [sys.executable, "-m", "pip", "--python", str(python)]
        if _has_usable_pip()
        else [str(python), "-m", "pip"]
    )
    options = ["--quiet", "--quiet", "--no-input", "--disable-pip-version-check", "--require-hashes"]
    done = subprocess.run([*installer, "install", *options, "-r", str(REQUIREMENTS[command])], check=False)
    if done.returncode:
        _give_up("Pakkene kunne ikke installeres; se meldingen fra pip over.")
    for installed in ("demo", "test") if command == "test" else ("demo",):
        _stamp(installed).write_text(_digest(installed))


def _make_venv(python: Path) -> None:
    without_pip = _has_usable_pip()
    if not without_pip and importlib.util.find_spec("ensurepip") is None:
        _give_up("Python mangler pip. På Debian og Ubuntu: «apt-get install python3-pip».")
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", *(["--without-pip"] if without_pip else []), str(VENV)], check=False
    )
    if made.returncode or not _works(python):
        _give_up(f"Kunne ikke lage {VENV}. Er mappen skrivbar?")


def _has_usable_pip() -> bool:
    try:
        version = importlib.metadata.version("pip")
    except importlib.metadata.PackageNotFoundError:
        return False
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2]) >= _OLDEST_PIP


def _works(python: Path) -> bool:
    return (
        python.exists()
        and subprocess.run([str(python), "-c", ""], check=False, capture_output=True).returncode == 0
    )


def _is_current(command: str) -> bool:
    stamp = _stamp(command)
    return stamp.exists() and stamp.read_text() == _digest(command)


def _stamp(command: str) -> Path:
    return VENV / f"{REQUIREMENTS[command].stem}.installed"


def _digest(command: str) -> str:
    return hashlib.sha256(REQUIREMENTS[command].read_bytes()).hexdigest()


def _say(text: str) -> None:
    print(text, flush=True)


def _give_up(text: str) -> NoReturn:
    raise SystemExit(text)
