"""The example export, packed as an exporter would, and a made-up patient file of our own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

if TYPE_CHECKING:
    from sfm.core.actor import Actor
    from sfm.migration.models import MigrationFile

EXAMPLES = Path(__file__).resolve().parents[2] / "shared" / "examples" / "migration"
NAMESPACE = "http://www.kith.no/xmlstds/eresept/forskrivningsmodul/export/2019-11-13"


def example() -> Path:
    """The folder of the example export; skips where it is absent, and fails in CI."""
    if not (EXAMPLES / "ExportData.xml").is_file():
        if os.environ.get("CI") == "true":
            pytest.fail("eksempeleksporten ikke funnet ved siden av prosjektet")
        pytest.skip("eksempeleksporten ikke funnet ved siden av prosjektet")
    return EXAMPLES


def organisation_file() -> dict[str, bytes]:
    return {"ExportData.xml": (example() / "ExportData.xml").read_bytes()}


def patient_file() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((example() / "patient-2024").iterdir())}


def public_key() -> RSAPublicKey:
    from sfm.tenancy import keys

    key = x509.load_pem_x509_certificate(keys.provider().migration_certificate()).public_key()
    assert isinstance(key, RSAPublicKey)
    return key


def sealed(files: dict[str, bytes]) -> bytes:
    from sfm.migration import envelope

    return envelope.seal_envelope(envelope.pack(files), public_key())


def uploaded(
    files: dict[str, bytes] | bytes, kind: str, by: Actor, *, run: UUID | None = None, name: str = ""
) -> MigrationFile:
    """The file as it stands when its last piece has come. Inside a journal."""
    from sfm.migration import intake

    data = files if isinstance(files, bytes) else sealed(files)
    file = intake.begin(
        run_id=run or uuid4(), name=name or f"{uuid4()}.pat", kind=kind, length=len(data), by=by, jkt="key"
    )
    for start in range(0, len(data), intake.MAX_PIECE):
        file = intake.append(file.pk, offset=start, piece=data[start : start + intake.MAX_PIECE])
    return file


def xml(root: str, inner: str) -> bytes:
    """A file of the format with this inside."""
    return f'<?xml version="1.0" encoding="utf-8"?><{root} xmlns="{NAMESPACE}">{inner}</{root}>'.encode()


EMPTY_ORGANISATION = {
    "ExportData.xml": xml(
        "ExportImport",
        "<Brukere><Helseperson><Id>00000000-0000-0000-0000-000000000000</Id><Brukernavn>system</Brukernavn>"
        "<Brukertype/><Aktiv>false</Aktiv></Helseperson></Brukere>",
    )
}
