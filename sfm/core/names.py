"""Names of people as a narrow column says them; whoever needs the whole name opens the detail."""

from __future__ import annotations


def short(name: str) -> str:
    """«Kåre Oppdiktet Demofremmed» and «Demofremmed, Kåre Oppdiktet» are both «K. Demofremmed»."""
    family, comma, given = name.strip().partition(", ")
    if not comma:
        given, _, family = name.strip().rpartition(" ")
    return f"{given[0]}. {family}" if given and family else name.strip()


def label(name: str, organisation: str) -> str:
    """Who and from where, for whichever of the two are known."""
    return ", ".join(part for part in (name, organisation) if part)
