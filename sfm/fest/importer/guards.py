"""What must hold before a new catalogue replaces the one in use (fest.md 4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.fest.importer.errors import Refused
from sfm.fest.importer.vocabulary import MANDATORY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfm.fest.importer.reader import Reading
    from sfm.fest.models import Version

SMALLEST_SHARE = 80  # per cent of the current number of entries, per catalogue
LARGEST_LOSS = 20  # per cent of the current prescribable packages that may go at once


def newer(reading: Reading, current: Version | None) -> None:
    if current and reading.extracted_on <= current.extracted_on:
        raise Refused(
            f"Filen er ikke nyere enn katalogen i bruk: HentetDato {reading.extracted_at}, "
            f"i bruk er {current.extracted_at}."
        )


def complete(counts: Mapping[str, int], current: Version | None) -> None:
    """No mandatory catalogue is empty, and none has shrunk beyond belief."""
    for name in MANDATORY:
        if not counts.get(name):
            raise Refused(f"Katalogen {name} er tom i filen.")
    for name, before in (current.counts if current else {}).items():
        now = counts.get(name, 0)
        if now * 100 < before * SMALLEST_SHARE:
            raise Refused(
                f"Katalogen {name} har {now} oppføringer, mot {before} i dag: under {SMALLEST_SHARE} %."
            )


def still_complete(before: Mapping[str, int], after: Mapping[str, int]) -> None:
    """An increment leaves every catalogue with most of what it had."""
    for name, was in before.items():
        if after.get(name, 0) * 100 < was * SMALLEST_SHARE:
            left = f"{after.get(name, 0)} oppføringer, mot {was} i dag"
            raise Refused(f"Katalogen {name} ville hatt {left}: under {SMALLEST_SHARE} %.")
    packages = "Legemiddelpakning"
    keeps_packages(active=before.get(packages, 0), lost=before.get(packages, 0) - after.get(packages, 0))


def keeps_packages(*, active: int, lost: int) -> None:
    if active and lost * 100 > active * LARGEST_LOSS:
        raise Refused(f"{lost} av {active} pakninger i bruk mangler i filen: over {LARGEST_LOSS} %.")


def whole(references: set[str], known: set[str]) -> None:
    """Every reference of a full file points at something in it."""
    dangling = references - known
    if dangling:
        raise Refused(f"{len(dangling)} referanser peker på noe som ikke er i filen, f.eks. {min(dangling)}.")
