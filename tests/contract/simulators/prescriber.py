"""A prescriber's system in a few lines: builds messages with sfm.wire, signs with an own authority, speaks SOAP."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from sfm.wire import m1, m5, m41, m95, m97, m251, m911, medications, messages, parties, signing, soap, values
from sfm.wire.msghead import ConversationRef
from tests import plain_http

PATIENT, DOCTOR, NURSE, COLLEAGUE = "05857512148", "05857512229", "05857512490", "05857512571"
HPR, HER, ORGNR = "009990001", "8800001", "999300001"
_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SEED: dict[str, Any] = {
    "settings": {"trust_first_use": False, "async_enabled": False},
    "organisations": [{"her": HER, "orgnr": ORGNR, "name": "Oppdiktet legesenter"}],
    "hpr": [
        {"hpr": HPR, "pid": DOCTOR, "given": "Lise Oppdiktet", "family": "Demolege"},
        {
            "hpr": "009990002",
            "pid": NURSE,
            "given": "Nora",
            "family": "Demopleier",
            "category": "SP",
            "right": "none",
        },
        {
            "hpr": "009990003",
            "pid": COLLEAGUE,
            "given": "Kai",
            "family": "Demokollega",
            "right": "no_group_a",
        },
    ],
    "patients": [{"pid": PATIENT, "given": "Kari Oppdiktet", "family": "Demosen", "sex": "2"}],
}


def code(system: int, value: str, name: str) -> values.CV:
    return values.CV(code=value, system=f"{values.OID_PREFIX}{system}", display=name)


def ident(number: str, kind: str) -> values.Ident:
    return values.Ident(id=number, type=code(8116 if kind in {"HPR", "FNR"} else 9051, kind, kind))


def certificate(name: str, serial: str = "", *, days: int = 800, person: bool = False) -> bytes:
    """PEM, self-signed. `days` until it expires; negative is expired."""
    names = [x509.NameAttribute(NameOID.COMMON_NAME, name)]
    if serial:
        names.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, serial))
    now = datetime.now(UTC)
    flags = dict.fromkeys(("key_encipherment", "data_encipherment", "key_agreement", "crl_sign"), False)
    flags |= dict.fromkeys(("encipher_only", "decipher_only", "key_cert_sign"), False)
    usage = x509.KeyUsage(digital_signature=not person, content_commitment=True, **flags)
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(names))
        .issuer_name(x509.Name(names))
        .public_key(_KEY.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(usage, critical=True)
        .sign(_KEY, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM)


def key_pem() -> bytes:
    return _KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def metoprolol(**changes: Any) -> m1.Prescription:
    """A plain prescription that RF takes. `changes` go to the prescription itself."""
    today = date.fromisoformat(str(datetime.now(UTC).date()))
    package = medications.Package(
        atc=code(7180, "C07AB02", "Metoprolol"),
        name_form_strength="Selo-Zok depottab 50 mg",
        dispensing_group=values.CS(code=changes.pop("group", "C"), display="Reseptgruppe"),
        form=code(7448, "53", "Tablett"),
        item_number="123456",
        prescribed_packages=(
            medications.PrescribedPackage(brand_name="Selo-Zok", size="98", unit=code(7452, "stk", "stykk")),
        ),
    )
    drug = m1.PrescribedMedication(
        item_group=values.CS(code="L", display="Legemiddel"),
        package_count=Decimal(changes.pop("packages", 1)),
        legal_basis=changes.pop("paragraph", None),
        reimbursement_code=changes.pop("reimbursement_code", None),
        refills=changes.pop("refills", 1),
        prescribing=m1.Prescribing(
            dosage_text="1 tablett morgen", use_type=values.CS(code="1", display="Fast"), package=package
        ),
    )
    whole = {
        "prescribed_on": today,
        "expires_on": today + timedelta(days=364),
        "medication": drug,
        "catalogue_updated_at": datetime(2026, 11, 1, tzinfo=UTC),
    }
    return m1.Prescription(**(whole | changes))


@dataclass
class Prescriber:
    """Sends to the simulator at `url`; remembers the last bytes sent."""

    url: str
    hpr: str = HPR
    her: str = HER
    category: str = "LE"
    signer_certificate: bytes = field(default_factory=lambda: certificate("Oppdiktet legesenter", ORGNR))
    sent: bytes = b""

    def party(self) -> parties.Party:
        return parties.Party(
            organisation=parties.Organisation(
                name="Oppdiktet legesenter",
                idents=(ident(ORGNR, "ENH"), ident(self.her, "HER")),
                address=values.Address(
                    type=values.CS(code="RES", display="Besøksadresse"),
                    street="Gata 1",
                    postal_code="0001",
                    city="Oslo",
                ),
                telecoms=(
                    values.TeleCom(
                        type=values.CS(code="HP", display="Hovedtelefon"),
                        address=values.URL(value="tel:22000000"),
                    ),
                ),
                professional=parties.HealthcareProfessional(
                    personnel_category=values.CS(code=self.category, display=self.category),
                    family_name="Demolege",
                    given_name="Lise Oppdiktet",
                    idents=(ident(self.hpr, "HPR"),),
                ),
            )
        )

    def build(self, kind: str, body: object, **options: Any) -> bytes:
        """A message, signed when its type is to be. Options: id, at, patient, pid, parent, namespace, sign."""
        patient = None
        if kind in {"ERM1", "ERM5", "ERM251", "ERM271", "ERM241"}:
            patient = options.get("patient") or parties.Patient(
                family_name="Demosen",
                given_name="Kari Oppdiktet",
                sex=values.CS(code="2", display="Kvinne"),
                idents=(ident(options.get("pid", PATIENT), "FNR"),),
            )
        parent = options.get("parent")
        written = messages.compose(
            kind,
            body,
            id=options.get("id") or str(uuid.uuid4()),
            generated_at=options.get("at") or datetime.now(UTC),
            sender=self.party(),
            receiver=parties.Party(
                organisation=parties.Organisation(name="Reseptformidleren", idents=(ident("80624", "HER"),))
            ),
            patient=patient,
            namespace=options.get("namespace"),
            conversation=ConversationRef(parent=parent, conversation=parent) if parent else None,
        )
        if not options.get("sign", messages.BY_CODE[kind].person_signed):
            return written
        return signing.sign(written, signing.KeySigner(key_pem(), self.signer_certificate))

    def post(self, kind: str, message: bytes, **headers: str) -> httpx.Response:
        self.sent = message
        operation = soap.REKVIRENT_OPERATIONS[soap.ACTION_OF_KIND[kind]]
        content = soap.request(operation, message)
        sent = {"SOAPAction": f'"{operation.action}"', "Content-Type": soap.CONTENT_TYPE} | headers
        return plain_http.post(f"{self.url}{soap.REKVIRENT_PATH}", content=content, headers=sent, timeout=20)

    def send(self, kind: str, body: object, **options: Any) -> soap.Answer:
        return soap.parse_response(self.post(kind, self.build(kind, body, **options)).content)

    def codes(self, kind: str, body: object, **options: Any) -> set[str]:
        """What RF says is wrong; empty when accepted."""
        answer = self.send(kind, body, **options)
        return {error.code or "" for error in answer.apprec.errors} if answer.apprec else set()

    def prescribe(self, **options: Any) -> str:
        """An accepted M1; its ReseptId."""
        resept_id = str(uuid.uuid4())
        assert self.codes("ERM1", metoprolol(**options), id=resept_id) == set()
        return resept_id

    def recall(self, resept_id: str, reason: str = "2") -> set[str]:
        return self.codes("ERM5", m5.Recall(prescription_id=resept_id, reason=code(7500, reason, "Årsak")))

    def list(
        self,
        *,
        everything: bool = True,
        pid: str = PATIENT,
        numbers: tuple[str, ...] = (),
        at: datetime | None = None,
    ) -> Any:
        """The opened M9.6."""
        wish = values.CS(code="1" if everything else "2", display="Ja" if everything else "Nei")
        body = m95.PrescriptionsRequest(national_id=pid, all_prescriptions=wish, reference_numbers=numbers)
        return messages.open_message(self.send("ERM95", body, at=at).document)

    def status(self, resept_id: str) -> Any:
        return next((row for row in self.list().body.prescriptions if row.prescription_id == resept_id), None)

    def dispensings(self, resept_id: str) -> Any:
        return messages.open_message(
            self.send("ERM97", m97.DispensingsRequest(prescription_id=resept_id)).document
        )

    def shared_list(self) -> Any:
        return messages.open_message(
            self.send("ERM911", m911.SharedListRequest(national_id=PATIENT)).document
        )

    def numbers(self, count: int) -> Any:
        return messages.open_message(
            self.send("ERM41", m41.ReferenceNumberRequest(count=count)).document
        ).body.numbers

    def write_list(
        self, parent: str | None = None, entries: tuple[m251.SharedListEntry, ...] = ()
    ) -> set[str]:
        responsible = m251.Role(
            role=values.CS(code="L", display="LIB-ansvarlig lege"),
            professional=m1.Professional(hpr=ident(self.hpr, "HPR")),
        )
        return self.codes(
            "ERM251", m251.SharedMedicationList(roles=(responsible,), entries=entries), parent=parent
        )
