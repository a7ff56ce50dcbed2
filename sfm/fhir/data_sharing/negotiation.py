"""Which form comes in and which goes out: JSON or XML, `_format` before Accept (fhir.md 2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfm.fhir.data_sharing.outcome import NotAcceptable, TooLarge, WrongMedia
from sfm.fhir.data_sharing.r4 import json_form, xml_form

if TYPE_CHECKING:
    from django.http import HttpRequest

JSON, XML = "application/fhir+json", "application/fhir+xml"
FORMS = {
    JSON: JSON,
    "application/json": JSON,
    "json": JSON,
    "text/json": JSON,
    XML: XML,
    "application/xml": XML,
    "text/xml": XML,
    "xml": XML,
}
ANYTHING = ("*/*", "application/*")
MAX_BYTES = 1024 * 1024
LONGEST_LENGTH = 10  # digits


def form_of_answer(request: HttpRequest) -> str:
    """Raises NotAcceptable."""
    wanted = request.GET.get("_format", "")
    if wanted:
        return _known(wanted)
    accepted = [part for part in request.headers.get("Accept", "").split(",") if part.strip()]
    names = [_bare(part) for part in sorted(accepted, key=_weight)]
    if not names:
        return JSON
    for name in names:
        if name in FORMS or name in ANYTHING:
            return FORMS.get(name, JSON)
    raise NotAcceptable


def write(resource: dict[str, Any], form: str) -> bytes:
    return xml_form.write(resource) if form == XML else json_form.write(resource)


def read(request: HttpRequest) -> dict[str, Any]:
    """The body as a JSON value. Raises BadContent, WrongMedia or TooLarge."""
    form = FORMS.get(_bare(request.content_type or ""))
    if form is None:
        raise WrongMedia
    body = body_of(request)
    return xml_form.read(body) if form == XML else json_form.read(body)


def body_of(request: HttpRequest) -> bytes:
    length = request.headers.get("Content-Length") or "0"
    if not length.isdecimal() or len(length) > LONGEST_LENGTH or int(length) > MAX_BYTES:
        raise TooLarge
    body = request.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise TooLarge
    return body


def _known(name: str) -> str:
    # «+» in an address is a space to Django
    form = FORMS.get(_bare(name).replace(" ", "+"))
    if form is None:
        raise NotAcceptable
    return form


def _bare(name: str) -> str:
    return name.partition(";")[0].strip().lower()


def _weight(part: str) -> float:
    _, _, quality = part.replace(" ", "").partition(";q=")
    try:
        return -float(quality.partition(";")[0] or 1)
    except ValueError:
        return 0
