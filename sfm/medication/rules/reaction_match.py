"""(Samme reaksjon) When two sources tell of the same reaction, and when of one that is like it (clinical.md 3.6)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Told:
    """A reaction as a source tells it. `kind` and `code` of the agent may be missing; then its words decide."""

    kind: str  # substance | atc | brand | excipient | text
    code: str
    text: str
    reaction: str  # 7497


def same(one: Told, other: Told) -> bool:
    """The same agent, and the same reaction."""
    return one.reaction == other.reaction and same_agent(one, other)


def alike(one: Told, other: Told) -> bool:
    """The same agent with another reaction: shown side by side, never merged by the machine."""
    return one.reaction != other.reaction and same_agent(one, other)


def same_agent(one: Told, other: Told) -> bool:
    """By code when both have one of the same kind; else by name, which is what two registers have in common."""
    if "excipient" in (one.kind, other.kind) and one.kind != other.kind:
        return False
    if one.code and other.code and one.kind == other.kind:
        return one.code.casefold() == other.code.casefold()
    return _name(one) == _name(other)


def _name(told: Told) -> str:
    return " ".join(told.text.casefold().replace("®", "").split())
