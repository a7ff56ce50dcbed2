"""What is written agrees with what is: links, commands, names of tests and files, tables, and the tutorial's diffs."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from django.core.management import get_commands

from sfm.tenancy import journals
from sfm.tenancy.fields import EncryptedField

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
COMMAND = re.compile(r"manage\.py ([a-z][a-z_]+)")
OURS = {"demo", "test"}  # taken by manage.py itself, before Django
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
TUTORIAL = "docs/first-feature.md"

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def prose(page: Path) -> str:
    return FENCED.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}


@cache
def source(folder: str) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / folder).rglob("*.py")))


@pages
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in LINK.findall(prose(page)):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


@pages
def test_commands_exist(page: Path) -> None:
    assert set(COMMAND.findall(page.read_text(encoding="utf-8"))) - set(get_commands()) - OURS == set()


@pages
def test_tests_that_are_named_exist(page: Path) -> None:
    named = set(re.findall(r"`(test_\w+)`", prose(page)))
    assert named - set(re.findall(r"def (test_\w+)\(", source("tests"))) == set()


@pages
def test_files_that_are_named_exist(page: Path) -> None:
    if page == ROOT / TUTORIAL:
        return  # names files that the reader makes
    named = re.findall(r"`((?:sfm|portals|tests|templates|static|deploy|fixtures)/[\w/.-]+)`", prose(page))
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_table_of_encrypted_columns_is_the_models() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \|[^|]+\|([^|]+)\|", (ROOT / "docs/architecture.md").read_text(), re.MULTILINE
    )
    written = {name: set(re.findall(r"`(\w+)`", cell)) for name, cell in rows}
    models = journals.models()
    assert set(written) == {model.__name__ for model in models}
    for model in models:
        sealed = {field.name for field in model._meta.concrete_fields if isinstance(field, EncryptedField)}
        if model.__name__ != "PatientLink":  # the vault seals its own columns
            assert written[model.__name__] == sealed, model.__name__


def test_the_glossary_knows_every_model_and_every_module_of_verbs() -> None:
    named = set(
        re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", (ROOT / "docs/glossary.md").read_text())))
    )
    modules = {path.stem for path in (ROOT / "sfm/medication/actions").glob("*.py")} - {"__init__"}
    assert ({model.__name__ for model in journals.models()} | modules) - named == set()


def test_what_the_tutorial_changes_is_there() -> None:
    file, missing = ROOT, []
    for part in re.split(
        r"(^```diff\n.*?^```)", (ROOT / TUTORIAL).read_text(), flags=re.MULTILINE | re.DOTALL
    ):
        if not part.startswith("```diff"):
            paths = re.findall(r"`((?:sfm|portals|static)/[\w/.]+)`", FENCED.sub("", part))
            file = ROOT / paths[-1] if paths else file
            continue
        kept = [line[1:] for line in part.splitlines()[1:-1] if line.startswith(" ")]
        missing += [f"{file.name}: {line}" for line in kept if line not in file.read_text().splitlines()]
    assert missing == []
