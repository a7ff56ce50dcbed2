"""(Rekvireringsrett) Who may prescribe what: dispensing groups and category scopes (clinical.md 6.2). Data, not law."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sfm.core.actor import Actor

PRESCRIBE = "rx.prescribe"
GROUP = {"A": "rx.prescribe_group_a", "B": "rx.prescribe_group_b"}

# A person who holds a scope may prescribe within its ATC prefixes only. Sources: L6 (contraception), L7 (vaccines)
SCOPES: dict[str, tuple[tuple[str, ...], str]] = {
    "rx.scope_contraception": (("G02B", "G03A", "G02", "G03"), "prevensjonsmidler"),
    "rx.scope_vaccine": (("J07",), "vaksiner"),
}
# Helsedirektoratet's list for tannleger, as exclusions: oksykodon, tramadol, omeprazol
DENTAL = "rx.scope_dental"
NOT_DENTAL = ("N02AA05", "N02AX02", "N02AJ13", "A02BC01")


def may_prescribe_at_all(actor: Actor) -> bool:
    return actor.may(PRESCRIBE)


def refusal(actor: Actor, *, atc: str, dispensing_group: str) -> str:
    """Why this person may not prescribe this product, in words for the person; "" when they may."""
    if not actor.may(PRESCRIBE):
        return "Du mangler rekvireringsrett. Lagre som utkast."
    needed = GROUP.get(dispensing_group)
    if needed and not actor.may(needed):
        return f"Du har ikke rett til å forskrive i reseptgruppe {dispensing_group}."
    return _outside_scope(actor, atc)


def _outside_scope(actor: Actor, atc: str) -> str:
    held = [SCOPES[scope] for scope in SCOPES if actor.may(scope)]
    if held and not any(atc.startswith(prefixes) for prefixes, _ in held):
        return f"Du kan bare forskrive {' og '.join(name for _, name in held)}."
    if actor.may(DENTAL) and atc.startswith(NOT_DENTAL):
        return "Dette legemidlet er ikke til odontologisk bruk, og kan ikke forskrives av tannlege."
    return ""
