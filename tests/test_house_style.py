"""What the tree promises about itself, where no off-the-shelf linter looks."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sfm.core.errors import Invalid
from sfm.core.ids import NationalId
from sfm.tenancy import journals

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.xdist_group("house")  # every file is read and parsed once
ROOT = Path(__file__).resolve().parents[1]
BINARY = {".png", ".ico", ".woff2", ".zip", ".gz", ".pdf", ".webp"}
LONGEST = 400  # lines
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK|NotImplementedError)\b|pragma: no cover|pytest\.mark\.xfail")
MACHINE_PATH = re.compile(r"(?<![\w.])/(work|home|root|tmp/dev)/\w")
ELEVEN = re.compile(r"(?<![\d.])\d{11}(?![\d.])")
VAGUE_MODULES = {"utils", "util", "helpers", "helper", "common", "misc"}
VAGUE_CLASS = re.compile(r"(Manager|(?<!OutOf)Service|Util|Utils|Processor|Helper)$")
OTHER_WORDS = re.compile(r"(^|_)(drugs?|medicines?|medicaments?)(_|$)|Drug|Medicine|Medicament")
RAW_SQL = {"raw", "extra", "cursor"}
OWN_TIME = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("timezone", "now"),
}


@cache
def _files() -> tuple[Path, ...]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    names = [ROOT / name for name in listed.split("\0") if name] or list(
        ROOT.rglob("*")
    )  # an unpacked archive
    return tuple(path for path in names if path.is_file() and path.suffix not in BINARY)


def _python(*folders: str) -> list[Path]:
    return [
        path
        for path in _files()
        if path.suffix == ".py"
        and path.relative_to(ROOT).parts[0] in folders
        and "migrations" not in path.parts
    ]


def _product() -> list[Path]:
    return _python("sfm", "portals")


def _inside(path: Path, *places: str) -> bool:
    return any(str(path.relative_to(ROOT)).startswith(place) for place in places)


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _calls(path: Path) -> Iterator[tuple[ast.Call, str, str]]:
    """Every call of the form `<owner>.<name>(…)` with the last name of its owner."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            last = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
            yield node, last, node.func.attr


def _at(path: Path, line: int, what: str = "") -> str:
    return f"{path.relative_to(ROOT)}:{line} {what}".strip()


def _lines(pattern: re.Pattern[str], files: list[Path]) -> list[str]:
    return [
        _at(path, number, line.strip()[:80])
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]


def test_nothing_is_left_unfinished() -> None:
    assert (
        _lines(UNFINISHED, [path for path in _python("sfm", "portals", "tests") if path != Path(__file__)])
        == []
    )


def test_a_test_that_can_be_skipped_fails_in_ci() -> None:
    skipping = [path for path in _python("tests") if re.search(r"pytest\.(mark\.)?skip", path.read_text())]
    assert [_at(p, 1) for p in skipping if p != Path(__file__) and '"CI"' not in p.read_text()] == []


def test_no_path_of_a_machine_is_named() -> None:
    assert _lines(MACHINE_PATH, [path for path in _files() if path != Path(__file__)]) == []


def test_no_number_in_the_tree_could_belong_to_a_person() -> None:
    found = []
    for path in _files():
        for match in ELEVEN.finditer(path.read_text(encoding="utf-8", errors="replace")):
            try:
                NationalId.parse(match.group(), environment="production")
            except Invalid:
                continue
            found.append(_at(path, 0, match.group()[:6] + "…"))
    assert found == []


def test_raw_sql_is_written_in_tenancy_only() -> None:
    # the demo starts a PostgreSQL of its own; the catalogue is loaded by COPY into the shared schema, no journal near
    allowed = ("sfm/tenancy/", "sfm/demo/", "sfm/fest/importer/")
    found = [
        _at(path, call.lineno, name)
        for path in _product()
        if not _inside(path, *allowed)
        for call, owner, name in _calls(path)
        if name in RAW_SQL and not (name == "extra" and owner == "logging")
    ]
    assert found == []


def test_time_comes_from_the_clock() -> None:
    found = [
        _at(path, call.lineno, f"{owner}.{name}")
        for path in _product()
        if not _inside(
            path, "sfm/core/clock.py", "sfm/demo/"
        )  # the demo tells the past with the clock held still
        for call, owner, name in _calls(path)
        if (owner, name) in OWN_TIME
    ]
    assert found == []


def test_celery_is_known_to_the_workflow_only() -> None:
    found = [
        _at(path, node.lineno)
        for path in _product()
        if not _inside(path, "sfm/exchange/", "sfm/migration/", "sfm/celery.py", "sfm/demo/")
        for node in ast.walk(_tree(path))
        if (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "celery")
        or (isinstance(node, ast.Import) and any(name.name.split(".")[0] == "celery" for name in node.names))
    ]
    assert found == []


def test_text_is_never_declared_safe() -> None:
    assert _lines(re.compile(r"\bmark_safe\b"), _product()) == []
    templates = [path for path in _files() if _inside(path, "templates/")]
    assert _lines(re.compile(r"\|\s*safe\b|autoescape\s+false"), templates) == []


def test_files_stay_readable_in_one_sitting() -> None:
    assert [
        _at(p, n)
        for p in _python("sfm", "portals", "tests")
        if (n := len(p.read_text().splitlines())) > LONGEST
    ] == []


def test_modules_say_what_they_hold() -> None:
    assert [_at(path, 1) for path in _python("sfm", "portals", "tests") if path.stem in VAGUE_MODULES] == []


def test_classes_are_named_for_what_they_are() -> None:
    found = [
        _at(path, node.lineno, node.name)
        for path in _product()
        if not _inside(path, "sfm/tenancy/")  # Django's own word for what stands between a model and its rows
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.ClassDef) and VAGUE_CLASS.search(node.name)
    ]
    assert found == []


def test_one_word_per_concept() -> None:
    found = [
        _at(path, node.lineno, name)
        for path in _product()
        if not _inside(
            path, "sfm/fest/", "sfm/simulators/", "sfm/wire/", "sfm/demo/"
        )  # outside spellings are kept there
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.arg | ast.Name)
        for name in [getattr(node, "name", "") or getattr(node, "id", "") or getattr(node, "arg", "")]
        if OTHER_WORDS.search(name) or not name.isascii()
    ]
    assert found == []


@pytest.mark.parametrize("model", journals.models(), ids=lambda model: model._meta.label)
def test_every_model_of_a_journal_says_its_norwegian_name(model: type) -> None:
    assert re.match(r"\([A-ZÆØÅ]", (model.__doc__ or "").strip()), (
        f"{model.__name__}: begin with «(Norsk term)»"
    )
