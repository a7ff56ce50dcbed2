"""One file being taken in: whose it is, what is written down of each element, and who the users of the source are."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from sfm.identity.models import Practitioner
from sfm.migration import source
from sfm.migration.models import MigratedRow
from sfm.migration.report import DROPPED, KEPT, TAKEN, WAITING, Report

if TYPE_CHECKING:
    from sfm.migration.models import MigrationFile
    from sfm.wire.safe_xml import Element

NO_ID = "(uten id)"
LONGEST_ID = 64
NOBODY = UUID(int=0)


@dataclass(kw_only=True)
class Taking:
    """`patient` is the nil UUID for the organisation file, which concerns none."""

    file: MigrationFile
    report: Report
    patient: UUID = NOBODY
    source_patient: str = ""
    organisation: str = ""
    _seen: dict[str, int] = field(default_factory=dict)
    _written: list[MigratedRow] = field(default_factory=list)

    def took(self, kind: str, source_id: str, target: UUID | None) -> None:
        """It has a place of its own here."""
        self._write(kind, source_id, TAKEN, target=target)
        if kind == "user":
            self._users[source_id] = target

    def keep(self, kind: str, source_id: str, element: Element, *, deviation: str = "no_place") -> None:
        """It has no place of its own: the element itself is kept, and the report says so."""
        self._write(kind, source_id, KEPT, element=element)
        if deviation:
            self.report.deviates(deviation, kind=kind, source=source_id)

    def wait(self, kind: str, source_id: str, element: Element, *, patient: str) -> None:
        """It belongs to a patient who has not come yet."""
        self._write(kind, source_id, WAITING, element=element, patient=patient)

    def drop(self, kind: str, source_id: str, *, said: str, deviation: str = "by_rule") -> None:
        self.report.found(kind, DROPPED)
        self.report.deviates(deviation, kind=kind, source=source_id, said=said)

    def person_with(self, hpr: str) -> UUID | None:
        return self._people.get(hpr) if hpr else None

    @cached_property
    def _people(self) -> dict[str, UUID]:
        return dict(Practitioner.objects.exclude(hpr="").values_list("hpr", "pk"))

    def user(self, source_id: str) -> UUID | None:
        """The person here behind a user id of the source."""
        return self._users.get(source_id)

    def name_of(self, person: UUID | None) -> str:
        return self._names.get(person, "") if person else ""

    @cached_property
    def _names(self) -> dict[UUID, str]:
        return {row.pk: row.name for row in Practitioner.objects.all()}

    @cached_property
    def _users(self) -> dict[str, UUID | None]:
        found = MigratedRow.objects.filter(kind="user", outcome=TAKEN)
        return dict(found.values_list("source_id", "target_id"))

    def _write(
        self,
        kind: str,
        source_id: str,
        outcome: str,
        *,
        target: UUID | None = None,
        element: Element | None = None,
        patient: str = "",
    ) -> None:
        self.report.found(kind, outcome)
        self._written.append(
            MigratedRow(
                file=self.file,
                kind=kind,
                source_id=self._distinct(kind, source_id),
                source_patient=patient or self.source_patient,
                patient_key=self.patient if self.patient.int else None,
                outcome=outcome,
                target_id=target,
                content={"xml": source.as_text(element)} if element is not None else None,
            )
        )

    def write(self) -> None:
        """All of it at once. An element that came before keeps its line, so that a second run adds none."""
        patients = {row.source_patient for row in self._written}
        held = {
            (row.kind, row.source_id, row.source_patient): row
            for row in MigratedRow.objects.filter(source_patient__in=patients)
        }
        new = []
        for row in self._written:
            known = held.get((row.kind, row.source_id, row.source_patient))
            if known is None:
                new.append(row)
            elif known.outcome != TAKEN:
                known.file, known.outcome, known.target_id = row.file, row.outcome, row.target_id
                known.patient_key, known.content = row.patient_key, row.content
                known.save()
        MigratedRow.objects.bulk_create(new)
        self._written.clear()

    def _distinct(self, kind: str, source_id: str) -> str:
        """Ids that a file gives twice, or not at all, are told apart by their order."""
        short = (source_id or NO_ID)[: LONGEST_ID - 6]
        name = f"{kind}/{short}"
        self._seen[name] = self._seen.get(name, 0) + 1
        return short if self._seen[name] == 1 else f"{short}#{self._seen[name]}"
