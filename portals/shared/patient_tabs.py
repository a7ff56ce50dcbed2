"""The views of a patient, as the tabs of every screen: which of them a person has, and which one is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sfm.core.actor import Actor

FIRST = "legemidler"
VIEWS = (
    (FIRST, "Legemidler"),
    ("utkast", "Utkast"),
    ("reaksjoner", "Reaksjoner"),
    ("historikk", "Historikk"),
    ("meldinger", "Meldinger"),
    ("gjennomgang", "Gjennomgang"),
    ("helfo", "Helfo"),
    ("utskrift", "Utskrift"),
)
SHELVES = (
    ("naringsmidler", "Næringsmidler"),
    ("forbruksmateriell", "Forbruksmateriell"),
    ("vaksiner", "Vaksiner"),
    ("egen-praksis", "Egen praksis"),
)
NEEDED = {"helfo": "reimbursement.query", "utskrift": "printout.make"}
KEYS = {"historikk": "h"}
PATHS = {path for path, _ in VIEWS + SHELVES}


@dataclass(frozen=True, kw_only=True)
class Tabs:
    """`here`: the path of the open one. `itself`: it is the page shown, and not the way to one behind it."""

    views: tuple[tuple[str, str], ...]
    here: str
    itself: bool


def of(actor: Actor, place: str) -> Tabs:
    """`place`: the address after the patient's root. What is done from the list belongs to the list."""
    first = place.split("/")[0]
    here = first if first in PATHS else FIRST
    views = tuple((path, title) for path, title in VIEWS if path not in NEEDED or actor.may(NEEDED[path]))
    return Tabs(views=views, here=here, itself=place == here)
