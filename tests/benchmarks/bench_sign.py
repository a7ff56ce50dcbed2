"""Signing one prescription: rights, hard stops, M1 and M25.1 built and signed, audit and outbox, in one transaction."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from sfm.exchange import signing
from sfm.exchange.models import Message
from sfm.medication.actions import treatments
from sfm.tenancy import keys
from sfm.wire import signing as xml_signing
from tests.benchmarks.bench_pages import bare
from tests.factories import contents, sending

if TYPE_CHECKING:
    from sfm.core.actor import Actor

ROUNDS = 40
pytestmark = pytest.mark.usefixtures("in_journal")


def bench_sign_and_commit(prescriber: Actor) -> None:
    sending.unit(prescriber)
    patient = sending.patient()
    sending.looked_up(patient)
    times = []
    for _ in range(ROUNDS):
        treatments.create(content=contents.content(), by=prescriber, patient=patient)
        intent = signing.review(patient_key=patient, by=prescriber, session_id="s").intent_id
        start = time.process_time()
        sending.sign(patient, prescriber, intent)
        times.append((time.process_time() - start) * 1000)
    times.sort()
    base, _ = bare()
    median, p95 = times[ROUNDS // 2], times[ROUNDS * 95 // 100]
    print(
        f"\nsigner og lagre M1 + M25.1: median {median:.1f} ms, p95 {p95:.1f} ms CPU: {median / base:.0f} x naken"
    )
    print(f"av dette XMLDSig (RSA-3072), én melding: {_one_signature():.1f} ms")


def _one_signature() -> float:
    message = Message.objects.filter(kind="ERM1").first()
    assert message is not None
    assert message.raw is not None
    unsigned = message.raw.split(b"<Signature", 1)[0].split(b"<ds:Signature", 1)[0] + b"</MsgHead>"
    held = keys.signer()
    signer = xml_signing.KeySigner(held.key_pem, held.certificate_pem)
    start = time.process_time()
    for _ in range(10):
        xml_signing.sign(unsigned, signer)
    return (time.process_time() - start) * 100
