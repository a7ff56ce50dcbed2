"""Run the benchmarks: `python -m tests.benchmarks`. Prints figures; asserts nothing about time."""

from __future__ import annotations

import sys

import pytest

OPTIONS = [
    "tests/benchmarks",
    "-q",
    "-s",
    "-p",
    "no:xdist",
    "-p",
    "no:cacheprovider",
    "-o",
    "python_files=bench_*.py",
    "-o",
    "python_functions=bench_*",
    "-o",
    "norecursedirs=.* __pycache__",
]

if __name__ == "__main__":
    sys.exit(pytest.main([*OPTIONS, *sys.argv[1:]]))
