"""What is written about running the product agrees with the product."""

from __future__ import annotations

import re
import tomllib

import pytest

from sfm.demo.services import PROJECT

READS = re.compile(
    r"""(?:env(?:\.\w+)?|environ\.get|environ\.setdefault)\(\s*"([A-Z][A-Z0-9_]+)"|environ\["([A-Z_]+)"\]"""
)
NOT_OURS = {"PATH", "HOME", "DJANGO_SETTINGS_MODULE"}
WRITTEN_ELSEWHERE = {"CI", "SFM_CHROMIUM", "SFM_DEMO_DIR"}


def test_every_variable_is_explained_and_every_explanation_has_a_variable() -> None:
    text = (PROJECT / "docs/configuration.md").read_text(encoding="utf-8")
    explained = {
        name
        for row in re.findall(r"^\|([^|]+)\|", text, re.MULTILINE)
        for name in re.findall(r"`([A-Z][A-Z0-9_]+)`", row)
    }
    read = {
        name
        for folder in ("sfm", "portals")
        for file in (PROJECT / folder).rglob("*.py")
        for pair in READS.findall(file.read_text(encoding="utf-8"))
        for name in pair
        if name
    }
    assert read - NOT_OURS - explained == set()
    assert explained - read - WRITTEN_ELSEWHERE == set()


@pytest.mark.parametrize(("file", "extras"), [("requirements.txt", ()), ("requirements-dev.txt", ("dev",))])
def test_the_hashed_requirements_hold_what_the_project_asks_for(file: str, extras: tuple[str, ...]) -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + [
        name for extra in extras for name in project["optional-dependencies"][extra]
    ]
    text = (PROJECT / file).read_text()
    pinned = set(re.findall(r"^([a-z0-9._-]+)(?:\[[^\]]*\])?==", text, re.MULTILINE))
    names = {re.split(r"[^A-Za-z0-9._-]", requirement)[0].lower() for requirement in wanted}
    assert names <= pinned
    assert not re.search(r"https?://|^--?(?:i|f|index|extra-index|find-links)\b", text, re.MULTILINE)
    blocks = re.split(r"^(?=[a-z0-9._-]+(?:\[[^\]]*\])?==)", text, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in block for block in blocks)
