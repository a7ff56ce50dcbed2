"""«Andre i samme gruppe uten varselet», and what a product that is only being looked at would meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.fest.interactions import DrugKeys as Keys
from sfm.medication.queries import alert_facts, words
from sfm.medication.queries.alert_facts import UNWRITTEN, Entry
from sfm.medication.rules import alerts
from sfm.medication.rules.alerts import Subject

if TYPE_CHECKING:
    from collections.abc import Hashable

    from sfm.fest.skeleton import Bone
    from sfm.medication.queries.alert_facts import Judged, Picture

MOST = 4
GROUP = 5  # characters of an ATC code: level 4
QUIET = (alerts.GREEN, alerts.DUPLICATE)
BY_PRODUCT = ("brand", "excipient")  # reactions that differ between products of one substance


def judged(fest_id: str, picture: Picture, instead_of: Entry | None = None) -> tuple[Judged, ...]:
    """What the patient would meet with this product, beside the rest or instead of an entry."""
    bones = picture.catalogue.skeleton
    bone = bones.groups.get(fest_id) or bones.brands.get(fest_id) or bones.packages.get(fest_id)
    if bone is None:
        return ()
    if instead_of is not None:
        return _met(bone, fest_id, picture.without(instead_of))
    deep = any(reaction.kind in BY_PRODUCT for reaction in picture.reactions)
    key: Hashable = fest_id if deep else (bone.atc, bones.substance_ids(bone))
    if key not in picture.asked:
        picture.asked[key] = _met(bone, fest_id, picture)
    return picture.asked[key]


def of(picture: Picture, entry: Entry) -> tuple[str, ...]:
    """Substances of the same ATC level 4 that fire nothing worth an interruption, in the order of the alphabet."""
    own = entry.subject.keys
    if len(own.atc) < GROUP:
        return ()
    bones = picture.catalogue.skeleton
    names: dict[str, str] = {}
    for key, bone in bones.groups.items():
        if bone.atc.startswith(own.atc[:GROUP]) and bone.atc != own.atc:
            names.setdefault(words.generic(bones.substance_text(bone)), key)
    silent = (name for name, key in sorted(names.items()) if _silent(key, picture, entry))
    return tuple(name for name, _ in zip(silent, range(MOST), strict=False))


def _silent(fest_id: str, picture: Picture, entry: Entry) -> bool:
    """Judged and found harmless: what nobody has judged is no alternative."""
    return all(found.alert.grade in QUIET for found in judged(fest_id, picture, entry))


def _met(bone: Bone, fest_id: str, picture: Picture) -> tuple[Judged, ...]:
    catalogue = picture.catalogue
    kind = "group" if fest_id in catalogue.skeleton.groups else "brand"
    fixed, possible = alert_facts.brands(fest_id, catalogue)
    deep = any(reaction.kind == "excipient" for reaction in picture.reactions)
    inside, maybe = alert_facts.excipients(kind, fest_id, catalogue) if deep else (frozenset(), frozenset())
    subject = Subject(
        id=UNWRITTEN,
        name=words.generic(catalogue.skeleton.substance_text(bone)),
        keys=Keys.of(
            atc=bone.atc,
            substances=catalogue.skeleton.substance_ids(bone),
            kin=catalogue.skeleton.kin,
            parts=catalogue.skeleton.atc_parts(fest_id),
        ),
        brands=fixed,
        may_be=possible,
        excipients=inside,
        may_contain=maybe,
    )
    return picture.with_entry(Entry(subject=subject, strength="", dosage={})).judged({UNWRITTEN})
