from __future__ import annotations

import stat
import time
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import NameOID
from django.core.exceptions import ImproperlyConfigured

from sfm.core.errors import Unavailable
from sfm.tenancy import keys
from sfm.tenancy.file_keys import FileKeyProvider
from sfm.tenancy.models import Journal, JournalKey
from sfm.tenancy.scope import journal_scope

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

KEY = bytes(range(32))


def test_a_wrapped_key_opens_only_in_its_own_context(tmp_path: Path) -> None:
    driver = FileKeyProvider(tmp_path)
    wrapped = driver.wrap(KEY, "journal/a/1")
    assert KEY not in wrapped
    assert FileKeyProvider(tmp_path).unwrap(wrapped, "journal/a/1") == KEY
    with pytest.raises(Unavailable):
        driver.unwrap(wrapped, "journal/b/1")


def test_the_root_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    FileKeyProvider(folder).wrap(KEY, "x")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "root-1.key").stat().st_mode) == 0o600


def test_after_rotation_old_wraps_open_and_lookups_still_match(tmp_path: Path) -> None:
    driver, elsewhere = FileKeyProvider(tmp_path), FileKeyProvider(tmp_path)
    old, digest = driver.wrap(KEY, "x"), driver.mac("staff", b"1")
    elsewhere.mac("staff", b"1")
    assert driver.rotate() == 2
    new = driver.wrap(KEY, "x")
    assert (old[:2], new[:2]) == (b"\0\1", b"\0\2")
    assert elsewhere.unwrap(old, "x") == elsewhere.unwrap(new, "x") == KEY
    assert driver.mac("staff", b"1") == digest


def test_the_certificate_names_the_organisation_and_fits_the_key(tmp_path: Path, settings: Settings) -> None:
    settings.SFM_ORGNR = "310000019"
    signer = FileKeyProvider(tmp_path).signer()
    certificate = x509.load_pem_x509_certificate(signer.certificate_pem)
    ca = x509.load_pem_x509_certificate(signer.ca_pem)
    certificate.verify_directly_issued_by(ca)
    number = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_IDENTIFIER)[0].value
    assert number == "NTRNO-310000019"
    key = load_pem_private_key(signer.key_pem, None)
    assert key.public_key() == certificate.public_key()
    assert key.key_size == 3072  # type: ignore[union-attr]
    assert FileKeyProvider(tmp_path).signer() == signer
    assert "PRIVATE" not in repr(signer)


def test_without_a_folder_there_are_no_keys(settings: Settings) -> None:
    settings.SFM_KEY_DIR = ""
    with pytest.raises(ImproperlyConfigured, match="SFM_KEY_DIR"):
        FileKeyProvider()


def test_a_worker_process_cannot_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(keys._process, "may_sign", True)
    keys.refuse_signing()
    with pytest.raises(Unavailable):
        keys.signer()


def test_when_the_key_service_is_down_keys_live_five_minutes_and_then_nothing_opens(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> bytes:
        raise Unavailable(detail="key service down")

    keys.forget()
    with journal_scope(journal):
        held = keys.journal_keys()
        monkeypatch.setattr(keys.provider(), "unwrap", down)
        assert keys.journal_keys() is held
        later = time.monotonic() + keys.LIFETIME + 1
        monkeypatch.setattr(time, "monotonic", lambda: later)
        with pytest.raises(Unavailable):
            keys.journal_keys()


def test_after_rewrapping_the_old_root_key_can_be_deleted(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = FileKeyProvider(tmp_path)
    monkeypatch.setattr(keys, "provider", lambda: driver)
    JournalKey.objects.all().delete()
    keys.new_journal_key(journal.pk)
    digest = keys.journal_keys(journal.pk).blind_index("pid", "x")
    driver.rotate()
    assert keys.rewrap() == 1
    (tmp_path / "root-1.key").unlink()
    keys.forget()
    monkeypatch.setattr(keys, "provider", lambda: FileKeyProvider(tmp_path))
    assert keys.journal_keys(journal.pk).blind_index("pid", "x") == digest
    keys.forget()


def test_blind_indexes_match_inside_one_journal_and_one_kind_only(
    journal: Journal, other_journal: Journal
) -> None:
    here, there = keys.journal_keys(journal.pk), keys.journal_keys(other_journal.pk)
    assert here.blind_index("pid", "x") == here.blind_index("pid", "x")
    assert (
        len(
            {
                here.blind_index("pid", "x"),
                here.blind_index("patient_key", "x"),
                there.blind_index("pid", "x"),
            }
        )
        == 3
    )
