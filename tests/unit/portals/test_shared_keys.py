"""The keyboard table, which help sheet, scripts and menus read, against the map of portals.md 9."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from portals.shared import keys, patient_tabs
from portals.treatment import words
from portals.treatment.prescribe_urls import urlpatterns as forms

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = (ROOT / "static" / "js" / "keys.js").read_text(encoding="utf-8")
LIST = (ROOT / "static" / "js" / "list.js").read_text(encoding="utf-8")
PRESSED = set(
    re.findall(
        r'data-key="([^"{]+)"',
        "".join(path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html")),
    )
) | set(patient_tabs.KEYS.values())
MAP = [
    "/",
    "n",
    "j",
    "ArrowDown",
    "k",
    "ArrowUp",
    "x",
    "*",
    "b",
    "f",
    "e",
    "s",
    "p",
    "t",
    "w",  # the one-key flat view of clinical.md 4.4
    *"calmdi",  # of «Samstem», which the map of portals.md does not draw
    "v",
    "h",
    "u",
    "g",
    "r",
    "Enter",
    "o",
    "1–9",
    "Escape",
    "sign",
    "?",
]


def test_the_keys_are_those_of_the_map() -> None:
    assert [key.name for key in keys.KEYS] == MAP


def test_the_help_sheet_shows_each_key_once() -> None:
    shown = [name for names in keys.GROUPS.values() for name in names]
    assert sorted(shown) == sorted(key.name for key in keys.KEYS)
    lines = {line.what: line.keys for _, lines in keys.grouped() for line in lines}
    assert lines["Neste rad"] == ("j", "↓")


@pytest.mark.parametrize("key", keys.KEYS, ids=lambda key: key.name)
def test_no_key_of_the_help_sheet_does_nothing(key: keys.Key) -> None:
    own = re.search(rf"\b{key.act}\b[:,]", SCRIPT) if key.act else None
    in_list = f'event.key === "{key.name}"' in LIST
    assert own or in_list or key.name in PRESSED or set(key.verbs) & set(words.VERBS)


def test_a_single_letter_never_acts_from_within_a_field() -> None:
    assert {key.name for key in keys.KEYS if key.where == "always"} == {"Escape", "sign"}


def test_the_verbs_of_the_menu_are_reached_where_the_server_says() -> None:
    said = json.loads(words.for_script())
    assert said["renew_with_change"] == {
        "label": "Forny med endring",
        "path": "fornye-med-endring",
        "posts": False,
        "key": "",
    }
    assert any("fornye-med-endring" in str(address.pattern) for address in forms)
    assert all(verb in words.VERBS for key in keys.KEYS for verb in key.verbs)
    assert not any(verb.label in LIST for verb in words.VERBS.values() if verb.label != "Forny")
