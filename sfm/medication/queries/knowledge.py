"""What FEST knows that alerts are judged by: which catalogue, and the text of each interaction."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.db.models.functions import MD5

from sfm.fest import catalogue
from sfm.fest.models import Interaction, Version
from sfm.medication.queries import remembered

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sfm.fest.catalogue import Catalogue

IN_USE = Version.objects.filter(is_current=True)
FRESH = 5.0  # seconds a list may be shown with the catalogue before; what is signed asks the database


def version_shown() -> int | None:
    """The catalogue version lists are shown with."""
    return remembered.recall("fest", lambda: IN_USE.values_list("pk", flat=True).first(), life=FRESH)


def of_version(version: int | None) -> Catalogue | None:
    """None when no FEST has been imported: then nothing is checked, and the screens say so."""
    return None if version is None else catalogue.of_version(version)


@lru_cache(maxsize=2)
def revisions(_version: int) -> Mapping[str, str]:
    """A fingerprint of each interaction's text on handling. One query per process and catalogue version."""
    rows = Interaction.objects.filter(expired_on=None).annotate(revision=MD5("handling"))
    return dict(rows.values_list("key", "revision"))


def texts(keys: Iterable[str]) -> dict[str, Interaction]:
    """The interactions in full, for those who ask why. One query, or none."""
    wanted = set(keys)
    return {row.key: row for row in Interaction.objects.filter(key__in=wanted)} if wanted else {}
