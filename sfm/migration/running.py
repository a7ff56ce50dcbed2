"""One uploaded file becomes rows: opened, read, written in one transaction, and reported. A file that fails stops no
other, and is kept as it came."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import DatabaseError, transaction

from sfm.audit.record import record
from sfm.core import clock
from sfm.core.errors import SfmError
from sfm.migration import envelope, intake, organisation, patients
from sfm.migration.models import FileKind, FileState, MigrationFile
from sfm.migration.report import Report
from sfm.migration.rows import Taking
from sfm.tenancy import keys
from sfm.tenancy.locks import wait_for_lock
from sfm.tenancy.scope import current_journal

if TYPE_CHECKING:
    from collections.abc import Mapping

log = logging.getLogger("sfm.migration")
GOOD: Final = (FileState.IMPORTED, FileState.DEVIATED)
HARMLESS: Final = frozenset({"by_rule", "no_place", "hpr_check", "derived"})
MOST_LINES: Final = 5_000


def take_in(file_id: UUID) -> str:
    """Returns the file's state afterwards; "" when another worker has it or it is not its turn."""
    try:
        return _take_in(file_id)
    except SfmError as error:
        log.warning("migration file %s: %s", file_id, error.code)
        return _fail(file_id, error.text)
    except (ValueError, KeyError, TypeError, AttributeError, DatabaseError):
        log.exception("migration file %s", file_id)
        return _fail(file_id, "Filen kunne ikke leses inn. Feilen er meldt til driften.")


@transaction.atomic
def _take_in(file_id: UUID) -> str:
    file = MigrationFile.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        pk=file_id, state=FileState.UPLOADED
    ).first()  # fmt: skip
    if file is None or not _its_turn(file):
        return ""
    held = _same_before(file)
    if held is not None:
        return _settle(file, _nothing_new(held), held.patient_key)
    files = _opened(file)
    report, patient = _written(file, files)
    return _settle(file, report, patient)


def _its_turn(file: MigrationFile) -> bool:
    """The organisation first: its users and its inbox are what patients' rows point to."""
    if file.kind == FileKind.ORGANISATION:
        wait_for_lock("migration/organisation")
        return True
    return bool(file.run.files.filter(kind=FileKind.ORGANISATION, state__in=GOOD).exists())


def _same_before(file: MigrationFile) -> MigrationFile | None:
    """The same bytes under the same name in the same run: nothing is read twice."""
    same = MigrationFile.objects.filter(run=file.run, name=file.name, sha256=file.sha256, state__in=GOOD)
    found: MigrationFile | None = same.exclude(pk=file.pk).first()
    return found


def _nothing_new(held: MigrationFile) -> Report:
    report = Report()
    report.deviates("by_rule", kind="file", source=str(held.pk), said="Samme fil er alt tatt inn")
    return report


def _opened(file: MigrationFile) -> dict[str, bytes]:
    data = b"".join(intake.pieces(file))
    return envelope.entries(envelope.open_envelope(data, keys.provider().unwrap_migration))


def _written(file: MigrationFile, files: Mapping[str, bytes]) -> tuple[Report, UUID | None]:
    if file.kind == FileKind.ORGANISATION:
        return organisation.take(file, files, current_journal()), None
    if file.kind == FileKind.PATIENT:
        return patients.take(file, files, organisation=current_journal().name)
    return _kept(file, files), None


def _kept(file: MigrationFile, files: Mapping[str, bytes]) -> Report:
    """Reports and files of unknown kind: kept as they are."""
    taking = Taking(file=file, report=Report())
    for name in sorted(files):
        taking.took("file", name[-58:], patients.document(taking, "report", name, files[name]))
    taking.write()
    return taking.report


def _settle(file: MigrationFile, report: Report, patient: UUID | None) -> str:
    file.state = FileState.DEVIATED if set(report.deviations) - HARMLESS else FileState.IMPORTED
    file.counts, file.deviations = report.as_counts(), dict(report.deviations)
    file.report, file.patient_key, file.problem = report.lines[:MOST_LINES], patient, ""
    file.attempts, file.settled = file.attempts + 1, clock.now()
    file.save()
    file.pieces.all().delete()
    taken = sum(held.get("taken", 0) for held in file.counts.values())
    record(
        None,
        "migration.taken",
        patient=patient,
        subject=file,
        source="job",
        detail={"taken": taken, "deviations": sum(file.deviations.values())},
    )
    return str(file.state)


def _fail(file_id: UUID, said: str) -> str:
    """The pieces stay, so that it can be tried again."""
    with transaction.atomic():
        file = MigrationFile.objects.select_for_update().get(pk=file_id)
        file.state, file.problem, file.settled = FileState.FAILED, said[:255], clock.now()
        file.attempts += 1
        file.save(update_fields=["state", "problem", "settled", "attempts"])
        record(None, "migration.failed", subject=file, source="job", result="failed")
    return str(FileState.FAILED)


def waiting() -> list[UUID]:
    """Files whose turn may have come, the organisation's first."""
    rows = MigrationFile.objects.filter(state=FileState.UPLOADED).values_list("pk", "kind")
    return [pk for pk, _ in sorted(rows, key=lambda row: row[1] != FileKind.ORGANISATION)]
