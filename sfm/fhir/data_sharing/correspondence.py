"""The list as XML for letters: what a PLO message, a referral or a discharge letter says of medicines (fhir.md 3.5).

The official schema of «Pleie- og omsorgsmeldinger 1.6» is not among those we have. Names and order follow its class
diagram as far as it is described; the namespace is a setting, so that the right one can be put in without code.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings

from sfm.core import clock
from sfm.fhir.data_sharing import naming
from sfm.medication.models import Lifecycle, UseType
from sfm.medication.rules.reaction_words import CERTAINTIES, REACTIONS
from sfm.medication.rules.reasons import DISCONTINUATION as REASONS
from sfm.wire import safe_xml
from sfm.wire.safe_xml import Element

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from sfm.medication.models import CriticalReaction, Treatment
    from sfm.medication.queries.rows import SourceLine

URL: Final = f"{naming.PROFILE}sfm-correspondancedata"
VOLVEN: Final = "2.16.578.1.12.4.1.1."
NOT_XML: Final = re.compile("[^\t\n\x20-\ufffd\U00010000-\U0010ffff]")
IN_MULTIDOSE: Final = {True: ("2", "Inngår i multidose"), False: ("1", "Inngår ikke i multidose")}  # 9103


def extension(
    rows: Iterable[Treatment],
    reactions: Iterable[CriticalReaction],
    sources: Iterable[SourceLine],
    *,
    signed: bool,
) -> dict[str, Any]:
    made = document(rows, reactions, sources, signed=signed)
    return {"url": URL, "valueBase64Binary": base64.b64encode(made).decode()}


def document(
    rows: Iterable[Treatment],
    reactions: Iterable[CriticalReaction],
    sources: Iterable[SourceLine],
    *,
    signed: bool,
) -> bytes:
    """Canonical bytes. Reactions first, as everywhere."""
    root = safe_xml.new(settings.SFM_CORRESPONDENCE_NAMESPACE, "Legemiddelopplysninger")
    _put(root, "Dato", clock.local(clock.now()).isoformat(timespec="seconds"))
    _put(root, "Signert", "true" if signed else "false")
    for line in sources:
        if line.succeeded_at:
            _look_up(root, line.source, line.succeeded_at)
    for reaction in reactions:
        _cave(root, reaction)
    for row in rows:
        _medication(root, row)
    return safe_xml.exclusive_c14n(root)


def _look_up(root: Element, source: str, at: datetime) -> None:
    node = _node(root, "SisteOppslag")
    _put(node, "Kilde", source)
    _put(node, "Tidspunkt", clock.local(at).isoformat(timespec="seconds"))


def _cave(root: Element, row: CriticalReaction) -> None:
    node = _node(root, "Cave")
    _put(node, "Agens", row.agent_text)
    if row.agent_kind == "atc" and row.agent_code:
        _coded(node, "Atc", row.agent_code, "7180", row.agent_text)
    if row.reaction in REACTIONS:
        _coded(node, "Reaksjon", row.reaction, "7497", REACTIONS[row.reaction])
    if row.certainty in CERTAINTIES:
        _coded(node, "Sannsynlighet", row.certainty, "7521", CERTAINTIES[row.certainty])
    _put(node, "Merknad", row.comment)


def _medication(root: Element, row: Treatment) -> None:
    node = _node(root, "Legemiddel")
    _put(node, "Id", str(row.lib_id))
    _put(node, "NavnFormStyrke", row.name_form_strength)
    if row.atc:
        _coded(node, "Atc", row.atc, "7180", row.atc_name)
    if row.form_code:
        _coded(node, "Legemiddelform", row.form_code, "7448", row.form)
    _put(node, "Styrke", row.strength)
    _coded(node, "Legemiddelbruk", row.use_type, "9101", str(UseType(row.use_type).label))
    _put(node, "Dosering", row.dosage_text)
    _put(node, "Bruksomrade", row.indication_text)
    _coded(node, "Multidose", *_multidose(row))
    _put(node, "Startdato", _day(row.starts_on))
    ends = clock.local(row.discontinued_at).date() if row.discontinued_at else row.dosage_ends_on
    _put(node, "Sluttdato", _day(ends))
    if row.lifecycle == Lifecycle.SUSPENDED:
        pause = _node(node, "Pause")
        _put(pause, "Fra", _day(row.suspended_from))
        _put(pause, "Til", _day(row.suspended_to))
    if row.discontinuation_reason in REASONS:
        _coded(
            node, "Seponeringsarsak", row.discontinuation_reason, "7494", REASONS[row.discontinuation_reason]
        )


def _multidose(row: Treatment) -> tuple[str, str, str]:
    code, display = IN_MULTIDOSE[bool(row.in_multidose)]
    return code, "9103", display


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""


def _node(parent: Element, name: str) -> Element:
    return safe_xml.new(settings.SFM_CORRESPONDENCE_NAMESPACE, name, parent)


def _put(parent: Element, name: str, value: str) -> None:
    """Nothing empty is written; what XML cannot hold is left out."""
    if said := NOT_XML.sub("", value).strip():
        _node(parent, name).text = said


def _coded(parent: Element, name: str, code: str, number: str, display: str) -> None:
    node = _node(parent, name)
    node.set("V", code)
    node.set("S", VOLVEN + number)
    if display:
        node.set("DN", display)
