"""(Rekvireringsrett) Who may prescribe what: dispensing groups, and the scopes of prescribing_rights.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from sfm.core.actor import Actor

CONTENT = Path(__file__).parent / "prescribing_rights.yaml"
PRESCRIBE = "rx.prescribe"
GROUP = {"A": "rx.prescribe_group_a", "B": "rx.prescribe_group_b"}
NO_RIGHT = "Du mangler rekvireringsrett. Lagre som utkast."


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What a holder may prescribe: these kinds, these ATC prefixes (none given: all but `not_atc`)."""

    text: str
    kinds: tuple[str, ...]
    kinds_text: str = ""
    atc: tuple[str, ...] = ()
    not_atc: tuple[str, ...] = ()
    own_practice: tuple[str, ...] = ()
    own_practice_text: str = ""

    def refusal(self, *, atc: str, kind: str, own_practice: bool) -> str:
        if kind not in self.kinds:
            return self.kinds_text or self.text
        if self.own_practice and atc.startswith(self.own_practice):
            return "" if own_practice else self.own_practice_text
        if self.atc and not atc.startswith(self.atc):
            return self.text
        return self.text if atc.startswith(self.not_atc) and self.not_atc else ""


@cache
def scopes() -> dict[str, Scope]:
    listed = yaml.safe_load(CONTENT.read_text(encoding="utf-8"))["scopes"]
    return {name: Scope(**_tuples(said)) for name, said in listed.items()}


def is_limited(actor: Actor) -> bool:
    """Whether some products are not this person's to prescribe: what is searched for is sifted."""
    missing = any(not actor.may(right) for right in GROUP.values())
    return actor.may(PRESCRIBE) and (missing or bool(_held(actor)))


def refusal(
    actor: Actor, *, atc: str, dispensing_group: str, kind: str = "group", own_practice: bool = False
) -> str:
    """Why this person may not prescribe this product, in words for the person; "" when they may."""
    if not actor.may(PRESCRIBE):
        return NO_RIGHT
    needed = GROUP.get(dispensing_group)
    if needed and not actor.may(needed):
        return f"Du har ikke rett til å forskrive i reseptgruppe {dispensing_group}."
    said = [scope.refusal(atc=atc, kind=kind, own_practice=own_practice) for scope in _held(actor)]
    return "" if not said or "" in said else said[0]


def _held(actor: Actor) -> list[Scope]:
    """Holding two scopes widens: what one of them allows is allowed."""
    return [scope for name, scope in scopes().items() if actor.may(name)]


def _tuples(said: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}
