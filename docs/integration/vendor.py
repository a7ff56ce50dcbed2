"""From nothing to a sent prescription through Basis, and to an open patient through the Session Gateway.

Needs a running demo (`python3 manage.py demo`), Python 3.11, and `pip install httpx "pyjwt[crypto]"`:

    python docs/integration/vendor.py --sfm http://localhost:8000 --helseid http://127.0.0.1:8020

It imports nothing of SFM: what you read here is what your record system must do. The client id «ditt-epj» is registered
with SFM in the demo; with HelseID it registers itself, which in the real world is done by hand. `--trace` prints every
call, and `--call` makes one of your own and prints the answer:

    python docs/integration/vendor.py --call GET /datadeling/v2/Task?type=None
    python docs/integration/vendor.py --call POST '/basis/v2/Patient/$getMedication' examples/get-medication.json

`--person dal` calls as a doctor who is also an administrator.
"""

# ruff: noqa: DTZ011, S101, T201  a script for others: it prints, and has nothing but the standard library and two packages
from __future__ import annotations

import argparse
import base64
import copy
import hashlib
import json
import os
import re
import secrets
import time
import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec

CLIENT_ID = "ditt-epj"
REDIRECT, FRAME_PAGE = "http://127.0.0.1:8050/retur", "http://127.0.0.1:8050"
SCOPES = (
    "openid profile helseid://scopes/identity/pid helseid://scopes/identity/security_level "
    "helseid://scopes/identity/assurance_level helseid://scopes/hpr/hpr_number e-helse:sfm.api/sfm.api2"
)
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
JOURNAL, ORGNR, SUPPLIER = "4f1d0a52-6c0e-4a39-9d3b-5b6d6f0f0001", "310001104", "999999900"
DOCTOR = "berg"  # Vilde Oppdiktet Demoberg, chosen on HelseID's pick-a-person page
PATIENT_NUMBER = "05918349946"  # Anne Oppdiktet Fiktiveng, synthetic
EHELSE = "http://ehelse.no/fhir/"
DETAILS = [
    {
        "type": "helseid_authorization",
        "practitioner_role": {
            "organization": {
                "identifier": {"system": "urn:oid:1.0.6523", "type": "ENH", "value": f"NO:ORGNR:{ORGNR}"}
            }
        },
    },
    {"type": "nhn:sfm:journal-id", "value": {"journal_id": JOURNAL}},
]


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Key:
    """An ES256 key. A client has one for its assertions; every login has one of its own for DPoP."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        whole = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.private.public_key()))  # type: ignore[arg-type]
        self.jwk = {name: whole[name] for name in ("crv", "kty", "x", "y")}

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        return jwt.encode(claims, self.private, algorithm="ES256", headers=header)  # type: ignore[arg-type]

    def proof(self, method: str, url: str, *, token: str = "", nonce: str = "") -> str:
        """A DPoP proof for one call: never used twice."""
        claims = {"jti": str(uuid.uuid4()), "htm": method, "htu": url, "iat": int(time.time())}
        if token:
            claims["ath"] = b64url(hashlib.sha256(token.encode()).digest())
        return self.sign(claims | ({"nonce": nonce} if nonce else {}), typ="dpop+jwt", jwk=self.jwk)


class RecordSystem:
    """Your record system's server. `token` and `key` belong to the doctor who has logged in."""

    def __init__(self, sfm: str, helseid: str, *, trace: bool = False) -> None:
        self.sfm, self.helseid, self.trace = sfm.rstrip("/"), helseid.rstrip("/"), trace
        self.http = httpx.Client(timeout=60)
        self.client_key, self.key, self.token = Key(), Key(), ""

    # --- HelseID ---------------------------------------------------------------------------------------------------
    def register(self) -> None:
        """By hand in HelseID's self-service in the real world."""
        self.http.post(
            f"{self.helseid}/api/clients",
            json={
                "client_id": CLIENT_ID,
                "jwk": self.client_key.jwk,
                "redirect_uris": [REDIRECT],
                "scopes": SCOPES.split(),
                "tenancy": "multi-tenant",
                "orgnr_supplier": SUPPLIER,
                "organisations": [{"parent": ORGNR, "child": ""}],
                "journal_ids": [JOURNAL],
            },
        ).raise_for_status()

    def log_in(self, person: str = DOCTOR) -> None:
        """PAR, the person's own login in a browser, and the code redeemed for a DPoP-bound token."""
        verifier = secrets.token_urlsafe(48)
        pushed = self.http.post(
            f"{self.helseid}/connect/par",
            data=self._client()
            | {
                "response_type": "code",
                "redirect_uri": REDIRECT,
                "scope": SCOPES,
                "state": "abc",
                "code_challenge": b64url(hashlib.sha256(verifier.encode()).digest()),
                "code_challenge_method": "S256",
                "resource": "e-helse:sfm.api",
            },
        ).raise_for_status()
        query = {"client_id": CLIENT_ID, "request_uri": pushed.json()["request_uri"], "test_person": person}
        landed = self.http.get(f"{self.helseid}/connect/authorize", params=query).headers["Location"]
        code = parse_qs(urlsplit(landed).query)["code"][0]
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": verifier,
            "redirect_uri": REDIRECT,
        }
        answer = self._redeem(form)
        if "DPoP-Nonce" in answer.headers and answer.status_code == 400:  # HelseID asks once
            answer = self._redeem(form, answer.headers["DPoP-Nonce"])
        self.token = answer.raise_for_status().json()["access_token"]

    def _redeem(self, form: dict[str, str], nonce: str = "") -> httpx.Response:
        url = f"{self.helseid}/connect/token"
        proof = self.key.proof("POST", url, nonce=nonce)
        return self.http.post(url, data=form | self._client(), headers={"DPoP": proof})

    def _client(self) -> dict[str, str]:
        now = int(time.time())
        claims = {
            "iss": CLIENT_ID,
            "sub": CLIENT_ID,
            "aud": self.helseid,
            "iat": now,
            "nbf": now,
            "exp": now + 10,
            "jti": str(uuid.uuid4()),
            "assertion_details": DETAILS,
        }
        signed = self.client_key.sign(claims, typ="client-authentication+jwt")
        return {
            "client_id": CLIENT_ID,
            "client_assertion_type": ASSERTION,
            "client_assertion": signed,
        }

    # --- SFM -------------------------------------------------------------------------------------------------------
    def call(self, method: str, path: str, body: Any = None, kind: str = "application/fhir+json") -> Any:
        """One call with the doctor's token and a fresh proof. Raises with SFM's own words when it is refused."""
        url = self.sfm + path
        headers = {
            "Authorization": f"DPoP {self.token}",
            "DPoP": self.key.proof(method, url.partition("?")[0], token=self.token),
            "Content-Type": kind,
        }
        content = body if body is None or isinstance(body, str) else json.dumps(body)
        answer = self.http.request(method, url, content=content, headers=headers)
        if self.trace:
            print(f"{method} {path} → {answer.status_code}")
        if answer.status_code >= 400:
            raise SystemExit(f"{method} {path}: {answer.status_code}\n{answer.text}")
        return answer.json() if answer.content else None


def one_call(epj: RecordSystem, method: str, path: str, file: str = "") -> Any:
    """Any call. In address and file `{ticket}`, `{pid}` and `{id <search>}` stand for a ticket of the patient, a number
    nobody has, and the id of the first hit of a search. As file, «same» is what a GET of the address answers."""
    path = _filled(epj, path)
    if file == "same":
        return epj.call(method, path, epj.call("GET", path))
    body = _filled(epj, (Path(__file__).parent / file).read_text(encoding="utf-8")) if file else ""
    kind = "application/fhir+json" if path.startswith(("/datadeling", "/basis")) else "application/json"
    if path.endswith("/_search"):
        kind = "application/x-www-form-urlencoded"
    return epj.call(method, path, body or None, kind)


def _filled(epj: RecordSystem, text: str) -> str:
    if "{ticket}" in text:
        given = {"patientPid": PATIENT_NUMBER}
        text = text.replace("{ticket}", epj.call("POST", "/api/v2/PatientTicket", given, "application/json"))
    while found := re.search(r"\{id ([^}]+)\}", text):
        hits = epj.call("GET", f"/datadeling/v2/{_filled(epj, found[1])}")
        text = text.replace(found[0], hits["entry"][0]["resource"]["id"])
    return text.replace("{pid}", synthetic_number())


def synthetic_number() -> str:
    """A number of nobody: month + 80, and two right check digits."""
    while True:
        day, serial = secrets.randbelow(28) + 1, secrets.randbelow(500)
        digits = [int(digit) for digit in f"{day:02}{secrets.randbelow(12) + 81:02}61{serial:03}"]
        for weights in ((3, 7, 6, 1, 8, 9, 4, 5, 2), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)):
            rest = sum(weight * digit for weight, digit in zip(weights, digits, strict=True)) % 11
            digits.append(11 - rest if rest else 0)
        if 10 not in digits:
            return "".join(map(str, digits))


# --- Basis ---------------------------------------------------------------------------------------------------------
def patient() -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "meta": {"profile": [f"{EHELSE}StructureDefinition/sfm-Patient"]},
        "identifier": [
            {"use": "official", "system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": PATIENT_NUMBER}
        ],
        "active": True,
        "name": [{"family": "Fiktiveng", "given": ["Anne", "Oppdiktet"]}],
        "gender": "female",
        "address": [{"use": "home", "line": ["Oppdiktveien 4"], "city": "Oslo", "postalCode": "0001"}],
    }


def get_medication(epj: RecordSystem) -> dict[str, Any]:
    """The list, from Reseptformidleren and kjernejournal. Waits for both, at most 20 seconds."""
    given = {"resourceType": "Parameters", "parameter": [{"name": "patient", "resource": patient()}]}
    answer = epj.call("POST", "/basis/v2/Patient/$getMedication", given)
    said = {one["name"]: one for one in answer["parameter"]}
    for name in ("RFM96Feilkode", "RFM912Feilkode", "KJFeilkode"):
        coding = said[name]["valueCodeableConcept"]["coding"][0]
        print(f"  {name}: {coding['code']} {coding['display']}")
    bundle: dict[str, Any] = said["medication"]["resource"]
    return bundle


def next_document(bundle: dict[str, Any]) -> dict[str, Any]:
    """The same document, replacing the one it was: everything in it goes back, changed or not."""
    made = copy.deepcopy(bundle)
    composition = made["entry"][0]["resource"]
    old = composition["identifier"]["value"]
    composition["identifier"]["value"] = str(uuid.uuid4())
    composition["relatesTo"] = [{"code": "replaces", "targetIdentifier": {"value": old}}]
    author = composition["author"][0]["reference"]
    at = datetime.now(UTC).isoformat(timespec="seconds")
    composition["attester"] = [{"mode": "legal", "time": at, "party": {"reference": author}}]
    return made


def prescribe(bundle: dict[str, Any]) -> str:
    """Add a medicine with an e-prescription (examples/prescription.json). Returns the id we give the prescription."""
    resept_id, medication, statement, today = (*(str(uuid.uuid4()) for _ in range(3)), date.today())
    person = next(one["fullUrl"] for one in bundle["entry"] if one["resource"]["resourceType"] == "Patient")
    values = {
        "medication": f"urn:uuid:{medication}",
        "statement": f"urn:uuid:{statement}",
        "patient": person,
        "reseptId": resept_id,
        "pllId": str(uuid.uuid4()),
        "today": today.isoformat(),
        "expires": (today + timedelta(days=364)).isoformat(),
    }
    text = (Path(__file__).parent / "examples/prescription.json").read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    bundle["entry"] += json.loads(text)
    sections = bundle["entry"][0]["resource"]["section"]
    listed = next(one for one in sections if one["code"]["coding"][0]["code"] == "sectionMedication")
    listed.pop("emptyReason", None)
    listed.setdefault("entry", []).append({"reference": values["statement"]})
    return resept_id


def send_medication(epj: RecordSystem, bundle: dict[str, Any]) -> dict[str, str]:
    """Signed, sent and answered for, each prescription by itself. Returns ReseptId → result code."""
    given = {"resourceType": "Parameters", "parameter": [{"name": "medication", "resource": bundle}]}
    answer = epj.call("POST", "/basis/v2/Patient/$sendMedication", given)
    parts = [
        {part["name"]: part for part in one["part"]}
        for one in answer["parameter"]
        if one["name"] == "prescriptionOperationResult"
    ]
    return {one["reseptID"]["valueString"]: one["resultCode"]["valueCoding"]["code"] for one in parts}


# --- the Session Gateway ------------------------------------------------------------------------------------------
def open_patient(epj: RecordSystem) -> str:
    """What your server and the frame do together, from session to an open patient. Returns the page."""
    raw = os.urandom(64)
    nonce, digest = base64.b64encode(raw).decode(), base64.b64encode(hashlib.sha512(raw).digest()).decode()
    session = epj.call("POST", "/api/v2/Session/create", {"nonce": digest}, "application/json")
    ticket = epj.call("POST", "/api/v2/PatientTicket", {"patientPid": PATIENT_NUMBER}, "application/json")

    # From here on it is SFM's own page in your frame that acts, when you post it `login` and `setPatient`
    page = _in_the_frame(session, nonce, ticket)
    epj.call("POST", "/api/v2/Session/end", None, "application/json")
    return page


def _in_the_frame(session: dict[str, Any], nonce: str, ticket: str) -> str:
    origin = session["apiAddress"].rstrip("/")
    ours = {"Origin": origin, "Sec-Fetch-Site": "same-origin"}
    with httpx.Client(headers=ours, timeout=60) as frame:
        empty = frame.get(session["clientAddress"])
        assert FRAME_PAGE in empty.headers["Content-Security-Policy"]
        headers = {"Authorization": session["code"], "Content-Type": "application/json"}
        logged_in = frame.post(f"{origin}/api/Login", content=json.dumps(nonce), headers=headers)
        logged_in.raise_for_status()
        # httpx keeps no Secure cookie of a plain http address; a browser does, of localhost
        cookies = "; ".join(one.partition(";")[0] for one in logged_in.headers.get_list("Set-Cookie"))
        headers = {"X-CSRFToken": logged_in.json()["csrfToken"], "Accept": "application/json"}
        chosen = frame.post(
            session["clientAddress"] + "sett",
            json={"ticket": ticket, "encounterIdentifier": str(uuid.uuid4())},
            headers=headers | {"Cookie": cookies},
        )
        address = origin + chosen.raise_for_status().json()["url"]
        return frame.get(address, headers={"Cookie": cookies}).raise_for_status().text


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    arguments.add_argument("--sfm", default="http://localhost:8000")
    arguments.add_argument("--helseid", default="http://127.0.0.1:8020")
    arguments.add_argument("--trace", action="store_true")
    arguments.add_argument("--person", default=DOCTOR)
    arguments.add_argument("--token", action="store_true")
    arguments.add_argument("--call", nargs="+", metavar=("METHOD", "PATH"))
    given = arguments.parse_args()
    epj = RecordSystem(given.sfm, given.helseid, trace=given.trace)
    try:
        run(epj, given)
    finally:
        epj.http.close()


def run(epj: RecordSystem, given: argparse.Namespace) -> None:
    epj.register()
    epj.log_in(given.person)
    if given.token:  # for the variables of collection.json
        whole = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(epj.key.private))  # type: ignore[arg-type]
        print(json.dumps({"sfm": epj.sfm, "token": epj.token, "clientKey": json.dumps(whole)}, indent=1))
        return
    if given.call:
        print(json.dumps(one_call(epj, *given.call), ensure_ascii=False, indent=1))
        return
    print("1. Logged in through HelseID")
    document = next_document(get_medication(epj))
    count = sum(one["resource"]["resourceType"] == "MedicationStatement" for one in document["entry"])
    print(f"2. Fetched {count} medicines")
    resept_id = prescribe(document)
    result = send_medication(epj, document)
    print(f"3. Sent the prescription {resept_id}: {result}")
    if result.get(resept_id) != "0":
        raise SystemExit("the prescription was not accepted")
    page = open_patient(epj)
    print(f"4. Opened the patient; the page shows the medicine: {'antoprazol' in page}")
    if "antoprazol" not in page:
        raise SystemExit("the patient's page does not show it")


if __name__ == "__main__":
    main()
