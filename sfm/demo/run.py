"""`manage.py demo`: everything on one machine, from an empty folder to a page to open."""

from __future__ import annotations

import argparse
import os
import sys
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from sfm.demo import places, services, stamps
from sfm.demo.process import StartError, Stopped, orders
from sfm.demo.supervisor import Child, Program, Supervisor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sfm.demo.places import Places

SERVERS = ("DATABASE_URL", "REDIS_URL")
SIMULATORS = ("helseid", "rf", "kj", "helfo", "hpr", "epj")


def main(arguments: Sequence[str]) -> int:
    """Run until Ctrl-C, SIGTERM or the end of a child. Returns the exit code."""
    options = _options(arguments)
    orders.obey()
    demo = Demo()
    try:
        with ExitStack() as stack:
            demo.start(stack, reset=options.reset)
            demo.tell_where()
            if options.check:
                return 0
            demo.say(demo.supervisor.watch())
            return 1
    except Stopped:
        return 0
    except StartError as failure:
        demo.say(str(failure))
        return 1
    finally:
        print("Demoen er stoppet.", flush=True)


class Demo:
    """One run of the demo, with its clock."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.folder = services.demo_folder()
        self.supervisor: Supervisor
        self.places: Places

    def say(self, text: str) -> None:
        print(f"[{time.monotonic() - self.began:5.1f} s] {text}", flush=True)

    def start(self, stack: ExitStack, *, reset: bool) -> None:
        """Bring everything up; what was started is ended by the stack, also when the start fails halfway."""
        self.say(f"Starter open SFM. Data ligger i {self.folder}")
        chosen = {name: os.environ[name] for name in SERVERS if os.environ.get(name)}
        if reset and "DATABASE_URL" in chosen:
            raise StartError("--reset sletter ikke en database du selv har valgt med DATABASE_URL.")
        servers = stack.enter_context(self._servers(chosen, reset=reset))
        self._prepare_folder()
        self.places = stack.enter_context(places.chosen(self.say))
        os.environ.update(places.environment(self.folder, self.places) | servers | chosen)
        self.say("PostgreSQL og Redis svarer")
        self.supervisor = Supervisor(cwd=services.PROJECT, logs=self.folder / "logs", show=self._show)
        stack.callback(self.supervisor.stop)
        simulators = [self.supervisor.start(_simulator(name, self.places)) for name in SIMULATORS]
        database = chosen.get("DATABASE_URL", "")
        filled = stamps.is_filled(self.folder, database)
        product = self._start_product() if filled else []  # nothing to wait for: all at once
        self._fill(simulators, migrated=filled)
        stamps.write(self.folder, database)
        self.supervisor.wait(*(product or self._start_product()))

    @contextmanager
    def _servers(self, chosen: dict[str, str], *, reset: bool) -> Iterator[dict[str, str]]:
        """PostgreSQL and Redis of our own, unless both are chosen."""
        if len(chosen) == len(SERVERS):
            with services.alone(self.folder, reset=reset):
                yield {}
        else:
            with services.running(self.folder, durable=True, reset=reset) as own:
                yield {"DATABASE_URL": own.database_url(), "REDIS_URL": own.redis_url()}

    def _start_product(self) -> list[Child]:
        return [self.supervisor.start(program) for program in (_worker(self.folder), _web(self.places))]

    def _prepare_folder(self) -> None:
        for name in ("logs", "simulators", "keys", "beat"):
            (self.folder / name).mkdir(mode=0o700, exist_ok=True)

    def _fill(self, simulators: list[Child], *, migrated: bool) -> None:
        """Tables and data, while the simulators start."""
        import django

        django.setup()
        from sfm.demo import data, database

        if not migrated:
            database.migrate(self.say)
        self.supervisor.wait(*simulators)
        self.say("Simulatorene svarer: HelseID, Reseptformidleren, Kjernejournal, Helfo, HPR og demo-EPJ")
        data.load(self.say)

    def _show(self, line: str) -> None:
        print(line, flush=True)

    def tell_where(self) -> None:
        from sfm.demo import welcome

        self.say("Klar.")
        print(welcome.text(self.places, self.folder), flush=True)


def _simulator(name: str, chosen: Places) -> Program:
    own = {"DJANGO_SETTINGS_MODULE": "sfm.simulators.settings", "SFM_SIMULATOR": name}
    return Program(
        name=name,
        command=_granian("sfm.simulators.wsgi:application", chosen.ports[name], threads=2),
        environment=os.environ | own,
        address=chosen.origin(name),
    )


def _web(chosen: Places) -> Program:
    return Program(
        name="web",
        command=_granian(
            "sfm.wsgi:application", chosen.ports["sfm"], threads=min(8, 2 * (os.cpu_count() or 2))
        ),
        environment=os.environ,
        address=chosen.origin("sfm"),
    )


def _granian(application: str, port: int, *, threads: int) -> list[str]:
    where = ["--host", "127.0.0.1", "--port", str(port)]
    size = ["--workers", "1", "--blocking-threads", str(threads)]
    quiet = ["--no-ws", "--log-level", "warning"]
    return [sys.executable, "-m", "granian", "--interface", "wsgi", *where, *size, *quiet, application]


def _worker(folder: Path) -> Program:
    queue = [
        "--beat",
        "--schedule",
        str(folder / "beat" / "schedule"),
        "--without-gossip",
        "--without-mingle",
    ]
    size = ["--pool", "threads", "--concurrency", "4", "--loglevel", "INFO"]
    return Program(
        name="worker",
        command=[sys.executable, "-m", "celery", "--quiet", "--app", "sfm.celery", "worker", *queue, *size],
        environment=os.environ | {"PYTHONWARNINGS": "ignore:You're running the worker with superuser"},
        ready_text=" ready.",
    )


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="manage.py demo", description="Kjør open SFM med simulatorer og demodata."
    )
    parser.add_argument("--reset", action="store_true", help="slett demodataene og begynn på nytt")
    parser.add_argument("--check", action="store_true", help="start alt, vent til alt svarer, og avslutt")
    return parser.parse_args(arguments)
