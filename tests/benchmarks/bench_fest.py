"""Full-size FEST import against a bare iterparse of the same file, and its peak memory.

Run: DATABASE_URL=postgres://… python -m tests.benchmarks.bench_fest [file]
The database must be migrated; the catalogue in it is replaced.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
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
        bare, _ = _timed([sys.executable, "-c", BARE, str(file)])
        _clear()
        first, memory = _timed([sys.executable, "manage.py", "fest", "import", str(file)])
        starting, _ = _timed(
            [sys.executable, "manage.py", "fest", "import", str(file)]
        )  # same file: start-up only
        print(f"fil                     {size:8.1f} MB")
        print(f"bar iterparse           {bare:8.2f} s")
        print(f"import, tom database    {first:8.2f} s   {first / bare:5.2f} x bar (mål 3)")
        print(f"  uten oppstart         {first - starting:8.2f} s   {(first - starting) / bare:5.2f} x bar")
        print(f"minnetopp               {memory:8.0f} MB (mål 400)")


def _synthetic(folder: Path) -> Path:
    target = folder / "m30.xml"
    _timed([sys.executable, "manage.py", "fest", "synthetic", "--out", str(target)])
    return target


def _timed(command: list[str]) -> tuple[float, float]:
    """Seconds, and the peak memory of the largest child so far in MB."""
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


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
