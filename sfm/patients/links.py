"""How a link is sealed: digests to find it by, the patient key under the journal's identity key, the person under a
key of their own. Only the vault uses this."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sfm.core.errors import Unavailable
from sfm.core.ids import PatientKey
from sfm.patients.identity import PatientIdentity, from_payload, to_payload
from sfm.patients.models import PatientLink
from sfm.tenancy import crypto
from sfm.tenancy.fields import alarm
from sfm.tenancy.keys import journal_keys

if TYPE_CHECKING:
    from sfm.core.ids import PidKind

PURPOSE = "identity"
TABLE = PatientLink._meta.db_table


def pid_digests(kind: PidKind | str, value: str) -> list[bytes]:
    """Under every readable key version, newest first: rotation must not hide a person."""
    keys = journal_keys()
    return [keys.blind_index("pid", f"{kind}\0{value}", version) for version in keys.versions]


def key_digests(patient_key: PatientKey) -> list[bytes]:
    keys = journal_keys()
    return [keys.blind_index("patient_key", patient_key.hex, version) for version in keys.versions]


def new(person: PatientIdentity, patient_key: PatientKey, link_id: UUID | None = None) -> PatientLink:
    keys = journal_keys()
    link = PatientLink(id=link_id or uuid4(), pid_type=person.pid_type, key_ver=keys.version)
    link.pid_bi = pid_digests(person.pid_type, person.pid)[0]
    link.key_bi = key_digests(patient_key)[0]
    link.patient_key_enc = keys.seal(PURPOSE, patient_key.bytes, _place(link, "patient_key_enc"))
    link.dek_wrapped = keys.seal(PURPOSE, os.urandom(32), _place(link, "dek_wrapped"))
    seal_identity(link, person)
    return link


def patient_key(link: PatientLink) -> PatientKey:
    return PatientKey(UUID(bytes=_open(link, "patient_key_enc")))


def identity(link: PatientLink) -> PatientIdentity:
    envelope = bytes(link.identity_enc)
    try:
        plain = crypto.unseal(_own_key(link), envelope, _place(link, "identity_enc"))
    except crypto.Unreadable as error:
        raise _unreadable(link) from error
    return from_payload(json.loads(plain))


def seal_identity(link: PatientLink, person: PatientIdentity) -> None:
    plain = json.dumps(to_payload(person), ensure_ascii=False).encode()
    link.identity_enc = crypto.seal(_own_key(link), link.key_ver, plain, _place(link, "identity_enc"))


def lead_to(link: PatientLink, other: PatientKey) -> None:
    """The link of one entry now names another's patient key."""
    link.key_bi = key_digests(other)[0]
    link.patient_key_enc = journal_keys().seal(PURPOSE, other.bytes, _place(link, "patient_key_enc"))


def reseal_all() -> int:
    """Every link under the newest key of the journal: digests, patient key, the person's own key, and the person."""
    newest, done = journal_keys().version, 0
    for link in PatientLink.objects.exclude(key_ver=newest).iterator(chunk_size=200):
        person, key, own = identity(link), patient_key(link), _open(link, "dek_wrapped")
        link.key_ver = newest
        link.pid_bi, link.key_bi = pid_digests(link.pid_type, person.pid)[0], key_digests(key)[0]
        link.patient_key_enc = journal_keys().seal(PURPOSE, key.bytes, _place(link, "patient_key_enc"))
        link.dek_wrapped = journal_keys().seal(PURPOSE, own, _place(link, "dek_wrapped"))
        seal_identity(link, person)
        link.save()
        done += 1
    return done


def renumbered(person: PatientIdentity, pid: str) -> PatientIdentity:
    return replace(person, pid=pid)


def _own_key(link: PatientLink) -> AESGCM:
    return AESGCM(_open(link, "dek_wrapped"))


def _open(link: PatientLink, column: str) -> bytes:
    try:
        return journal_keys().unseal(PURPOSE, bytes(getattr(link, column)), _place(link, column))
    except crypto.Unreadable as error:
        raise _unreadable(link) from error


def _place(link: PatientLink, column: str) -> bytes:
    return crypto.place(journal_keys().journal, TABLE, link.id, column)


def _unreadable(link: PatientLink) -> Unavailable:
    alarm.error("unreadable patient link %s", link.id)
    return Unavailable(
        "Pasientens opplysninger kan ikke leses. Feilen er meldt til driften.", detail="patient link"
    )
