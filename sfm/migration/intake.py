"""Taking files in piece by piece: what the TUS edge asks for (integration.md 10.3). Pieces are committed one by one."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import DatabaseError, transaction

from sfm.audit.record import record
from sfm.core import clock
from sfm.core.errors import Conflict, Invalid, NotFound, SfmError
from sfm.migration.models import FileKind, FilePiece, FileState, MigrationFile, MigrationRun
from sfm.tenancy.scope import current_journal_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfm.core.actor import Actor

MAX_PIECE: Final = 16 * 1024 * 1024  # bytes
MAX_FILE: Final = 2 * 1024 * 1024 * 1024  # bytes
LIFE: Final = timedelta(hours=12)
MOST_AT_ONCE: Final = 10  # open uploads of one run
FOLLOWS: Final = (FileKind.PATIENT, FileKind.REPORT)
ARRIVED: Final = (FileState.UPLOADED, FileState.IMPORTED, FileState.DEVIATED)


class Held(SfmError):
    """Another request is writing to the same upload."""

    status, code = 423, "SFM-MIG-423"
    text = "Filen lastes opp av en annen forespørsel akkurat nå. Prøv igjen om litt."


class WrongOffset(Conflict):
    code = "SFM-MIG-409"
    text = "Biten begynner et annet sted enn der forrige sluttet. Spør med HEAD hvor opplastingen er."


class TooLarge(SfmError):
    status, code = 413, "SFM-MIG-413"
    text = "Biten eller filen er for stor."


class Gone(SfmError):
    status, code = 410, "SFM-MIG-410"
    text = "Opplastingen er avbrutt eller for gammel. Begynn på nytt med POST."


def begin(*, run_id: UUID, name: str, kind: str, length: int, by: Actor, jkt: str) -> MigrationFile:
    """A new upload. Patients and reports come after the organisation file of their run has arrived."""
    if kind not in FileKind.values:
        kind = FileKind.UNKNOWN
    if not 0 < length <= MAX_FILE:
        raise TooLarge
    now = clock.now()
    with transaction.atomic():
        run, made = MigrationRun.objects.get_or_create(
            pk=run_id, defaults={"client_id": by.client_id, "started_by": by.name, "started": now}
        )
        if run.client_id != by.client_id:
            raise Conflict("Innflyttingen tilhører et annet journalsystem.", code="SFM-MIG-409")
        _check_order(run, kind)
        file = MigrationFile.objects.create(
            run=run, name=name[:300], kind=kind, length=length, client_id=by.client_id, jkt=jkt, created=now,
            expires=now + LIFE,
        )  # fmt: skip
        record(
            by,
            "migration.begin",
            subject=file,
            source="api",
            detail={"kind": kind, "bytes": length, "run": made},
        )
    return file


def _check_order(run: MigrationRun, kind: str) -> None:
    arrived = run.files.filter(kind=FileKind.ORGANISATION, state__in=ARRIVED).exists()
    if kind in FOLLOWS and not arrived:
        raise Conflict(
            "Virksomhetsfilen må være ferdig lastet opp før pasienter og rapporter.", code="SFM-MIG-409"
        )
    if run.files.filter(state=FileState.UPLOADING, expires__gt=clock.now()).count() >= MOST_AT_ONCE:
        raise Conflict(f"Høyst {MOST_AT_ONCE} filer kan lastes opp samtidig.", code="SFM-MIG-409")


def find(file_id: UUID, *, client_id: str, jkt: str) -> MigrationFile:
    """The upload, for the client and key that began it. Others' and unknown ones look the same."""
    file = MigrationFile.objects.filter(pk=file_id, client_id=client_id, jkt=jkt).first()
    if file is None:
        raise NotFound(detail="no such upload of this client")
    if file.state == FileState.WITHDRAWN or (
        file.state == FileState.UPLOADING and file.expires <= clock.now()
    ):
        raise Gone
    return file


@transaction.atomic
def append(file_id: UUID, *, offset: int, piece: bytes) -> MigrationFile:
    """One more piece. Raises WrongOffset, TooLarge, or Held while another request has the upload."""
    file = _locked(file_id)
    if len(piece) > MAX_PIECE or file.offset + len(piece) > file.length:
        raise TooLarge
    if offset != file.offset or file.state != FileState.UPLOADING:
        raise WrongOffset
    if piece:
        FilePiece.objects.create(file=file, start=offset, content=piece)
        file.offset += len(piece)
    if file.offset == file.length:
        _arrived(file)
    file.save(update_fields=["offset", "state", "sha256"])
    return file


def _locked(file_id: UUID) -> MigrationFile:
    try:
        with transaction.atomic():
            return MigrationFile.objects.select_for_update(nowait=True).get(pk=file_id)
    except DatabaseError as error:
        raise Held from error


def _arrived(file: MigrationFile) -> None:
    digest = sha256()
    for piece in pieces(file):
        digest.update(piece)
    file.sha256, file.state = digest.hexdigest(), FileState.UPLOADED
    transaction.on_commit(partial(_wake, current_journal_id(), file.pk), robust=True)


def _wake(journal_id: UUID, file_id: UUID) -> None:
    from sfm.migration.tasks import take_in  # the tasks import this module

    take_in.delay(str(journal_id), str(file_id))


def pieces(file: MigrationFile) -> Iterator[bytes]:
    for piece in FilePiece.objects.filter(file=file).order_by("start").iterator(chunk_size=4):
        yield bytes(piece.content)


@transaction.atomic
def withdraw(file: MigrationFile, *, by: Actor) -> None:
    """The client gives the upload up. What has been taken in stays."""
    if file.state not in (FileState.UPLOADING, FileState.UPLOADED):
        raise Conflict("Filen er alt tatt inn.", code="SFM-MIG-409")
    file.pieces.all().delete()
    MigrationFile.objects.filter(pk=file.pk).update(state=FileState.WITHDRAWN)
    record(by, "migration.withdraw", subject=file, source="api")


@transaction.atomic
def again(file_id: UUID, *, by: Actor) -> None:
    """A failed file is tried once more, by a person's decision. Its pieces are still here."""
    file = MigrationFile.objects.select_for_update().filter(pk=file_id, state=FileState.FAILED).first()
    if file is None:
        raise Invalid("Bare en fil som har feilet, kan prøves på nytt.")
    MigrationFile.objects.filter(pk=file.pk).update(state=FileState.UPLOADED, problem="", settled=None)
    record(by, "migration.again", subject=file)
    transaction.on_commit(partial(_wake, current_journal_id(), file.pk), robust=True)
