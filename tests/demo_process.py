"""The whole demo as one process that tests command: `python -m tests.demo_process`.

What `manage.py demo` starts, started the same way. A line of JSON on standard output tells where everything is;
then each line on standard input is an order, «kill worker» or «start worker», answered by a line with the process
ids. The demo's own talk goes to standard error.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from sfm.demo import run
from sfm.demo.process import Stopped, orders

PATIENCE = 10  # seconds


class QuietDemo(run.Demo):
    """The demo, with its talk out of the way of ours."""

    took = 0.0  # seconds from nothing to ready

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def _show(self, line: str) -> None:
        """The logs hold it."""

    def facts(self) -> dict[str, object]:
        return {
            "origins": {name: self.places.origin(name) for name in self.places.ports},
            "folder": str(self.folder),
            "seconds": self.took,
            "database": os.environ["DATABASE_URL"],
            "redis": os.environ["REDIS_URL"],
            "pids": {"redis": _redis()}
            | {child.program.name: child.process.pid for child in self.supervisor.children},
        }

    def obey(self, order: str) -> dict[str, object]:
        verb, name = order.split()
        child = next(one for one in self.supervisor.children if one.program.name == name)
        if verb == "kill":
            os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait(PATIENCE)
        else:
            self.supervisor.children.remove(child)
            self.supervisor.wait(self.supervisor.start(child.program))
        return self.facts()


def _redis() -> int:
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return next(int(pid) for pid in children if "redis" in Path(f"/proc/{pid}/comm").read_text())


def main() -> None:
    orders.obey()
    demo = QuietDemo()
    with ExitStack() as stack:
        try:
            demo.start(stack, reset=False)
            demo.took = time.monotonic() - demo.began
            _tell(demo.facts() | {"delivered": _delivered()})
            for line in sys.stdin:
                _tell(demo.obey(line))
        except Stopped:
            return


def _delivered() -> dict[str, object]:
    from tests import demo_as_delivered  # the demo has set up Django by now

    return demo_as_delivered.told()


def _tell(facts: dict[str, object]) -> None:
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    main()
