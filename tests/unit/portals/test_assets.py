"""No style sheet or script lies in the tree without a page that loads it."""

from __future__ import annotations

from pathlib import Path

from portals.shared import assets

ROOT = Path(__file__).resolve().parents[3]


def test_every_file_is_loaded_by_some_page() -> None:
    head = (ROOT / "templates" / "frame" / "files.html").read_text(encoding="utf-8")
    named = {name for names in assets.FILES.values() for name in names}
    for kind in ("css", "js"):
        for path in (ROOT / "static" / kind).glob(f"*.{kind}"):
            assert path.stem in named or f"{kind}/{path.name}" in head, path.name
