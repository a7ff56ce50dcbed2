"""The keyboard table of static/js/keys.js, which handlers and help sheet read, against the map of portals.md 9."""

from __future__ import annotations

import re
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[3] / "static" / "js" / "keys.js"
TABLE = re.compile(r'^    \["([^"]+)", "([^"]+)", "(\w+)"', re.MULTILINE)
MAP = {
    "/": "Søk", "n": "Ny", "j": "Neste rad", "ArrowDown": "Neste rad", "k": "Forrige rad", "ArrowUp": "Forrige rad",
    "x": "Merk rad", "*": "Merk alle som utløper", "b": "Bekreft i bruk", "f": "Forny", "e": "Endre", "s": "Seponer",
    "p": "Pause / gjenoppta", "t": "Tilbakekall", "v": "Varsler", "h": "Historikk", "u": "Angre",
    "g": "Godkjenn utkast", "r": "Avvis utkast", "Enter": "Detalj", "o": "Oppdater fra RF og kjernejournal",
    "1–9": "Fane", "Escape": "Lukk panel, tilbake", "sign": "Signer og send", "?": "Hjelp",
}  # fmt: skip


def test_every_key_of_the_map_does_what_it_says() -> None:
    assert {key: what for key, what, _ in TABLE.findall(SCRIPT.read_text(encoding="utf-8"))} == MAP


def test_a_single_letter_never_acts_from_within_a_field() -> None:
    always = {key for key, _, where in TABLE.findall(SCRIPT.read_text(encoding="utf-8")) if where == "always"}
    assert always == {"Escape", "sign"}
