"""List (LIB), MedicationStatement and AllergyIntolerance: one patient's medicines, by ticket (fhir.md 3.5–3.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from sfm.core.errors import NotFound
from sfm.fhir.data_sharing import (
    administration,
    allergy_form,
    correspondence,
    doors,
    list_items,
    list_text,
    naming,
    opaque,
    statement_form,
    versions,
)
from sfm.fhir.data_sharing.offers import TICKET, Answer, Call, Offer, Resource
from sfm.fhir.data_sharing.outcome import NotOffered
from sfm.fhir.data_sharing.params import wrong
from sfm.fhir.data_sharing.resources import instant
from sfm.medication.models import CriticalReaction, Lifecycle, MedicationList, Treatment
from sfm.medication.queries import in_use, row_view
from sfm.medication.rules import product_kinds

if TYPE_CHECKING:
    from sfm.medication.queries.rows import InUse

LIST_PROFILE = f"{naming.PROFILE}sfm-lib-List"
LOOK_UPS = {"RF": "lastRFLookup", "KJ": "lastKJLookup", "KI": "lastKILookup"}


def search_list(call: Call) -> Answer:
    """The whole list, or with `_summary=true` the List alone."""
    query = call.params.get("_query").lower()
    if query and query != administration.QUERY:
        raise NotOffered("Spørringen tilbys ikke.")
    alone = call.params.get("_summary", "summary").lower() == "true"
    key = _patient(call)
    if query:
        return _to_administer(call, key)
    rows = _treatments(key)
    made = _list(call, key, rows)
    items = () if alone else tuple(list_items.resources(rows, call.ticket))
    return Answer(resources=(made,), included=items, patient=key)


def _to_administer(call: Call, key: UUID) -> Answer:
    """Of the list as it would be given: what is in use in the period, with each dose that can be counted out."""
    rows = list(Treatment.objects.filter(patient_key=key).exclude(lifecycle=Lifecycle.ENTERED_IN_ERROR))
    statements, said = administration.statements(
        call, sorted(rows, key=lambda row: (row.substance.lower(), row.pk))
    )
    shown = {one["id"] for one in statements}
    made = _list(call, key, [row for row in rows if str(row.pk) in shown])
    return Answer(resources=(made,), included=(*statements, *said), patient=key)


def read_list(call: Call, ident: str) -> Answer:
    key = _patient(call)
    if opaque.of_key(key) != ident:
        raise NotFound(detail="another patient's list")
    return Answer(resources=(_list(call, key, _treatments(key)),), patient=key)


def search_statements(call: Call) -> Answer:
    """Medicines alone; wares have profiles of their own, and come with the list."""
    key = _patient(call)
    rows = [row for row in _treatments(key) if not product_kinds.is_ware(row.product_kind)]
    return Answer(resources=tuple(list_items.resources(rows, call.ticket)), patient=key)


def read_statement(call: Call, ident: str) -> Answer:
    """Also one that has left the list; an erroneous one is gone."""
    key = _patient(call)
    row = list_items.find(key, ident)
    if row is None or product_kinds.is_ware(row.product_kind):
        raise NotFound(detail="no such statement of this patient")
    return Answer(resources=tuple(list_items.resources([row], call.ticket)), patient=key)


def search_allergies(call: Call) -> Answer:
    key = _patient(call)
    rows = CriticalReaction.objects.filter(Q(active=True) | Q(verification="2"), patient_key=key)
    by_agent = sorted(rows, key=lambda row: row.agent_text.casefold())
    shown = (allergy_form.resource(row, call.ticket) for row in by_agent)
    return Answer(resources=tuple(shown), patient=key)


def read_allergy(call: Call, ident: str) -> Answer:
    key = _patient(call)
    row = CriticalReaction.objects.filter(pk=_uuid(ident), patient_key=key).first()
    if row is None:
        raise NotFound(detail="no such reaction of this patient")
    return Answer(resources=(allergy_form.resource(row, call.ticket),), patient=key)


def _patient(call: Call) -> Any:
    if not call.ticket:
        raise wrong(TICKET, "is required")
    return call.patient()


def _treatments(key: UUID) -> list[Treatment]:
    """What stands on the list: in use, paused, or ended so lately that it is still shown."""
    rows = Treatment.objects.filter(patient_key=key).exclude(lifecycle=Lifecycle.ENTERED_IN_ERROR)
    shown = [
        row
        for row in rows
        if row.lifecycle != Lifecycle.DISCONTINUED or row.unsent_verb or row_view.recently_ended(row)
    ]
    return sorted(shown, key=lambda row: (row.substance.lower(), row.pk))


def _list(call: Call, key: UUID, rows: list[Treatment]) -> Resource:
    shown = in_use.load(key, actor=call.actor)
    head = MedicationList.objects.filter(patient_key=key).first() or MedicationList(
        patient_key=key, version=0
    )
    reactions = list(CriticalReaction.objects.filter(patient_key=key).order_by("created"))
    changed = max((row.last_changed for row in rows), default=None)
    made: Resource = {
        "resourceType": "List",
        "id": opaque.of_key(key),
        "meta": {"profile": [LIST_PROFILE]},
        "text": {"status": "generated", "div": list_text.div(shown)},
        "extension": [
            *_look_ups(shown),
            _state(head, shown, rows, reactions),
            _letter(head, shown, rows, reactions),
        ],
        "status": "current",
        "mode": "working",
        "title": "Legemidler i bruk",
        "subject": naming.patient(call.ticket),
    }
    if changed:
        made["meta"]["lastUpdated"] = made["date"] = instant(changed)
    if rows:
        made["entry"] = [{"item": _item(row)} for row in rows]
    return versions.with_id(made, head.version)


def _item(row: Treatment) -> dict[str, str]:
    about = naming.item(row.pk, is_ware=product_kinds.is_ware(row.product_kind))
    return about | {"display": row.name_form_strength}


def _look_ups(shown: InUse) -> list[dict[str, Any]]:
    """The last *successful* question to each source; absent means never (SfmLibListMetaData)."""
    times = [
        {"url": LOOK_UPS[line.source], "valueDateTime": instant(line.succeeded_at)}
        for line in shown.sources
        if line.succeeded_at and line.source in LOOK_UPS
    ]
    return [{"url": f"{naming.PROFILE}SfmLibListMetaData", "extension": times}] if times else []


def _letter(
    head: MedicationList, shown: InUse, rows: list[Treatment], reactions: list[CriticalReaction]
) -> dict[str, Any]:
    active = [one for one in reactions if one.active]
    return correspondence.extension(rows, active, shown.sources, signed=_signed(head, shown))


def _signed(head: MedicationList, shown: InUse) -> bool:
    return shown.unsent_count == 0 and not head.pll_outdated and head.pll_signed_at is not None


def _state(
    head: MedicationList, shown: InUse, rows: list[Treatment], reactions: list[CriticalReaction]
) -> dict[str, Any]:
    """Requirements 2.8.2, 2.8.3 and 2.8.5: when it was changed, and whether that has been signed."""
    drafts = sum(row.kind == "draft" for group in shown.groups for row in group.rows)
    parts: list[dict[str, Any]] = [
        {"url": "signed", "valueBoolean": _signed(head, shown)},
        {"url": "unsignedChanges", "valueInteger": shown.unsent_count},
        {"url": "drafts", "valueInteger": drafts},
    ]
    times = (
        ("lastChanged", max((row.last_changed for row in rows), default=None)),
        ("reactionsLastChanged", max((one.updated for one in reactions), default=None)),
        ("signedAt", head.pll_signed_at),
    )
    parts += [{"url": name, "valueDateTime": instant(at)} for name, at in times if at]
    if head.pll_signed_by:
        parts.append({"url": "signedBy", "valueReference": {"display": head.pll_signed_by}})
    return {"url": f"{settings.PUBLIC_ORIGIN}/StructureDefinition/sfm-open-list-state", "extension": parts}


def _uuid(ident: str) -> UUID:
    try:
        return UUID(ident)
    except ValueError:
        return UUID(int=0)


BY_TICKET = {TICKET: "string"}
LIST = Offer(
    type="List",
    profile=LIST_PROFILE,
    admit=doors.clinical,
    params=BY_TICKET | {"_query": "string", "from": "date", "to": "date"},
    search=search_list,
    read=read_list,
)
STATEMENT = Offer(
    type="MedicationStatement",
    profile=statement_form.PROFILE,
    admit=doors.clinical,
    params=BY_TICKET,
    search=search_statements,
    read=read_statement,
)
ALLERGY = Offer(
    type="AllergyIntolerance",
    profile=allergy_form.PROFILE,
    admit=doors.clinical,
    params=BY_TICKET,
    search=search_allergies,
    read=read_allergy,
)
