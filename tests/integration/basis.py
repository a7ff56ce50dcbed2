"""A record system with its own screens, calling Basis: RF and KJ in memory, and a worker that works while it waits."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from sfm.gateways.kj.errors import KjRefused
from sfm.tenancy.scope import journal_scope
from tests.factories import sending
from tests.fakes import FakeRf
from tests.integration.data_sharing import FNR, Epj
from tests.integration.data_sharing import patient as patient_resource

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

    from tests.office import Office

BASIS = "/basis/v2/"
PROFILE = "http://ehelse.no/fhir/StructureDefinition/"
AMENDMENT = f"{PROFILE}sfm-reseptamendment"
KARI = sending.PID


class FakeKj:
    """Answers with an empty summary, or refuses."""

    def __init__(self) -> None:
        self.refuse = ""
        self.asked: list[str] = []
        self.summary_found: dict[str, Any] = {"prescriptions": [], "dispensings": [], "flags": {}}

    def summary(self, *, basis: str = "", **_: str) -> dict[str, Any]:
        self.asked.append(basis)
        if self.refuse:
            raise KjRefused(self.refuse, "Ingen tilgang")
        return self.summary_found

    def reactions(self, **_: str) -> list[dict[str, Any]]:
        return []


@dataclass
class Basis:
    """`epj` calls; `rf` and `kj` are the sources."""

    office: Office
    epj: Epj
    rf: FakeRf
    kj: FakeKj

    def call(self, operation: str, *parameters: dict[str, Any], base: str = BASIS) -> Any:
        content = {"resourceType": "Parameters", "parameter": list(parameters)}
        return self.epj.post(f"{base}Patient/${operation}", content)

    def get(self, *more: dict[str, Any], pid: str = KARI) -> Any:
        person = patient_resource(pid, FNR)
        return self.call("getMedication", {"name": "patient", "resource": person}, *more)

    def send(self, document: Document) -> Any:
        return self.call("sendMedication", {"name": "medication", "resource": document.bundle})


class Document:
    """A document that was received, made ready to be sent back: attested, replacing the one it came from."""

    def __init__(self, answer: Any, hpr_of: Any = None) -> None:
        content = answer if isinstance(answer, dict) else answer.json()
        self.bundle: dict[str, Any] = copy.deepcopy(parameters(content)["medication"]["resource"])
        composition = self.composition
        old = composition["identifier"]["value"]
        composition["identifier"]["value"] = str(uuid4())
        composition["relatesTo"] = [{"code": "replaces", "targetIdentifier": {"value": old}}]
        party = {"reference": self.url_of("Practitioner")}
        composition["attester"] = [{"mode": "legal", "time": "2026-11-22T08:00:00+01:00", "party": party}]

    @property
    def composition(self) -> dict[str, Any]:
        return self.bundle["entry"][0]["resource"]

    def all(self, kind: str) -> list[dict[str, Any]]:
        return [one["resource"] for one in self.bundle["entry"] if one["resource"]["resourceType"] == kind]

    def url_of(self, kind: str) -> str:
        return next(
            str(one["fullUrl"]) for one in self.bundle["entry"] if one["resource"]["resourceType"] == kind
        )

    def section(self, code: str) -> dict[str, Any]:
        return next(one for one in self.composition["section"] if one["code"]["coding"][0]["code"] == code)

    def add(self, resource: dict[str, Any], section: str = "") -> str:
        url = f"urn:uuid:{uuid4()}"
        self.bundle["entry"].append({"fullUrl": url, "resource": resource})
        if section:
            self.section(section).pop("emptyReason", None)
            self.section(section).setdefault("entry", []).append({"reference": url})
        return url

    def with_list(self, *, create: bool = True) -> Document:
        """Say whether the shared list is to be sent."""
        said = {"url": "createPLL", "valueBoolean": create}
        there = [
            one for one in self.all("Basic") if one["extension"][0]["url"].endswith("sfm-pllInformation")
        ]
        if there:
            children = there[0]["extension"][0]["extension"]
            children[:] = [one for one in children if one["url"] != "createPLL"] + [said]
            return self
        system = "http://ehelse.no/fhir/CodeSystem/sfm-message-type"
        resource = {
            "resourceType": "Basic",
            "extension": [{"url": f"{PROFILE}sfm-pllInformation", "extension": [said]}],
            "code": {"coding": [{"system": system, "code": "M25.1"}]},
        }
        self.add(resource, "sectionPLLinfo")
        return self

    def again(self) -> Document:
        """The next document, built on this one."""
        content = {"parameter": [{"name": "medication", "resource": self.bundle}]}
        return Document(content)

    def prescribe(self, *, text: str = "1 tablett daglig", **changes: Any) -> dict[str, Any]:
        """A new medicine with an e-prescription; returns the statement, to be bent."""
        medication = {
            "resourceType": "Medication",
            "code": {
                "coding": [
                    {"system": "http://ehelse.no/fhir/CodeSystem/FEST", **changes.pop("fest", FEST)},
                ]
            },
            "form": {"coding": [{"system": "urn:oid:2.16.578.1.12.4.1.1.7448", "code": "53"}]},
        }
        statement = {
            "resourceType": "MedicationStatement",
            "meta": {"profile": [f"{PROFILE}sfm-MedicationStatement"]},
            "extension": [amendment(**changes.pop("amendment", {}))],
            "identifier": [
                {"use": "usual", "type": {"text": "ReseptId"}, "value": str(uuid4())},
                {"use": "usual", "type": {"text": "PLL"}, "value": str(uuid4())},
            ],
            "status": "active",
            "medicationReference": {"reference": self.add(medication)},
            "subject": {"reference": self.url_of("Patient")},
            "effectiveDateTime": "2026-11-22",
            "dosage": [dosage(text)],
        } | changes
        self.add(statement, "sectionMedication")
        return statement


FEST = {"code": "", "display": ""}


def dosage(text: str) -> dict[str, Any]:
    use = {"coding": [{"system": "urn:oid:2.16.578.1.12.4.1.1.9101", "code": "1", "display": "Fast"}]}
    area = {"url": "text", "valueString": "Mot høyt blodtrykk"}
    return {
        "extension": [
            {"url": f"{PROFILE}sfm-use", "valueCodeableConcept": use},
            {"url": f"{PROFILE}sfm-application-area", "extension": [area]},
        ],
        "sequence": 1,
        "text": text,
    }


def amendment(**changes: Any) -> dict[str, Any]:
    """The children of sfm-reseptamendment; None takes one away."""
    said = {
        "reseptdate": ("Date", "2026-11-22"),
        "expirationdate": ("Date", "2027-11-20"),
        "festUpdate": ("DateTime", "2026-11-01T00:00:00+01:00"),
        "dssn": ("String", "1 tablett daglig"),
        "amount": ("Quantity", {"value": 100, "unit": "stykk"}),
        "reit": ("String", "0"),
        "itemgroup": ("CodeableConcept", _code("7402", "L")),
        "typeresept": ("CodeableConcept", _code("7491", "E")),
        "createeresept": ("Boolean", True),
    } | changes
    children = [{"url": name, f"value{kind[0]}": kind[1]} for name, kind in said.items() if kind]
    return {"url": AMENDMENT, "extension": children}


def _code(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": f"urn:oid:2.16.578.1.12.4.1.1.{system}", "code": code}]}


def say(statement: dict[str, Any], name: str, kind: str, value: Any) -> None:
    """Add a child to the amendment of a statement."""
    found = next(one for one in statement["extension"] if one["url"] == AMENDMENT)
    found["extension"].append({"url": name, "extension" if not kind else f"value{kind}": value})


def recall(statement: dict[str, Any], reason: str = "4") -> None:
    children = [{"url": "recallcode", "valueCodeableConcept": _code("7500", reason)}]
    say(statement, "recallinfo", "", children)


def discontinue(statement: dict[str, Any], *children: dict[str, Any]) -> None:
    statement["status"] = "stopped"
    statement["extension"].append({"url": f"{PROFILE}sfm-discontinuation", "extension": list(children)})


AT = {"url": "timedate", "valueDateTime": "2026-11-22T06:00:00+01:00"}
REASON = {"url": "reason", "valueCodeableConcept": _code("7494", "A")}


def parameters(content: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The parameters of an answer by name; the last of those that repeat."""
    return {one["name"]: one for one in content["parameter"]}


def value(one: dict[str, Any]) -> Any:
    return next(found for name, found in one.items() if name.startswith("value"))


def results(content: dict[str, Any]) -> dict[str, str]:
    """reseptID → resultCode."""
    found = [one["part"] for one in content["parameter"] if one["name"] == "prescriptionOperationResult"]
    named = [{part["name"]: value(part) for part in parts} for parts in found]
    return {one["reseptID"]: one["resultCode"]["code"] for one in named}


@pytest.fixture
def basis(office: Office, monkeypatch: pytest.MonkeyPatch, settings: SettingsWrapper, fest: Any) -> Basis:
    """A doctor of an office RF knows, whose own system has screens."""
    from sfm.exchange import answers, dispatch, multidose, tokens
    from sfm.fhir.basis import waiting
    from sfm.identity import users

    settings.BASIS_SOURCE_WAIT = settings.BASIS_SEND_WAIT = 2
    rf, kj = FakeRf(), FakeKj()
    for module in (answers.rf, dispatch.client, multidose.rf):
        monkeypatch.setattr(module, "connect", lambda: rf)
    monkeypatch.setattr(answers.kj, "connect", lambda: kj)
    monkeypatch.setattr(waiting, "pause", lambda _seconds: sending.work())
    monkeypatch.setattr(tokens, "_exchanged", lambda _token, _scope: "")
    office.organisation.her_id = "8090595"
    office.organisation.save()
    with journal_scope(office.journal):
        actor = users.actor_for(office.people["berg"], office.organisation)
        sending.unit(actor)
    return Basis(office=office, epj=Epj(office.caller()), rf=rf, kj=kj)


def dumped(value_: Any) -> str:
    return json.dumps(value_, sort_keys=True, ensure_ascii=False)
