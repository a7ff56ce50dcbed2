"""Code systems and value sets: the values we write and take."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings

from sfm.core.errors import SfmError
from sfm.fhir.basis import leftovers, names
from sfm.fhir.data_sharing import event_types, naming, resources
from sfm.fhir.definitions.structures import OURS, head
from sfm.tenancy.models import OrganisationType

if TYPE_CHECKING:
    from collections.abc import Iterator

Resource = dict[str, Any]
ISSUES: Final = "sfm-open-issues"
VALUES: Final = "http://ehelse.no/fhir/ValueSet/"
OF_THE_APIS: Final = (
    "sfm.core.",
    "sfm.identity.refusals",
    "sfm.fhir.data_sharing",
    "sfm.fhir.basis",
    "sfm.fhir.rates",
)
TO_KJ: Final = ("HPAKUTT", "HPMOTTATTSAMTYKKE", "HPUNNTAK")
CONSENTS: Final = {
    "HPAKUTT": "Akutt: nødrett",
    "HPMOTTATTSAMTYKKE": "Pasienten har samtykket",
    "HPUNNTAK": "Unntak fra kravet om samtykke",
}
BASICS: Final = {
    "JOURNALNOTE": "Journalnotat",
    "INDICATOR": "Endringsindikator",
    "HISTORY": "Historikk",
    "MESSAGE": "Melding",
    "DRUGREVIEW": "Legemiddelgjennomgang",
}


@cache
def systems() -> tuple[Resource, ...]:
    tasks = {str(code): display for code, (display, _) in resources.TASK_TYPES.items()}
    own = settings.PUBLIC_ORIGIN + "/fhir/CodeSystem/"
    return (
        _system("sfm-task-types", {code: said for code, said in tasks.items() if len(code) < 3}),
        _system("sfm-open-task-types", {code: said for code, said in tasks.items() if len(code) > 2}, own),
        _system("sfm-organization-types", {str(kind.value): str(kind.label) for kind in OrganisationType}),
        _system("sfm-journalnote-types", event_types.EVERY),
        _system("sfm-basic-types", BASICS),
        _system("sfm-section-types", {code: said[1] for code, said in names.SECTIONS.items()}),
        _system("sfm-message-type", names.MESSAGES),
        _system("sfm-kj-rf-error-code", names.RESULTS),
        _system(
            "sfm-medicationstatement-registration-status", {"1": "Kladd", "2": "Klargjort", "3": "Godkjent"}
        ),
        _system("sfm-performer-roles", {"1": "Forskrevet av", "2": "Registrert av", "3": "Seponert av"}),
        _system(
            "sfm-festregistrationtype",
            {"1": "Legemiddelvirkestoff", "2": "Legemiddelmerkevare", "3": "Legemiddelpakning"},
        ),
        _system("sfm-kj-consentcodes", CONSENTS),
        _system(ISSUES, issues(), own),
        _system("sfm-include-binary", {"include_reseptdok": "Den opprinnelige meldingen"}),
    )


@cache
def value_sets() -> tuple[Resource, ...]:
    return (
        _values("sfm-kj-consentcodes", "sfm-kj-consentcodes", TO_KJ),
        _values("sfm-include-binary.valueset", "sfm-include-binary"),
        _values("sfm-rfkj-lookupcodes", "sfm-kj-rf-error-code"),
    )


def issues() -> dict[str, str]:
    """Every code an error of ours can carry, with what it says when nothing more is known."""
    found = dict(sorted(_said(SfmError)))
    return found | {"SFM-BASIS-UNSENT": leftovers.UNSENT}


def _said(kind: type[SfmError]) -> Iterator[tuple[str, str]]:
    if kind.__module__.startswith(OF_THE_APIS):
        yield kind.code, kind.text
    for other in kind.__subclasses__():
        yield from _said(other)


def _system(name: str, codes: dict[str, str], base: str = naming.SYSTEM) -> Resource:
    return head("CodeSystem", name, f"{base}{name}") | {
        "description": OURS,
        "caseSensitive": True,
        "content": "complete",
        "count": len(codes),
        "concept": [{"code": code} | ({"display": said} if said else {}) for code, said in codes.items()],
    }


def _values(name: str, system: str, codes: tuple[str, ...] = ()) -> Resource:
    included: Resource = {"system": f"{naming.SYSTEM}{system}"}
    if codes:
        included["concept"] = [{"code": code} for code in codes]
    return head("ValueSet", name, f"{VALUES}{name}") | {
        "name": name.replace("-", "_").replace(".", "_"),
        "description": OURS,
        "compose": {"include": [included]},
    }
