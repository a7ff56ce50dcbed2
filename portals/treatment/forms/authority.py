"""What this person may do with this product, and so which buttons there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfm.core.errors import Forbidden
from sfm.medication.rules import rights

if TYPE_CHECKING:
    from sfm.core.actor import Actor


@dataclass(frozen=True, kw_only=True)
class Authority:
    """`edits`: may add to the list. `prescribes`: with a prescription. `drafts`: may propose to one who may.
    `refusal` says why not, in words for the person."""

    edits: bool
    prescribes: bool
    drafts: bool
    refusal: str

    @property
    def proposes(self) -> bool:
        """The main button saves a draft."""
        return self.drafts and not (self.edits and self.prescribes)

    @property
    def may_use_form(self) -> bool:
        return self.edits or self.drafts


def over(
    actor: Actor,
    *,
    atc: str,
    dispensing_group: str,
    kind: str = "group",
    own_practice: bool = False,
    editable: bool = True,
) -> Authority:
    """`editable`: the row is theirs to edit, or there is none yet."""
    refusal = rights.refusal(
        actor, atc=atc, dispensing_group=dispensing_group, kind=kind, own_practice=own_practice
    )
    edits = actor.may("lib.edit_local") or (actor.may("lib.edit_own") and editable)
    return Authority(
        edits=edits, prescribes=edits and not refusal, drafts=actor.may("lib.draft"), refusal=refusal
    )


def require_form(actor: Actor) -> None:
    """Raise Forbidden for those who may only look."""
    if not any(actor.may(right) for right in ("lib.edit_local", "lib.edit_own", "lib.draft")):
        raise Forbidden("Du kan se legemidlene, men ikke forskrive eller lage utkast.", code="SFM-403")
