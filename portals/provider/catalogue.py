"""(FEST) The catalogue in use, the imports before it, and taking in a new file through the same door as the command."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from portals.provider import words
from portals.provider.pages import page
from portals.shared.guard import provider_page
from sfm.core import clock
from sfm.core.errors import Invalid, NotFound, SfmError
from sfm.fest.importer import history
from sfm.fest.importer.errors import Refused
from sfm.fest.importer.increment import import_increment
from sfm.fest.importer.rollback import roll_back
from sfm.fest.importer.run import import_file
from sfm.fest.models import UpdateAttempt, Version
from sfm.tenancy.staff import StaffRole

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.core.files.uploadedfile import UploadedFile

    from portals.shared.guard import ProviderRequest
    from sfm.fest.importer.run import Report

log = logging.getLogger(__name__)
LARGEST = 20_000_000  # bytes; the published zip is 13 MB. Larger ones: `manage.py fest import`
LONGEST_SOURCE = 400
LONGEST_REASON = 300
CONNECT, WHOLE = 5.0, 60.0  # seconds
TOO_LARGE = (
    "Filen er større enn 20 MB. Importer den med kommandoen «manage.py fest import FIL» på tjeneren i stedet."
)


@require_safe
@provider_page()
def status(request: ProviderRequest) -> HttpResponse:
    return _page(request)


@require_POST
@provider_page(StaffRole.CATALOGUE)
def take_in(request: ProviderRequest) -> HttpResponse:
    """A file or an address. Refused: the reason stands on the page, and the catalogue in use is as it was."""
    try:
        with tempfile.TemporaryDirectory(prefix="fest-") as folder:
            target = Path(folder) / "m30"
            name = _bring(request, target)
            report = _import(request, target)
    except SfmError as error:
        log.info("FEST refused for staff %s: %s", request.staff.pk, error.code)
        return _page(request, refused=error.text, address=request.POST.get("address", ""))
    if not report.unchanged:
        source = f"{name[:LONGEST_SOURCE]} – {request.staff.name}"
        Version.objects.filter(pk=report.version).update(source=source[:500])
    log.info(
        "FEST version %s taken in by staff %s%s",
        report.version,
        request.staff.pk,
        " (unchanged)" if report.unchanged else "",
    )
    said = "same" if report.unchanged else "imported"
    return HttpResponseRedirect(f"{reverse('provider:fest')}?ok={said}")


@require_POST
@provider_page(StaffRole.CATALOGUE)
def go_back(request: ProviderRequest) -> HttpResponse:
    """The version before is taken into use again; who did it stands in the history."""
    if request.POST.get("sure") != "1":
        return _page(request, refused="Kryss av for at forrige versjon skal tas i bruk.")
    try:
        found = roll_back(by=request.staff.name)
    except SfmError as error:
        return _page(request, refused=error.text)
    log.info("FEST rolled back to version %s by staff %s", found.pk, request.staff.pk)
    return HttpResponseRedirect(f"{reverse('provider:fest')}?ok=rolled_back")


@require_safe
@provider_page()
def version(request: ProviderRequest, pk: int) -> HttpResponse:
    """What one version changed, by name."""
    found = Version.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound("Versjonen finnes ikke.")
    products, count = history.products_changed(found)
    context = {
        "version": found,
        "changes": _changed(found),
        "products": products,
        "count": count,
        "kinds": words.PRODUCTS,
        "whats": words.CHANGES,
        "plain": _source,
    }
    return page(request, "fest_version", context)


def _import(request: ProviderRequest, target: Path) -> Report:
    """A whole file, or an increment; a refused one when somebody writes why it is right all the same."""
    if request.POST.get("increment") == "1":
        return import_increment(str(target))
    reason = request.POST.get("reason", "").strip()[:LONGEST_REASON]
    return import_file(str(target), accepted=f"{request.staff.name}: {reason}" if reason else "")


def _bring(request: ProviderRequest, target: Path) -> str:
    """Put what was given at `target`. Returns what to call it in the history."""
    address, file = request.POST.get("address", "").strip(), request.FILES.get("file")
    if bool(address) == bool(file):
        raise Invalid("Velg en fil, eller skriv en adresse.")
    if file:
        _write(file.chunks(), file.size or 0, target)
        return _plain_name(file)
    _download(_checked(address), target)
    return address


def _write(chunks: Iterable[bytes], announced: int, target: Path) -> None:
    written = 0
    with target.open("wb") as out:
        for chunk in chunks:
            written += len(chunk)
            if max(written, announced) > LARGEST:
                raise Refused(TOO_LARGE)
            out.write(chunk)
    if not written:
        raise Refused("Filen er tom.")


def _download(address: str, target: Path) -> None:
    """Follows no redirect: an address that was checked must be the one that answers."""
    started = clock.now()
    try:
        with httpx.stream("GET", address, timeout=httpx.Timeout(15.0, connect=CONNECT)) as answer:
            if answer.status_code != httpx.codes.OK:
                raise Refused(f"Adressen svarte med HTTP {answer.status_code}.")
            size = answer.headers.get("Content-Length", "0")
            announced = int(size) if size.isdigit() else 0
            _write(_in_time(answer.iter_bytes(), started), announced, target)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Refused(f"Fikk ikke hentet filen ({type(error).__name__}).") from error


def _in_time(chunks: Iterable[bytes], started: datetime) -> Iterable[bytes]:
    for chunk in chunks:
        if (clock.now() - started).total_seconds() > WHOLE:
            raise Refused("Nedlastingen tok for lang tid.")
        yield chunk


def _checked(address: str) -> str:
    """Encrypted, except where the whole world is a simulation."""
    allowed = ("https",) if settings.SFM_ENVIRONMENT == "production" else ("https", "http")
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise Invalid("Adressen kan ikke leses.") from error
    if parts.scheme not in allowed or not parts.hostname or parts.username:
        raise Invalid("Adressen må begynne med https:// og ikke inneholde brukernavn.")
    return address


def _plain_name(file: UploadedFile[bytes]) -> str:
    return Path(file.name or "fil").name


def _page(request: ProviderRequest, refused: str = "", address: str = "") -> HttpResponse:
    versions = list(Version.objects.order_by("-pk")[:20])
    current = Version.objects.filter(is_current=True).first()
    context = {
        "current": current,
        "history": versions,
        "changes": {version.pk: _changed(version) for version in versions},
        "attempts": UpdateAttempt.objects.order_by("-pk")[:10],
        "outcomes": words.OUTCOMES,
        "updates": settings.FEST_SOURCE,
        "may_import": StaffRole.CATALOGUE in request.staff.roles,
        "refused": refused,
        "address": address,
        "element": words.element,
        "plain": _source,
    }
    return page(request, "fest", context, status=422 if refused else 200)


def _source(kept: str) -> str:
    """A file the command took in is named, not its folder on the server."""
    return Path(kept).name if kept.startswith("/") else kept


def _changed(version: Version) -> list[tuple[str, int, int]]:
    return [
        (words.TABLES.get(table, table), written, expired)
        for table, (written, expired) in version.changes.items()
        if written or expired
    ]
