"""Full-size FEST import against a bare iterparse of the same file, its peak memory, an increment, and going back.

Run: DATABASE_URL=postgres://… python -m tests.benchmarks.bench_fest [file]
The database must be migrated; the catalogue in it is replaced.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BARE = """
from lxml import etree
import sys
for _, element in etree.iterparse(sys.argv[1]):
    element.clear()
"""


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sfm.settings.test")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(sys.argv[1]) if len(sys.argv) > 1 else _synthetic(Path(folder))
        size = file.stat().st_size / 1e6
        bare = _timed([sys.executable, "-c", BARE, str(file)])
        _clear()
        taken = _timed([sys.executable, "manage.py", "fest", "import", str(file)])
        idle = _timed(
            [sys.executable, "manage.py", "fest", "import", str(file)]
        )  # the same again: start-up only
        print(f"fil                     {size:8.1f} MB")
        print(f"bar iterparse           {bare.wall:8.2f} s   prosessortid {bare.cpu:.2f} s")
        print(f"import, tom database    {taken.wall:8.2f} s   {taken.wall / bare.wall:5.2f} x bar (mål 3)")
        alone = taken.wall - idle.wall
        print(f"  uten oppstart         {alone:8.2f} s   {alone / bare.wall:5.2f} x bar")
        print(f"  prosessortid          {taken.cpu:8.2f} s   {taken.cpu / bare.cpu:5.2f} x bar")
        print(f"minnetopp               {taken.peak:8.0f} MB (mål 400)")
        _increment(file, Path(folder), bare, idle)


def _increment(full: Path, folder: Path, bare: Cost, idle: Cost) -> None:
    """The same catalogue two weeks later: 1 % changed, 0.5 % new, 0.5 % ended; and back again."""
    part = folder / "increment.xml"
    _timed([sys.executable, "manage.py", "fest", "increment", str(full), "--out", str(part)])
    taken = _timed([sys.executable, "manage.py", "fest", "import", "--increment", str(part)])
    back = _timed([sys.executable, "manage.py", "fest", "rollback", "--by", "benchmark"])
    print(f"inkrementell fil        {part.stat().st_size / 1e6:8.1f} MB")
    print(f"inkrementell import     {taken.wall:8.2f} s   {taken.wall / bare.wall:5.2f} x bar")
    print(f"  uten oppstart         {taken.wall - idle.wall:8.2f} s")
    print(f"tilbake til forrige     {back.wall:8.2f} s")


def _synthetic(folder: Path) -> Path:
    target = folder / "m30.xml"
    _timed([sys.executable, "manage.py", "fest", "synthetic", "--out", str(target)])
    return target


@dataclass(frozen=True, kw_only=True)
class Cost:
    wall: float  # seconds
    cpu: float  # seconds
    peak: float  # MB


def _timed(command: list[str]) -> Cost:
    start = time.perf_counter()
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    if status:
        raise SystemExit(f"{command} feilet")
    return Cost(wall=wall, cpu=used.ru_utime + used.ru_stime, peak=used.ru_maxrss / 1024)


def _clear() -> None:
    import django

    django.setup()
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'fest\\_%'"
        )
        tables = ", ".join(row[0] for row in cursor.fetchall())
        cursor.execute(f"TRUNCATE {tables}")
    connection.close()


if __name__ == "__main__":
    main()
