"""Where each part of the demo listens, and the environment that tells the others."""

from __future__ import annotations

import os
import secrets
import socket
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfm.demo.process import free_port
from sfm.demo.services import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# SFM on localhost and the rest on 127.0.0.1 are two sites to a browser, as an EPJ and SFM are in real life.
PREFERRED = {"sfm": 8000, "epj": 8010, "helseid": 8020, "rf": 8030, "kj": 8040, "helfo": 8050, "hpr": 8060}
HOSTS = {"sfm": "localhost"}
ADDRESS_VARIABLES = {
    "sfm": "SFM_PUBLIC_ORIGIN",
    "epj": "SFM_EPJ_ORIGIN",
    "helseid": "SFM_HELSEID_ISSUER",
    "rf": "SFM_RF_URL",
    "kj": "SFM_KJ_URL",
    "helfo": "SFM_HELFO_URL",
    "hpr": "SFM_HPR_URL",
}


@dataclass(frozen=True, kw_only=True)
class Places:
    ports: dict[str, int]

    def origin(self, name: str) -> str:
        return f"http://{HOSTS.get(name, '127.0.0.1')}:{self.ports[name]}"

    def environment(self) -> dict[str, str]:
        return {variable: self.origin(name) for name, variable in ADDRESS_VARIABLES.items()}


@contextmanager
def chosen(tell: Callable[[str], None]) -> Iterator[Places]:
    """The usual ports, or others where somebody listens already; says which. No other demo gets them meanwhile."""
    ports: dict[str, int] = {}
    with ExitStack() as claims:
        for name, preferred in PREFERRED.items():
            mine = not _someone_listens(preferred) and _claim(preferred, claims)
            ports[name] = preferred if mine and free_port(preferred) == preferred else _another(claims)
            if ports[name] != preferred:
                tell(
                    f"Port {preferred} er opptatt av et annet program; {name} bruker {ports[name]} i stedet."
                )
        yield Places(ports=ports)


def _another(claims: ExitStack) -> int:
    """Any port that nobody has and no other demo, or other part of this one, has chosen."""
    while True:
        port = free_port(0)
        if _claim(port, claims):
            return port


def _claim(port: int, claims: ExitStack) -> bool:
    """Is the port ours, and not that of another demo that has chosen it and does not listen yet?"""
    claim = claims.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
    try:
        claim.bind(f"\0open-sfm-demo-port-{port}")  # a name only the kernel holds: it ends with the process
    except OSError:
        return False
    return True


def _someone_listens(port: int) -> bool:
    # Also on ::1, which a browser tries before 127.0.0.1 when it is told «localhost».
    try:
        socket.create_connection(("localhost", port), timeout=0.3).close()
    except OSError:
        return False
    return True


def environment(folder: Path, places: Places) -> dict[str, str]:
    """What every process of the demo is told, beside the addresses of PostgreSQL and Redis."""
    own = {
        "DJANGO_SETTINGS_MODULE": "sfm.settings.demo",
        "SFM_ENVIRONMENT": "demo",
        "SFM_SECRET_KEY": _secret(folder / "secret-key"),
        "SFM_KEY_DIR": str(folder / "keys"),
        "SFM_ADDRESS_REGISTER_URL": places.origin("rf"),
        "SFM_RF_ASYNC_URL": f"{places.origin('sfm')}/integrasjon/rf/inn",
        "SFM_RF_ASYNC_SECRET": _secret(folder / "rf-secret"),
        "SFM_SIGNATURE_AUTHORITIES": str(folder / "keys" / "rf-authorities.pem"),
        "SFM_SIMULATOR_DIR": str(folder / "simulators"),
        "SFM_PERSONAS": os.environ.get("SFM_PERSONAS", str(PROJECT / "fixtures" / "personas.yaml")),
        "PYTHONUNBUFFERED": "1",
    }
    return own | places.environment()


def _secret(path: Path) -> str:
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(32))
    return path.read_text()
