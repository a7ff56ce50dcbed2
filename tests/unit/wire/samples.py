"""Invented messages for the tests of the wire."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from sfm.wire import m1, messages
from sfm.wire.dosing import DosagePeriod, FixedDose
from sfm.wire.medications import Package, PrescribedPackage
from sfm.wire.parties import HealthcareProfessional, Organisation, Party, Patient
from sfm.wire.signing import KeySigner
from sfm.wire.values import URL, Address, TeleCom, cs, cv, ident, on_day, pq

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
NATIONAL_ID = "01818530184"

SENDER = Party(
    organisation=Organisation(
        name="Oppdiktet legekontor",
        idents=(ident("ENH", "999999999"), ident("HER", "8000001")),
        address=Address(
            type=cs("RES", "Besøksadresse"), street="Påfunnveien 1", postal_code="0001", city="Oslo"
        ),
        telecoms=(TeleCom(type=cs("HP", "Hovedtelefon"), address=URL(value="tel:21000000")),),
        professional=HealthcareProfessional(
            personnel_category=cs("LE", "Lege"),
            family_name="Demosen",
            given_name="Lege Oppdiktet",
            idents=(ident("HPR", "9999999"),),
        ),
    )
)
RF = Party(
    organisation=Organisation(
        name="Reseptformidleren", idents=(ident("ENH", "888888888"), ident("HER", "8000002"))
    )
)
PATIENT = Patient(
    family_name="Demosen",
    given_name="Kari Oppdiktet",
    sex=cs("2", "Kvinne"),
    idents=(ident("FNR", NATIONAL_ID),),
    address=Address(
        type=cs("H", "Bostedsadresse"), postal_code="0001", city="Oslo", municipality=cs("0301", "Oslo")
    ),
)
PACKAGE = Package(
    atc=cv("C09AA02", 7180, "Enalapril"),
    name_form_strength="Enalapril Oppdiktet Tab 10 mg",
    dispensing_group=cs("C", "Reseptgruppe C"),
    form=cv("53", 7448, "Tablett"),
    item_number="999999",
    prescribed_packages=(
        PrescribedPackage(brand_name="Enalapril Oppdiktet", size="100", unit=cv("stk", 7452, "stykk")),
    ),
)
PERIOD = DosagePeriod(
    starts=on_day(date(2026, 3, 2)),
    fixed=(
        FixedDose(quantity=pq("0.5", "tablett"), interval=pq(1, "Døgn"), time_of_day=cs("1", "Morgen")),
        FixedDose(quantity=pq(1, "tablett"), interval=pq(1, "Døgn"), time_of_day=cs("5", "Kveld")),
    ),
)
PRESCRIBING = m1.Prescribing(
    indication_text="mot høyt blodtrykk",
    dosage_text="½ tablett morgen, 1 tablett kveld",
    use_type=cs("1", "Fast"),
    dosage=(PERIOD,),
    package=PACKAGE,
)
MEDICATION = m1.PrescribedMedication(
    item_group=cs("L", "Legemiddel"), package_count=Decimal(1), refills=3, prescribing=PRESCRIBING
)
PRESCRIPTION = m1.Prescription(
    prescribed_on=date(2026, 3, 2),
    expires_on=date(2027, 3, 1),
    medication=MEDICATION,
    catalogue_updated_at=NOW,
)


def message(kind: str = "ERM1", body: object = PRESCRIPTION, **changes: object) -> bytes:
    """A whole unsigned message from the invented practice to RF."""
    parts: dict[str, object] = {
        "id": str(uuid4()),
        "generated_at": NOW,
        "sender": SENDER,
        "receiver": RF,
        "patient": PATIENT,
    }
    return messages.compose(kind, body, **{**parts, **changes})  # type: ignore[arg-type]


class Authority:
    """A certificate authority of our own, and the signers it vouches for."""

    def __init__(self, name: str = "Oppdiktet CA", issued_by: Authority | None = None) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        issuer = issued_by or self
        self.certificate = _certificate(self.name, self.key, issuer, authority=True)
        self.pem = self.certificate.public_bytes(serialization.Encoding.PEM)

    def signer(
        self, *, organisation: str = "999999999", personal: bool = False, **validity: datetime
    ) -> KeySigner:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.COMMON_NAME, "Oppdiktet legekontor"),
                x509.NameAttribute(NameOID.SERIAL_NUMBER, organisation),
            ]
        )
        certificate = _certificate(subject, key, self, personal=personal, **validity)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return KeySigner(private, certificate.public_bytes(serialization.Encoding.PEM))


def _certificate(
    subject: x509.Name,
    key: rsa.RSAPrivateKey,
    issuer: Authority,
    *,
    authority: bool = False,
    personal: bool = False,
    start: datetime = NOW - timedelta(days=10),
    end: datetime = NOW + timedelta(days=10),
) -> x509.Certificate:
    usage = dict.fromkeys(
        (
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    usage |= {
        "content_commitment": not authority,
        "digital_signature": not personal,
        "key_cert_sign": authority,
    }
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer.name).public_key(key.public_key())
    )
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(end)
    builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    builder = builder.add_extension(x509.KeyUsage(**usage), critical=True)
    return builder.sign(issuer.key, hashes.SHA256())
