"""The keyboard (portals.md 9), in one table: help sheet, scripts and row menus all read it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, kw_only=True)
class Key:
    """`where`: list = focus in the list or nowhere special, page = anywhere outside fields, row = on a row, always.

    `act` is what keys.js does by itself; `verbs` are done on the row under the cursor; without either, the key presses
    the element that names it (data-key).
    """

    name: str
    what: str
    where: str
    act: str = ""
    verbs: tuple[str, ...] = ()
    shown: str = ""


KEYS = (
    Key(name="/", what="Søk", where="page"),
    Key(name="n", what="Ny", where="page"),
    Key(name="j", what="Neste rad", where="list", act="next"),
    Key(name="ArrowDown", what="Neste rad", where="list", act="next", shown="↓"),
    Key(name="k", what="Forrige rad", where="list", act="previous"),
    Key(name="ArrowUp", what="Forrige rad", where="list", act="previous", shown="↑"),
    Key(name="x", what="Merk rad", where="list", act="mark"),
    Key(name="*", what="Merk det som utløper innen 60 dager, ikke A og B", where="list", act="mark_expiring"),
    Key(name="b", what="Bekreft i bruk", where="list", verbs=("confirm", "keep_both", "draft_confirm")),
    Key(name="f", what="Forny", where="list", verbs=("renew", "draft_renew")),
    Key(name="e", what="Endre", where="list", verbs=("change", "draft_change")),
    Key(name="s", what="Seponer", where="list", verbs=("discontinue", "draft_discontinue")),
    Key(name="p", what="Pause eller gjenoppta", where="list", verbs=("suspend", "resume", "reinstate")),
    Key(name="t", what="Tilbakekall", where="list", verbs=("recall", "draft_recall")),
    Key(name="w", what="Med eller uten grupper", where="page"),
    Key(name="c", what="Samstem", where="page"),
    Key(name="a", what="Bekreft alle like", where="page"),
    Key(name="l", what="Knytt resepten til behandlingen", where="list", verbs=("link",)),
    Key(name="m", what="Behold min versjon", where="list", verbs=("keep_ours",)),
    Key(name="d", what="Ta deres versjon", where="list", verbs=("take_theirs",)),
    Key(name="i", what="Ikke aktuelt", where="list", verbs=("dismiss",)),
    Key(name="v", what="Varsler", where="page"),
    Key(name="h", what="Historikk", where="page"),
    Key(name="u", what="Angre", where="list", verbs=("undo",)),
    Key(name="g", what="Se over eller godkjenn utkast", where="list", verbs=("approve_draft",)),
    Key(name="r", what="Avvis utkast", where="list"),
    Key(name="Enter", what="Detalj", where="row", verbs=("detail",), shown="↵"),
    Key(name="o", what="Oppdater fra RF og kjernejournal", where="page"),
    Key(name="1–9", what="Fane, fra venstre", where="page", act="tab"),
    Key(name="Escape", what="Lukk panel, tilbake", where="always", shown="Esc"),
    Key(name="sign", what="Hovedknappen: signere, legge til, lagre", where="always", shown="Ctrl ↵"),
    Key(name="?", what="Hjelp", where="page", act="help"),
)

GROUPS = {  # as the help sheet lays them out
    "Gå til": ("/", "n", "v", "h", "o", "c", "1–9", "Escape", "?"),
    "I listen": ("j", "ArrowDown", "k", "ArrowUp", "x", "*", "w", "Enter"),
    "Med raden": ("b", "f", "e", "s", "p", "t", "u", "sign"),
    "Utkast og samstemming": ("g", "r", "a", "l", "m", "d", "i"),
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """What the help sheet says on one line: keys that do the same stand together."""

    keys: tuple[str, ...]
    what: str


@cache
def grouped() -> tuple[tuple[str, tuple[Line, ...]], ...]:
    return tuple((title, tuple(_lines(names))) for title, names in GROUPS.items())


def _lines(names: tuple[str, ...]) -> Iterator[Line]:
    by_name = {key.name: key for key in KEYS}
    for what, same in groupby((by_name[name] for name in names), key=lambda key: key.what):
        yield Line(keys=tuple(key.shown or key.name for key in same), what=what)


@cache
def of_verb(verb: str) -> str:
    """The key of a row's verb; "" when it has none."""
    return next((key.name for key in KEYS if verb in key.verbs), "")


def for_script() -> list[list[str]]:
    """As keys.js reads it: key, where, act."""
    return [[key.name, key.where, key.act] for key in KEYS]
