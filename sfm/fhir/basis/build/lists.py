"""sfm-PLL-info and KjAllergyIntolerance: the shared list's particulars, and what must not be given again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.fhir.basis import names
from sfm.fhir.basis.build import people
from sfm.fhir.basis.build.parts import extension, moment, part, reference
from sfm.fhir.data_sharing import allergy_form, naming

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sfm.fhir.basis.build.parts import Entries, Part, Resource
    from sfm.medication.models import CriticalReaction, MedicationList

SOURCES = {  # SourceOfInformation
    "1": "Resultat av tester/analyser",
    "2": "Observert av behandlende lege",
    "3": "Pasientens egne opplysninger",
    "4": "Pårørendes opplysninger",
    "5": "Hentet fra tidligere journal",
    "6": "Annet",
    "7": "Opplyst av ansvarlig behandler",
}
LIST_PHYSICIAN, MULTIDOSE_PHYSICIAN, PHARMACIST = "L", "M", "A"  # 7490


def put_list(entries: Entries, head: MedicationList, patient: Part) -> list[Part]:
    """At most one: what the newest M25.1 says; without one, the registered parties (M9.12)."""
    parties = list(_parties(entries, head))
    if not head.has_pll and not parties:
        return []
    kind = "M25.1" if head.has_pll else "M9.12"
    when = moment(head.pll_signed_at) if head.pll_signed_at else None
    made: Resource = {
        "resourceType": "Basic",
        "meta": {"profile": [names.PLL]},
        "extension": [
            extension(
                names.PLL_INFORMATION,
                part("substitute", "Boolean", False),
                part("PLLdate", "DateTime", when if head.has_pll else None),
                *(part("relatedparties", "Reference", one) for one in parties),
            )
        ],
        "code": naming.coded(names.MESSAGE_TYPES, kind, "PLL"),
        "subject": patient,
    }
    if head.pll_head:
        made["identifier"] = [{"use": "usual", "value": str(head.pll_head)}]
    if head.has_pll and head.pll_signed_by:
        writer = people.put_practitioner(entries, hpr="", name=head.pll_signed_by)
        made["author"] = people.put_role(
            entries, code=LIST_PHYSICIAN, said="LIB-ansvarlig lege", practitioner=writer
        )
    url = entries.put("pll", head.pll_head or head.stamp or "none", made)
    return [reference(url, "Basic", kind)]


def _parties(entries: Entries, head: MedicationList) -> Iterator[Part]:
    if head.multidose_physician:
        who = people.put_practitioner(entries, hpr="", name=head.multidose_physician)
        yield people.put_role(
            entries, code=MULTIDOSE_PHYSICIAN, said="Multidoseansvarlig lege", practitioner=who
        )
    if head.multidose_pharmacy:
        unit = people.put_named_unit(entries, head.multidose_pharmacy)
        yield people.put_role(entries, code=PHARMACIST, said="Ansvarlig farmasøyt", organization=unit)


def put_reactions(entries: Entries, rows: Iterable[CriticalReaction], patient: Part) -> list[Part]:
    found = []
    for row in rows:
        made = allergy_form.resource(row, "")
        ident = made.pop("id")
        made["patient"] = patient
        _name_codes(made)
        if row.registered_by:
            made["recorder"] = people.put_recorder(entries, row.registered_by)
        found.append(reference(entries.put_as(ident, made), "AllergyIntolerance", "KjAllergyIntolerance"))
    return found


def _name_codes(made: Resource) -> None:
    """With the words of each code beside it, as KJ itself writes them."""
    for name in ("clinicalStatus", "verificationStatus"):
        for coding in made.get(name, {}).get("coding", ()):
            coding["display"] = str(coding["code"]).capitalize()
    for one in made["extension"]:
        if "valueCoding" in one:
            code = str(one["valueCoding"]["code"])
            one["valueCoding"] |= {"display": SOURCES[code]} if code in SOURCES else {}
