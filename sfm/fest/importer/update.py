"""Looking for a new FEST where the settings say, and what came of it. Run by the beat three times a day."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from sfm.core import clock
from sfm.core.errors import SfmError
from sfm.fest.importer import soap
from sfm.fest.importer.errors import Refused
from sfm.fest.importer.increment import import_increment
from sfm.fest.importer.run import import_file
from sfm.fest.importer.source import CHUNK, LARGEST_XML
from sfm.fest.models import UpdateAttempt, Version

if TYPE_CHECKING:
    from sfm.fest.importer.run import Report

ZIP, SOAP = "zip", "soap"
WEEKLY = 7  # days: an increment builds on a full file no older than this
IMPORTED, UNCHANGED, REFUSED, FAILED = "imported", "unchanged", "refused", "failed"


def update(where: str, *, driver: str = ZIP) -> UpdateAttempt:
    """One attempt, kept. Nothing is raised: the catalogue in use stands, and the attempt says why."""
    attempt = UpdateAttempt(at=clock.now(), source=where[:500])
    try:
        report = _by_soap(where) if driver == SOAP else _by_address(where, attempt)
    except Refused as refused:
        attempt.outcome, attempt.text = REFUSED, refused.text
    except (SfmError, httpx.HTTPError, OSError) as error:
        attempt.outcome = FAILED
        attempt.text = (
            error.text if isinstance(error, SfmError) else f"Fikk ikke hentet FEST: {type(error).__name__}."
        )
    else:
        attempt.outcome = IMPORTED if report and not report.unchanged else UNCHANGED
        attempt.version_id = report.version if report else None
    attempt.save()
    return attempt


def failures_in_a_row() -> int:
    """Attempts that brought nothing because something was wrong, since the last good one."""
    count = 0
    for outcome in UpdateAttempt.objects.order_by("-pk").values_list("outcome", flat=True)[:50]:
        if outcome not in (REFUSED, FAILED):
            break
        count += 1
    return count


def _by_address(where: str, attempt: UpdateAttempt) -> Report | None:
    """The whole file, fetched only when it has changed since last time."""
    if not where.startswith(("https://", "http://")):
        return import_file(where)
    last = (
        UpdateAttempt.objects.filter(source=where[:500], outcome__in=(IMPORTED, UNCHANGED))
        .order_by("-pk")
        .first()
    )
    asked = {}
    if last and last.etag:
        asked["If-None-Match"] = last.etag
    if last and last.modified:
        asked["If-Modified-Since"] = last.modified
    with tempfile.TemporaryDirectory(prefix="fest-") as folder:
        target = Path(folder) / "m30"
        if not _fetch(where, asked, target, attempt):
            attempt.etag, attempt.modified = (last.etag, last.modified) if last else ("", "")
            return None
        report = import_file(str(target))
    Version.objects.filter(pk=report.version, source=str(target)).update(source=where[:500])
    return report


def _fetch(where: str, asked: dict[str, str], target: Path, attempt: UpdateAttempt) -> bool:
    """False: not modified."""
    with (
        httpx.stream("GET", where, headers=asked, timeout=60, follow_redirects=True) as answer,
        target.open("wb") as out,
    ):
        if answer.status_code == httpx.codes.NOT_MODIFIED:
            return False
        answer.raise_for_status()
        for chunk in answer.iter_bytes(CHUNK):
            out.write(chunk)
            if out.tell() > LARGEST_XML:
                raise Refused("Filen på den oppgitte adressen er urimelig stor.")
        attempt.etag = answer.headers.get("ETag", "")[:200]
        attempt.modified = answer.headers.get("Last-Modified", "")[:100]
    return True


def _by_soap(where: str) -> Report | None:
    """What has changed since the catalogue in use; the whole of it the first time, once a week, and when an increment
    does not fit what we have."""
    current = Version.objects.filter(is_current=True).first()
    since = current.extracted_at if current and not _full_is_due() else None
    with tempfile.TemporaryDirectory(prefix="fest-") as folder:
        target = Path(folder) / "m30.xml"
        if not soap.fetch(where, since=since, target=target):
            return None
        try:
            return import_increment(str(target)) if since else import_file(str(target))
        except Refused:
            if not since or not soap.fetch(where, since=None, target=target):
                raise
        return import_file(str(target))


def _full_is_due() -> bool:
    last = Version.objects.filter(kind="full", rolled_back_at=None).order_by("-imported_at").first()
    return last is None or (clock.now() - last.imported_at).days >= WEEKLY
