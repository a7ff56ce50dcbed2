"""Fault scripts (eresept.md 13.6): what they do to the answer, and what RF remembers afterwards."""

from __future__ import annotations

import time
import uuid
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from sfm.wire import codes_7419, messages, signing
from sfm.wire.safe_xml import WireFormatError
from sfm.wire.soap import SoapFault, parse_response
from tests.contract.simulators.desk import Desk
from tests.contract.simulators.prescriber import PATIENT, SEED, Prescriber, metoprolol
from tests.simulators import start_simulator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def rule(do: dict[str, Any], **when: Any) -> dict[str, Any]:
    return {"name": "prøve", "when": when, "do": do}


def test_a_lost_answer_was_processed_and_the_retry_says_so(doctor: Prescriber, rf: Desk) -> None:
    rf.faults(rule({"close_connection": "after"}, operation="M1", nth=1))
    message = doctor.build("ERM1", metoprolol())
    with pytest.raises(httpx.TransportError):
        doctor.post("ERM1", message)
    assert b'V="65"' in doctor.post("ERM1", message).content
    (line,) = rf.state()["messages"].values()
    assert (line["received"], line["accepted"]) == (2, 1)


def test_a_request_lost_on_the_way_was_not_processed(doctor: Prescriber, rf: Desk) -> None:
    rf.faults(rule({"close_connection": "before"}, operation="M1", nth=1))
    message = doctor.build("ERM1", metoprolol())
    with pytest.raises(httpx.TransportError):
        doctor.post("ERM1", message)
    assert rf.state()["prescriptions"] == {}
    assert b'V="1" DN="OK"' in doctor.post("ERM1", message).content


def test_down_flapping_and_slow(doctor: Prescriber, rf: Desk) -> None:
    rf.post("faults", scenario="RF nede")
    assert doctor.post("ERM1", doctor.build("ERM1", metoprolol())).status_code == 503
    rf.faults(rule({"flap": 2}))
    assert [doctor.post("ERM1", doctor.sent).status_code for _ in range(3)] == [503, 503, 200]
    rf.faults(rule({"delay_ms": 400}))
    begun = time.monotonic()
    doctor.list()
    assert time.monotonic() - begun > 0.4


def test_a_forced_refusal_changes_nothing(doctor: Prescriber, rf: Desk) -> None:
    rf.faults(rule({"apprec": {"errors": [330, 13]}}, operation="M1", atc="C07*"))
    assert doctor.codes("ERM1", metoprolol()) == {"330", "13"}
    assert rf.state()["prescriptions"] == {}


@pytest.mark.parametrize("damage", ["truncate", "malformed_xml", "empty_body", "gzip_surprise"])
def test_a_damaged_answer_cannot_be_read_but_the_message_was_taken(
    doctor: Prescriber, rf: Desk, damage: str
) -> None:
    rf.faults(rule({damage: True}))
    resept_id = str(uuid.uuid4())
    with pytest.raises(WireFormatError):
        doctor.send("ERM1", metoprolol(), id=resept_id)
    assert rf.state()["messages"][resept_id]["accepted"] == 1


def test_untrue_answers(doctor: Prescriber, rf: Desk) -> None:
    doctor.prescribe()
    rf.faults(rule({"unknown_codes": True, "partial_result": True}, operation="M9_5"))
    answer = doctor.list()
    assert (answer.body.prescriptions[0].status.code, answer.attachments) == ("Q", ())
    rf.faults(rule({"wrong_msgid": True}, operation="M9_5"))
    assert doctor.list().envelope.info.conversation.parent not in doctor.sent.decode()
    rf.faults(rule({"bad_signature": True}, operation="M9_5"))
    spoiled = doctor.list()
    check = signing.verify(spoiled.attachments[0], trusted=None, at=spoiled.envelope.info.generated_at)
    assert check.status == "invalid"
    rf.faults(rule({"soap_fault": "Intern feil"}))
    with pytest.raises(SoapFault):
        doctor.list()


def test_another_doctor_slips_in_by_script(doctor: Prescriber, rf: Desk) -> None:
    rf.post("faults", scenario="Annen lege oppdaterer PLL")
    assert doctor.write_list() == {"226"}
    assert doctor.write_list(parent=doctor.shared_list().body.patient.head) == set()


def test_rules_that_cannot_be_understood_are_refused(rf: Desk) -> None:
    refused = rf.refusal("faults", rules=[rule({"explode": True})])
    assert refused.status_code == 400
    assert "explode" in refused.json()["error"]


def test_every_code_can_be_returned(doctor: Prescriber, rf: Desk) -> None:
    """The product shows a text for each of the 385; here they all get through SOAP and AppRec."""
    every = sorted(codes_7419.every())
    rf.faults(rule({"apprec": {"errors": every}}))
    answer = parse_response(doctor.post("ERM1", doctor.build("ERM1", metoprolol())).content)
    assert answer.apprec is not None
    assert [error.code for error in answer.apprec.errors] == every


class Door(BaseHTTPRequestHandler):
    """The product's door for asynchronous messages: fails once, then answers."""

    came: list[bytes] = []
    fail_first = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        failing = Door.fail_first and not Door.came
        Door.came.append(body)
        self.send_response(503 if failing else 200)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Silence."""


@pytest.fixture
def delivering(tmp_path: Path) -> Iterator[Desk]:
    """An RF that posts its asynchronous messages to a door of ours."""
    Door.came = []
    server = HTTPServer(("127.0.0.1", 0), Door)
    Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/integrasjon/rf/inn"
    simulator = start_simulator("rf", directory=tmp_path, env={"SFM_RF_ASYNC_URL": url})
    yield Desk(simulator.url)
    simulator.stop()
    server.shutdown()
    server.server_close()


def test_asynchronous_messages_are_posted_until_taken(delivering: Desk) -> None:
    sender = Prescriber(delivering.url)
    delivering.post("seed", **SEED, certificates=[sender.signer_certificate.decode()])
    resept_id = sender.prescribe()
    delivering.post("apotek/dispense", resept_id=resept_id)
    delivering.post("settings", async_enabled=True)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and delivering.state()["outgoing"][0]["state"] != "delivered":
        delivering.post("post")
        time.sleep(0.1)
    (report,) = delivering.state()["outgoing"]
    assert (report["type"], report["state"]) == ("ERM6", "delivered")
    assert len(Door.came) == 2  # one failed, one was taken: none was posted twice at the same time
    assert len(set(Door.came)) == 1
    opened = messages.open_message(Door.came[-1])
    assert opened.envelope.info.patient is not None
    assert opened.envelope.info.patient.national_id == PATIENT
