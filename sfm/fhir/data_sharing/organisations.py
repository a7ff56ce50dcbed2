"""Organization: a new journal (option A), one more unit in a journal (option B), activation (integration.md 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError

from sfm.core.errors import Conflict, NotFound
from sfm.exchange import verifying
from sfm.fhir.data_sharing import doors, naming, organisation_form, versions
from sfm.fhir.data_sharing.offers import Answer, Call, Offer, Resource, one
from sfm.fhir.data_sharing.r4.faults import BadContent, Fault
from sfm.identity import admission, users
from sfm.identity.refusals import JournalUnavailable
from sfm.tenancy import journals, organisations
from sfm.tenancy.models import Journal, Organisation, OrganisationKind
from sfm.tenancy.scope import journal_scope

if TYPE_CHECKING:
    from sfm.fhir.data_sharing.organisation_form import Stated
    from sfm.identity.principal import Principal


def search(call: Call) -> Answer:
    found = organisations.of_journal(call.place.journal)
    active, name, ident = call.params.flag("active"), call.params.get("name"), call.params.get("_id")
    above = call.params.get("partof").rpartition("/")[2]
    tokens = {(naming.system(system), value) for system, value in call.params.tokens("identifier")}
    shown = [
        organisation_form.resource(unit)
        for unit in found
        if (active is None or unit.active == active)
        and unit.name.lower().startswith(name.lower())
        and (not ident or str(unit.pk) == ident)
        and (not above or str(unit.parent_id) == above)
        and (not tokens or tokens & _tokens(unit))
    ]
    return Answer(resources=tuple(shown))


def read(call: Call, ident: str) -> Answer:
    return _answer(_unit(call, ident))


def make_journal(caller: Principal, content: Resource) -> str:
    """Option A. A journal-id nobody knows, from a registered client: the journal, its first unit, its superuser.

    Returns the unit's id; "" when the journal is there already.
    """
    admission.check_supplier(caller)
    admission.client_of(caller)
    journal_id = _journal_id(caller)
    if Journal.objects.filter(pk=journal_id).exists():
        return ""
    stated = organisation_form.read(content)
    _check(stated, caller, None)
    if stated.part_of:
        raise _fault("Organization.partOf", "Virksomheten over finnes ikke.", "unknown organisation")
    try:
        journal = journals.create(name=stated.name, organisation_type=stated.type_code, id=journal_id)
    except (Conflict, IntegrityError) as error:
        raise JournalUnavailable(detail="made by another call in the meantime") from error
    try:
        return _furnish(journal, stated, caller)
    except BaseException:
        journals.drop(journal)
        raise


def create(call: Call, content: Resource) -> Answer:
    """Option B: one more unit in the journal. Always passive; PUT makes it active."""
    call.actor.require("admin.organisation")
    stated = organisation_form.read(content)
    _check(stated, call.place.caller, call.place.journal)
    above = _unit(call, stated.part_of) if stated.part_of else None
    _check_orgnr(call.place.journal, stated, above)
    unit = organisations.register(call.place.journal, _data(stated, None, above))
    unit.epj_info = stated.epj_info
    unit.save(update_fields=["epj_info"])
    return _answer(unit)


def update(call: Call, ident: str, content: Resource) -> Answer:
    """`active` opens and closes the unit; `epjinfo` is to be renewed at every upgrade of the record system."""
    call.actor.require("admin.organisation")
    unit = _unit(call, ident)
    versions.check(call, organisation_form.resource(unit))
    stated = organisation_form.read(content)
    _check(stated, call.place.caller, call.place.journal)
    if stated.orgnr != unit.orgnr:
        raise _fault(
            "Organization.identifier", "Organisasjonsnummeret kan ikke endres.", "orgnr cannot change"
        )
    above = _unit(call, stated.part_of) if stated.part_of else unit.parent
    was, told = unit.active, (unit.epj_info, unit.her_id)
    unit.epj_info = stated.epj_info or unit.epj_info
    organisations.change(unit, _data(stated, unit, above))
    if stated.active != was:
        (verifying.activate if stated.active else verifying.deactivate)(unit, by=call.actor)
    elif unit.active and told != (
        unit.epj_info,
        unit.her_id,
    ):  # a new version or address of the record system
        verifying.verify(unit, by=call.actor)
    return _answer(unit, {"active": unit.active, "changed": stated.active != was})


def _furnish(journal: Journal, stated: Stated, caller: Principal) -> str:
    unit = organisations.register(journal, _data(stated, None, None))
    unit.epj_info = stated.epj_info
    unit.save(update_fields=["epj_info"])
    given, _, family = caller.name.strip().rpartition(" ")
    with journal_scope(journal):
        users.register(
            users.PersonData(
                given_name=given[:100],
                family_name=family[:100] or "Superbruker",
                pid=caller.pid,
                organisation_id=unit.pk,
                system_admin=True,
                system_owner=True,
            )
        )
    return str(unit.pk)


def _data(
    stated: Stated, now: Organisation | None, above: Organisation | None
) -> organisations.OrganisationData:
    """What the record system states; the rest of what is known of the unit stands."""
    kept = ("address_line", "postal_code", "city", "municipality_code", "phone", "email", "pll_enabled_from")
    kind = now.kind if now else OrganisationKind.DEPARTMENT if above else OrganisationKind.ORGANISATION
    return organisations.OrganisationData(
        name=stated.name,
        orgnr=stated.orgnr,
        type_code=stated.type_code,
        her_id=stated.her_id,
        kind=str(kind),
        parent=above,
        **{name: getattr(now, name) for name in kept if now is not None},
    )


def _check(stated: Stated, caller: Principal, journal: Journal | None) -> None:
    faults = []
    if stated.sfm_id and stated.sfm_id != caller.journal_id:
        faults.append(("SFM-id er ikke den samme som i tilgangsbeviset.", "SFM-id differs from the token's"))
    if stated.orgnr not in caller.orgnrs and journal is None:
        faults.append(
            ("Organisasjonsnummeret er ikke det i tilgangsbeviset.", "orgnr differs from the token's")
        )
    elsewhere = Organisation.objects.filter(her_id=stated.her_id)
    if journal is not None:
        elsewhere = elsewhere.exclude(journal=journal)
    if elsewhere.exists():
        faults.append(("HER-id er i bruk i en annen journal.", "a HER-id lives in one journal only"))
    if faults:
        raise BadContent(
            *(
                Fault(path="Organization.identifier", code="business-rule", text=t, diagnostics=d)
                for t, d in faults
            )
        )


def _check_orgnr(journal: Journal, stated: Stated, above: Organisation | None) -> None:
    """One number once in a journal, except below a unit: there one number may carry several HER-ids."""
    same = journal.organisations.filter(orgnr=stated.orgnr)
    if (same.exists() and above is None) or same.filter(her_id=stated.her_id).exists():
        raise _fault(
            "Organization.identifier",
            "Virksomheten er allerede registrert.",
            "registered already",
            "duplicate",
        )


def _journal_id(caller: Principal) -> UUID:
    try:
        return UUID(caller.journal_id)
    except ValueError as error:
        raise JournalUnavailable(detail="no journal-id in the token") from error


def _unit(call: Call, ident: str) -> Organisation:
    try:
        return organisations.find(call.place.journal, UUID(ident))
    except ValueError as error:
        raise NotFound(detail="not an id") from error


def _tokens(unit: Organisation) -> set[tuple[str, str]]:
    values = ((naming.ENH, unit.orgnr), (naming.HER_ID, unit.her_id), (naming.SFM_ID, str(unit.journal_id)))
    return {pair for system, value in values for pair in ((system, value), ("", value))}


def _answer(unit: Organisation, detail: dict[str, object] | None = None) -> Answer:
    return one(organisation_form.resource(unit), subject=("Organisation", str(unit.pk)), detail=detail or {})


def _fault(path: str, text: str, diagnostics: str, code: str = "business-rule") -> BadContent:
    return BadContent(Fault(path=path, code=code, text=text, diagnostics=diagnostics))


OFFER = Offer(
    type="Organization",
    profile=organisation_form.PROFILE,
    admit=doors.administrative,
    params={
        "identifier": "token",
        "partof": "reference",
        "active": "token",
        "name": "string",
        "_id": "token",
    },
    search=search,
    read=read,
    create=create,
    update=update,
    prepare=make_journal,
)
