"""Patient in Datadeling, and the shape every address of it shares (fhir.md 2, 3.1, 7)."""

from __future__ import annotations

import logging
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from lxml import etree

from sfm.audit.models import AuditEvent
from sfm.core.ids import synthetic_id
from sfm.exchange.translate import foreign
from sfm.patients import vault
from sfm.tenancy.scope import journal_scope
from tests.integration.data_sharing import DNR, FNR, KARI, LOCAL, OLA, Epj, faults, patient, ticket_of

if TYPE_CHECKING:
    from datetime import date

    from tests.office import Office

pytestmark = pytest.mark.filterwarnings("ignore:No directory at")


def created(epj: Epj, **changes: Any) -> dict[str, Any]:
    answer = epj.post("Patient", patient(**changes))
    assert answer.status_code == 201, answer.content
    content: dict[str, Any] = answer.json()
    return content


def test_a_patient_is_written_and_read_back(office: Office, epj: Epj) -> None:
    answer = epj.post("Patient", patient())
    made = answer.json()
    assert (answer.status_code, answer["Content-Type"]) == (201, "application/fhir+json; charset=utf-8")
    assert answer["Location"] == f"http://testserver/datadeling/v2/Patient/{made['id']}"
    assert answer["ETag"] == f'W/"{made["meta"]["versionId"]}"'
    read = epj.get(f"Patient/{made['id']}")
    assert read.json() == made
    assert made["name"] == [{"use": "official", "family": "Demosen", "given": ["Kari", "Oppdiktet"]}]
    assert (made["gender"], made["birthDate"], made["address"][0]["postalCode"]) == (
        "female",
        "1961-05-02",
        "0010",
    )
    with journal_scope(office.journal):
        key = vault.find(KARI)
        assert str(key) not in answer.content.decode()
        rows = AuditEvent.objects.filter(patient_key=key).values_list("action", "source")
        assert list(rows.order_by("pk")) == [("Patient.create", "api"), ("Patient.read", "api")]


def test_read_by_ticket_and_by_number(office: Office, epj: Epj) -> None:
    made = created(epj)
    ticket = ticket_of(office, epj, KARI)
    bundle = epj.get(f"Patient?patientTicket={ticket}").json()
    assert [entry["resource"] for entry in bundle["entry"]] == [made]
    assert epj.get(f"Patient/{ticket}").json() == made
    assert epj.get("Patient?_count=5", **{"X-SFM-Patient-Ticket": ticket}).json()["total"] == 1
    for form in (f"identifiers={FNR}|{KARI},{FNR}|{OLA}", f"IDENTIFIER={FNR}%7C{KARI}"):
        found = epj.search("Patient", form).json()
        assert [entry["resource"]["id"] for entry in found["entry"]] == [made["id"]]
        assert KARI not in found["link"][0]["url"]
    assert epj.get(f"Patient?identifiers={FNR}|{OLA}").json()["total"] == 0


def test_put_replaces_what_is_known(epj: Epj) -> None:
    made = created(epj)
    moved = patient(address=[{"text": "Oppdiktveien 2", "city": "Bergen", "postalCode": "5003"}])
    answer = epj.put(f"Patient/{made['id']}", moved, **{"If-Match": f'W/"{made["meta"]["versionId"]}"'})
    assert answer.status_code == 200
    assert answer.json()["address"][0]["line"] == ["Oppdiktveien 2"]
    stale = epj.put(f"Patient/{made['id']}", patient(), **{"If-Match": f'W/"{made["meta"]["versionId"]}"'})
    assert (stale.status_code, faults(stale)) == (412, [("conflict", "")])
    assert epj.get(f"Patient/{made['id']}").json() == answer.json()


def test_a_new_number_leads_to_the_same_patient(office: Office, epj: Epj) -> None:
    d_number = synthetic_id(date(1961, 5, 2), d_number=True)
    made = created(epj, pid=d_number, system=DNR)
    ticket = ticket_of(office, epj, d_number)
    changed = epj.put(f"Patient/{made['id']}", patient()).json()
    assert changed["id"] == made["id"]
    assert changed["identifier"][0]["value"] == KARI
    assert epj.get(f"Patient?identifiers={DNR}|{d_number}").json()["entry"][0]["resource"] == changed
    assert epj.get(f"Patient/{ticket}").json() == changed


EEA = {
    "conventioncountry": "valueCode",
    "eeadok": "valueCode",
    "eeacardid": "valueString",
    "eeavalidto": "valueDate",
}


def eea(**said: str) -> list[dict[str, Any]]:
    url = "http://ehelse.no/fhir/StructureDefinition/sfm-eea"
    return [{"url": url, "extension": [{"url": name, EEA[name]: value} for name, value in said.items()]}]


def test_insurance_in_another_country_is_kept_and_stands_in_every_m1(office: Office, epj: Epj) -> None:
    said = {"conventioncountry": "SE", "eeadok": "EHIC", "eeacardid": "80752", "eeavalidto": "2027-12-31"}
    made = created(epj, extension=eea(**said))
    assert made["extension"] == eea(**said)
    with journal_scope(office.journal):
        key = vault.find(KARI)
        assert key is not None
        found = foreign.of(vault.open_identity(key))
    assert found is not None
    assert found.treaty_country is not None
    assert found.eea is not None
    assert (found.treaty_country.code, found.eea.document.code, found.eea.card_id) == ("SE", "EHIC", "80752")
    assert found.eea.valid_to == date(2027, 12, 31)
    for wrong, path in ({"eeadok": "X"}, "[0].extension[0]"), ({"eeacardid": "1"}, ":sfm-eea"):
        answer = epj.put(f"Patient/{made['id']}", patient(extension=eea(**wrong)))
        assert faults(answer) == [("value", f"Patient.extension{path}")]
    assert "extension" not in epj.put(f"Patient/{made['id']}", patient()).json()


def test_a_person_without_number(epj: Epj) -> None:
    made = created(epj, pid="A-12", system=LOCAL)
    assert made["identifier"] == [{"use": "official", "system": LOCAL, "value": "A-12"}]
    assert epj.get(f"Patient?identifiers={LOCAL}|A-12").json()["total"] == 1
    numbered = epj.put(f"Patient/{made['id']}", patient()).json()
    assert (numbered["id"], numbered["identifier"][0]["value"]) == (made["id"], KARI)
    bare = epj.post("Patient", patient(pid="B-1", system=LOCAL, gender=None, birthDate=None))
    assert faults(bare) == [("required", "Patient.birthDate"), ("required", "Patient.gender")]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"active": None}, [("required", "Patient.active")]),
        ({"active": "yes"}, [("value", "Patient.active")]),
        ({"name": [{"family": "Demosen"}]}, [("required", "Patient.name[0].given")]),
        ({"name": None}, [("required", "Patient.name[0].family"), ("required", "Patient.name[0].given")]),
        (
            {"address": None},
            [("required", "Patient.address[0].postalCode"), ("required", "Patient.address[0].city")],
        ),
        ({"gender": "kvinne"}, [("code-invalid", "Patient.gender")]),
        ({"birthDate": "1961-02-31"}, [("value", "Patient.birthDate")]),
        ({"identifier": None}, [("required", "Patient.identifier")]),
        ({"pid": "1" + KARI[1:]}, [("value", "Patient.identifier[0].value")]),
        ({"system": DNR}, [("value", "Patient.identifier[0].value")]),
        ({"nonsense": 1}, [("structure", "Patient")]),
        ({"name": {"family": "x"}}, [("structure", "Patient.name")]),
        ({"extension": [{"url": "x"}]}, [("invariant", "Patient.extension[0]")]),
        (
            {"link": [{"other": {"reference": "Patient/1"}, "type": "seealso"}]},
            [("not-supported", "Patient.link")],
        ),
        (
            {"link": [{"other": {"reference": "Patient/1"}, "type": "replaces"}]},
            [("value", "Patient.link")],
        ),
        ({"resourceType": "Person"}, [("structure", "resourceType")]),
    ],
)
def test_what_is_wrong_is_pointed_at(
    office: Office, epj: Epj, changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    answer = epj.post("Patient", patient(**changes))
    assert answer.status_code == 400
    assert faults(answer) == expected
    assert KARI not in answer.content.decode()
    with journal_scope(office.journal):
        assert vault.find(KARI) is None


def test_both_numbers_and_a_number_in_use(epj: Epj) -> None:
    d_number = synthetic_id(date(1961, 5, 2), d_number=True)
    both = [{"system": FNR, "value": KARI}, {"system": DNR, "value": d_number}]
    assert faults(epj.post("Patient", patient(identifier=both))) == [("value", "Patient.identifier")]
    created(epj)
    assert faults(epj.post("Patient", patient())) == [("duplicate", "Patient.identifier")]
    other = created(epj, pid=OLA, birthDate="1972-03-04")
    taken = epj.put(f"Patient/{other['id']}", patient())
    assert (taken.status_code, faults(taken)) == (400, [("duplicate", "Patient.identifier")])


def test_every_404_is_the_same(office: Office, epj: Epj) -> None:
    made = created(epj)
    mine = ticket_of(office, epj, KARI)
    nurse = Epj(office.caller("nes"))
    seen = {
        _without_ids(answer)
        for answer in (
            epj.get("Patient/unknown"),
            epj.get("Patient/0b1f3e0c-5b7d-4c52-9a4e-0c7d5f1e2a3b"),
            epj.get("Patient?patientTicket=unknown"),
            epj.put("Patient/unknown", patient()),
            nurse.get(f"Patient/{mine}"),
            nurse.get(f"Patient?patientTicket={mine}"),
            nurse.get("Basic?_query=JOURNALNOTE", **{"X-SFM-Patient-Ticket": mine}),
        )
    }
    assert len(seen) == 1
    assert nurse.get(f"Patient/{made['id']}").status_code == 200


def _without_ids(answer: Any) -> str:
    assert faults(answer) == [("not-found", "")]
    assert answer.status_code == 404
    return str([issue.get("details") for issue in answer.json()["issue"][1:-1]])


def test_three_people_and_another_journal(office: Office, epj: Epj, other_journal: Any, issuer: Any) -> None:
    made = created(epj)
    assert Epj(office.caller("nes")).get(f"Patient/{made['id']}").status_code == 200
    stranger = Epj(office.caller("dal")).get(f"Patient/{made['id']}")
    assert (stranger.status_code, faults(stranger)) == (403, [("forbidden", "")])
    elsewhere = Epj(office.caller(journal_id=other_journal.pk)).get(f"Patient/{made['id']}")
    assert (elsewhere.status_code, faults(elsewhere)) == (403, [("forbidden", "")])
    nobody = Client().get(f"/datadeling/v2/Patient/{made['id']}")
    assert (nobody.status_code, faults(nobody)) == (401, [("security", "")])
    assert nobody["WWW-Authenticate"].startswith("DPoP")


def test_json_and_xml_say_the_same(epj: Epj) -> None:
    made = created(epj)
    answer = epj.get(f"Patient/{made['id']}?_format=xml")
    assert answer["Content-Type"] == "application/fhir+xml; charset=utf-8"
    root = etree.fromstring(answer.content)
    assert root.tag == "{http://hl7.org/fhir}Patient"
    back = epj.put(
        f"Patient/{made['id']}",
        answer.content,
        **{"Content-Type": "application/fhir+xml", "Accept": "application/fhir+json"},
    )
    assert (back.status_code, back.json()) == (200, made)
    wrong = epj.post(
        "Patient", b"<Patient xmlns='http://hl7.org/fhir'><x/></Patient>", **{"Content-Type": "text/xml"}
    )
    assert (wrong.status_code, faults(wrong)) == (400, [("structure", "Patient")])


@pytest.mark.parametrize(
    ("body", "form", "status"),
    [
        (b" ", "application/fhir+json", 400),
        (b"[]", "application/fhir+json", 400),
        (b'{"resourceType":"Patient","a":1,"a":2}', "application/fhir+json", 400),
        (b'{"resourceType":' + b"[" * 5000, "application/fhir+json", 400),
        (b'{"a":' * 60 + b"1" + b"}" * 60, "application/fhir+json", 400),
        (b'{"resourceType":"Patient","x":' + b"9" * 5000 + b"}", "application/fhir+json", 400),
        (b'{"resourceType":"Patient","x":NaN}', "application/fhir+json", 400),
        (b"\xff\xfe{}", "application/json", 400),
        (b"{}" + b" " * (1024 * 1024), "application/fhir+json", 413),
        (
            b"<!DOCTYPE x [<!ENTITY a 'b'>]><Patient xmlns='http://hl7.org/fhir'/>",
            "application/fhir+xml",
            400,
        ),
        (b"{}", "text/plain", 415),
    ],
)
def test_hostile_content(epj: Epj, body: bytes, form: str, status: int) -> None:
    answer = epj.post("Patient", body, **{"Content-Type": form})
    assert answer.status_code == status
    assert faults(answer)


@pytest.mark.parametrize("alias", ["", "fhir/", "v2/", "v2/fhir/"])
def test_the_four_spellings_of_an_address(epj: Epj, alias: str) -> None:
    answer = epj.get(f"/datadeling/{alias}Patient?identifiers={FNR}|{KARI}")
    assert answer.json()["link"][0]["url"] == f"http://testserver/datadeling/{alias}Patient"


@pytest.mark.parametrize(
    ("method", "what"),
    [
        ("DELETE", "Patient/1"),
        ("PATCH", "Patient/1"),
        ("GET", "Patient/1/_history/1"),
        ("POST", ""),
        ("GET", ""),
        ("POST", "Task"),
        ("GET", "Task/1"),
        ("PUT", "Basic/1"),
        ("GET", "Encounter"),
    ],
)
def test_what_is_not_offered(epj: Epj, method: str, what: str) -> None:
    answer = epj._send(method, what, {} if method != "GET" else None, {})
    assert (answer.status_code, faults(answer)) == (501, [("not-supported", "")])


def test_formats(epj: Epj) -> None:
    where = f"Patient?identifiers={FNR}|{KARI}"
    assert epj.get(where, Accept="application/pdf").status_code == 406
    assert epj.get(f"{where}&_format=pdf").status_code == 406
    xml = epj.get(where, Accept="application/json;q=0.1, application/fhir+xml")
    assert xml["Content-Type"].startswith("application/fhir+xml")
    assert epj.get(where, Accept="text/html, */*;q=0.1")["Content-Type"].startswith("application/fhir+json")


def test_no_log_holds_a_ticket_or_a_number(
    office: Office, epj: Epj, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    created(epj)
    ticket = ticket_of(office, epj, KARI)
    epj.get(f"Patient?identifiers={FNR}|{KARI}&patientTicket={ticket}&_format=pdf")
    Epj(office.caller("nes")).get(f"Patient/{ticket}")
    epj._send("DELETE", f"Patient/{ticket}", None, {})
    own = [record for record in caplog.records if not record.name.startswith(("django.db", "faker"))]
    assert not [r for r in own if ticket in r.getMessage() or KARI in r.getMessage()]


@pytest.mark.parametrize("path", ["Patient/{}", "Patient?name={}", "Patient?{}=x", "List?patientTicket={}"])
def test_a_number_stands_only_where_the_contract_asks_for_it(epj: Epj, path: str) -> None:
    answer = epj.get(path.format(KARI))
    assert answer.status_code == 400
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert KARI not in answer.content.decode()
    assert epj.get(f"Patient?identifiers={FNR}|{KARI}").status_code == 200
