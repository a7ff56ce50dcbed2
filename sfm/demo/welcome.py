"""The last lines of the demo's start: what to open, and who one can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from sfm.demo.services import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

    from sfm.demo.places import Places


def text(places: Places, folder: Path) -> str:
    sfm = places.origin("sfm")
    return "\n".join(
        [
            "",
            "Åpne disse i nettleseren:",
            f"  Demo-EPJ med SFM i ramme       {places.origin('epj')}   ← begynn her",
            f"  Tjenesteleverandørportalen     {sfm}/tjeneste/",
            f"  Hva Reseptformidleren ser      {places.origin('rf')}/konsoll/",
            f"  Hva Kjernejournal ser          {places.origin('kj')}/",
            f"  Saksbehandleren i Helfo        {places.origin('helfo')}/",
            f"  Hva HPR sier om hvem           {places.origin('hpr')}/",
            f"  HelseID-simulatoren            {places.origin('helseid')}/",
            f"  SFM selv                       {sfm}",
            "",
            "Logg inn som en av disse (velges i HelseID-simulatoren, ingen passord):",
            *map(_line, people()),
            "",
            "Alle personer og numre er oppdiktet. Demokatalog – ikke for klinisk bruk.",
            f"Logger: {folder / 'logs'}. Avslutt med Ctrl-C.",
            "",
        ]
    )


def people() -> list[dict[str, Any]]:
    content = yaml.safe_load((PROJECT / "fixtures" / "personas.yaml").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = content["people"]
    return found


def _line(person: dict[str, Any]) -> str:
    return f"  {person['name']:<30} {person['note']}"
