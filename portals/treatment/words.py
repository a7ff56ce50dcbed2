"""The verbs of a row as the screen says them, and how each is reached: one table for menu, keys and detail page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Verb:
    """`path` is relative to `behandling/<id>/`. `posts`: done at once; else a page opens."""

    label: str
    path: str
    posts: bool = False
    key: str = ""


VERBS: dict[str, Verb] = {
    "approve_draft": Verb(label="Se over utkast", path="utkast", key="g"),
    "confirm": Verb(label="Bekreft i bruk", path="gjor/confirm", posts=True, key="b"),
    "renew": Verb(label="Forny", path="gjor/renew", posts=True, key="f"),
    "change": Verb(label="Endre", path="endre", key="e"),
    "add_prescription": Verb(label="Opprett resept", path="resept"),
    "discontinue": Verb(label="Seponer", path="seponer", key="s"),
    "undo_discontinue": Verb(label="Angre seponering", path="gjor/undo_discontinue", posts=True),
    "recall": Verb(label="Tilbakekall resept", path="gjor/recall", posts=True, key="t"),
    "draft_renew": Verb(label="Klargjør fornying", path="klargjor-fornying", posts=True, key="f"),
    "draft_change": Verb(label="Foreslå endring", path="endre", key="e"),
    "draft_discontinue": Verb(label="Foreslå seponering", path="seponer", key="s"),
    "undo": Verb(label="Angre", path="gjor/undo", posts=True, key="u"),
    "detail": Verb(label="Detaljer og historikk", path="", key="Enter"),
}
