"""What we build is M30 by the official schema, so that the importer is tried on what FEST really looks like."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from sfm.fest.build.demo import write_demo
from sfm.fest.build.synthetic import write_synthetic
from sfm.fest.importer.errors import Refused
from sfm.fest.importer.schema import SCHEMA, folder, validate

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _official_schema() -> None:
    if not (folder() / SCHEMA).is_file() and os.environ.get("CI") != "true":
        pytest.skip("offisielle skjema ikke funnet – sett SFM_SCHEMAS_DIR")


def test_the_demo_catalogue_is_valid_and_the_same_in_every_build(tmp_path: Path) -> None:
    write_demo(tmp_path / "one.xml")
    write_demo(tmp_path / "two.xml")
    validate(tmp_path / "one.xml")
    assert (tmp_path / "one.xml").read_bytes() == (tmp_path / "two.xml").read_bytes()


def test_the_synthetic_catalogue_is_valid_and_follows_its_seed(tmp_path: Path) -> None:
    def made(name: str, seed: int, *, zipped: bool = False) -> Path:
        write_synthetic(
            tmp_path / name, scale=0.02, seed=seed, extracted_at="2026-09-08T01:02:03", zipped=zipped
        )
        return tmp_path / name

    validate(made("a.xml", 1))
    validate(made("a.zip", 1, zipped=True))
    assert made("b.xml", 1).read_bytes() == made("a.xml", 1).read_bytes()
    assert made("c.xml", 2).read_bytes() != made("a.xml", 1).read_bytes()


def test_an_invalid_file_is_refused_with_the_place(tmp_path: Path) -> None:
    file = tmp_path / "m30.xml"
    write_demo(file)
    file.write_text(
        file.read_text(encoding="utf-8")
        .replace("<Varenr>", "<Varenummer>", 1)
        .replace("</Varenr>", "</Varenummer>", 1),
        encoding="utf-8",
    )
    with pytest.raises(Refused, match="Varenummer"):
        validate(file)
