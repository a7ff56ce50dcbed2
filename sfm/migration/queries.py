"""How a migration goes: for the organisation's administrator with every line, for the service provider in numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, Sum

from sfm.core.errors import NotFound
from sfm.migration.models import FileKind, FileState, MigrationFile, MigrationRun
from sfm.migration.report import DEVIATIONS, KINDS, OUTCOMES, summed

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

PAGE: Final = 200  # files on a page
SOURCES_SHOWN: Final = 20  # ids named per group of deviations
DONE: Final = (FileState.IMPORTED, FileState.DEVIATED, FileState.FAILED)


@dataclass(frozen=True, kw_only=True)
class RunLine:
    """One migration in numbers."""

    id: UUID
    started: datetime
    started_by: str
    states: dict[str, int]
    patients: int

    @property
    def files(self) -> int:
        return sum(self.states.values()) - self.states.get(FileState.WITHDRAWN, 0)

    @property
    def settled(self) -> int:
        return sum(self.states.get(state, 0) for state in DONE)

    @property
    def failed(self) -> int:
        return self.states.get(FileState.FAILED, 0)

    @property
    def deviated(self) -> int:
        return self.states.get(FileState.DEVIATED, 0)

    @property
    def going_on(self) -> bool:
        return self.settled < self.files


@dataclass(frozen=True, kw_only=True)
class CountLine:
    """One kind of element: how many the files held, and what became of them. They add up."""

    title: str
    source: int
    taken: int
    kept: int
    waiting: int
    dropped: int


@dataclass(frozen=True, kw_only=True)
class FileLine:
    id: UUID
    name: str
    kind: str
    state: str
    state_text: str
    percent: int
    taken: int
    deviations: int
    problem: str
    settled: datetime | None


@dataclass(frozen=True, kw_only=True)
class DeviationGroup:
    title: str
    kind: str
    said: str
    number: int
    sources: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RunView:
    line: RunLine
    counts: tuple[CountLine, ...]
    deviations: tuple[tuple[str, int], ...]
    files: tuple[FileLine, ...]


@dataclass(frozen=True, kw_only=True)
class FileView:
    line: FileLine
    run: UUID
    sha256: str
    counts: tuple[CountLine, ...]
    groups: tuple[DeviationGroup, ...]


def runs() -> tuple[RunLine, ...]:
    """Newest first. Three SQL queries."""
    states: dict[UUID, dict[str, int]] = {}
    for run_id, state, number in MigrationFile.objects.values_list("run_id", "state").annotate(Count("id")):
        states.setdefault(run_id, {})[state] = number
    people = dict(
        MigrationFile.objects.exclude(patient_key=None)
        .values_list("run_id")
        .annotate(Count("patient_key", distinct=True))
    )
    return tuple(
        RunLine(
            id=run.pk,
            started=run.started,
            started_by=run.started_by,
            states=states.get(run.pk, {}),
            patients=people.get(run.pk, 0),
        )
        for run in MigrationRun.objects.order_by("-started")
    )


def run(run_id: UUID, *, only: str = "", start: int = 0) -> RunView:
    """`only`: a state, to show only the files in it."""
    line = next((one for one in runs() if one.id == run_id), None)
    if line is None:
        raise NotFound("Innflyttingen finnes ikke.", detail="no such run")
    files = MigrationFile.objects.filter(run_id=run_id)
    shown = files.filter(state=only) if only in FileState.values else files
    rows = shown.defer("report").order_by("kind", "created", "pk")[start : start + PAGE]
    found = list(files.exclude(counts={}).values_list("counts", "deviations"))
    return RunView(
        line=line,
        counts=_counts([counts for counts, _ in found]),
        deviations=_deviations([deviations for _, deviations in found]),
        files=tuple(_file(row) for row in rows),
    )


def file(file_id: UUID) -> FileView:
    row = MigrationFile.objects.filter(pk=file_id).first()
    if row is None:
        raise NotFound("Filen finnes ikke.", detail="no such file")
    return FileView(
        line=_file(row),
        run=row.run_id,
        sha256=row.sha256,
        counts=_counts([row.counts]),
        groups=_groups(row.report),
    )


def as_json(view: RunView, files: list[FileView]) -> dict[str, Any]:
    """The report as data, for the one who moves."""
    return {
        "run": str(view.line.id),
        "started": view.line.started.isoformat(),
        "files": view.line.files,
        "patients": view.line.patients,
        "states": view.line.states,
        "counts": [vars(line) for line in view.counts],
        "deviations": [{"deviation": title, "number": number} for title, number in view.deviations],
        "perFile": [
            {
                "name": one.line.name,
                "state": one.line.state,
                "problem": one.line.problem,
                "sha256": one.sha256,
                "counts": [vars(line) for line in one.counts],
                "deviations": [vars(group) for group in one.groups],
            }
            for one in files
        ],
    }


def numbers() -> dict[str, int]:
    """For the service provider: how much, never what."""
    found = dict(MigrationFile.objects.values_list("state").annotate(Count("id")))
    sizes = MigrationFile.objects.aggregate(total=Sum("offset"))
    return {
        "runs": MigrationRun.objects.count(),
        "files": sum(found.values()) - found.get(FileState.WITHDRAWN, 0),
        "settled": sum(found.get(state, 0) for state in DONE),
        "deviated": found.get(FileState.DEVIATED, 0),
        "failed": found.get(FileState.FAILED, 0),
        "bytes": sizes["total"] or 0,
    }


def _counts(many: list[dict[str, dict[str, int]]]) -> tuple[CountLine, ...]:
    return tuple(
        CountLine(
            title=KINDS[kind], source=held["source"], **{outcome: held[outcome] for outcome in OUTCOMES}
        )
        for kind, held in summed(many).items()
    )


def _deviations(many: list[dict[str, int]]) -> tuple[tuple[str, int], ...]:
    total: Counter[str] = Counter()
    for one in many:
        total.update(one)
    return tuple((DEVIATIONS.get(name, name), number) for name, number in total.most_common())


def _groups(lines: list[dict[str, str]]) -> tuple[DeviationGroup, ...]:
    """The same deviation, of the same kind and with the same words, is one line with its ids."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for line in lines:
        found.setdefault((line["deviation"], line["kind"], line["said"]), []).append(line["source"])
    return tuple(
        DeviationGroup(
            title=DEVIATIONS.get(deviation, deviation),
            kind=KINDS.get(kind, ""),
            said=said,
            number=len(sources),
            sources=tuple(one for one in sources[:SOURCES_SHOWN] if one),
        )
        for (deviation, kind, said), sources in found.items()
    )


def _file(row: MigrationFile) -> FileLine:
    return FileLine(
        id=row.pk,
        name=row.name,
        kind=FileKind(row.kind).label,
        state=row.state,
        state_text=FileState(row.state).label,
        percent=100 * row.offset // row.length,
        taken=sum(held.get("taken", 0) for held in row.counts.values()),
        deviations=sum(row.deviations.values()),
        problem=row.problem,
        settled=row.settled,
    )
