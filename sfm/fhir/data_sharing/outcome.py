"""Every fault as an OperationOutcome in three parts: the general one, one per element, and the trace id (fhir.md 7)."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.conf import settings
from django.db import InterfaceError, OperationalError
from rest_framework.exceptions import APIException

from sfm.core.errors import Conflict, Invalid, NotFound, SfmError, Unavailable
from sfm.fhir.data_sharing.r4.faults import BadContent, Fault
from sfm.identity.refusals import Malformed, Refused, TooMany

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)
CODES = {
    400: "invalid",
    401: "security",
    403: "forbidden",
    404: "not-found",
    409: "conflict",
    412: "conflict",
    415: "not-supported",
    406: "not-supported",
    429: "throttled",
    501: "not-supported",
    503: "transient",
}
SAID = {
    400: "the request cannot be understood",
    401: "the access token or its proof is not accepted",
    403: "the caller may not do this",
    404: "unknown, or not the caller's",
    409: "the state does not allow it",
    412: "the resource has changed since it was read",
    429: "too many requests",
    501: "not offered",
    503: "temporarily unavailable",
}
GENERAL = "Please use the id '{}' and contact our support team if the problem persists."
TRACE = "TraceId: {} (Also include this value in support requests)"
ONE_NOT_FOUND = "Fant ikke det du ba om."  # the same words for unknown, foreign and expired


class NotOffered(Refused):
    status, problem, code = 501, "not-offered", "SFM-501"
    text = "Dette tilbys ikke av SFM."


class VersionConflict(Refused):
    status, problem, code = 412, "version-conflict", "SFM-412"
    text = "Ressursen er endret siden den ble lest. Les den på nytt."


class NotAcceptable(Refused):
    status, problem, code = 406, "not-acceptable", "SFM-406"
    text = "Formatet tilbys ikke. Bruk JSON eller XML."


class WrongMedia(Refused):
    status, problem, code = 415, "unsupported-media", "SFM-415"
    text = "Innholdet må være FHIR i JSON eller XML."


class TooLarge(Refused):
    status, problem, code = 413, "too-large", "SFM-413"
    text = "Innholdet er for stort."


class _Unexpected(SfmError):
    status, code = 500, "SFM-500"
    text = "Noe gikk galt. Ingenting er lagret."


def as_ours(error: Exception, trace_id: str) -> SfmError:
    """The error as one we know. What nobody foresaw is logged with its trace, and tells nothing."""
    if isinstance(error, SfmError):
        return error
    if isinstance(error, OperationalError | InterfaceError):
        return Unavailable(detail=type(error).__name__)
    if isinstance(error, APIException):
        return Malformed(detail=type(error).__name__) if error.status_code == 400 else NotOffered()
    log.error("unexpected failure", exc_info=error, extra={"trace_id": trace_id})
    return _Unexpected()


def status_of(error: SfmError) -> int:
    """The guides know 400 only for what is wrong with the content."""
    return 400 if error.status == 422 else error.status


def resource(error: SfmError, trace_id: str) -> dict[str, Any]:
    return of_issues(_issues(error), trace_id)


def of_issues(issues: Iterator[dict[str, Any]], trace_id: str) -> dict[str, Any]:
    ident = str(uuid4())
    return {
        "resourceType": "OperationOutcome",
        "id": ident,
        "issue": [
            {"severity": "error", "code": "processing", "diagnostics": GENERAL.format(ident)},
            *issues,
            {
                "severity": "information",
                "code": "informational",
                "details": {"text": TRACE.format(trace_id)},
            },
        ],
    }


def information(issue: dict[str, Any], trace_id: str) -> dict[str, Any]:
    """An entry of a searchset that says what the answer does not hold."""
    trace = {"severity": "information", "code": "informational", "details": {"text": TRACE.format(trace_id)}}
    return {"resourceType": "OperationOutcome", "id": str(uuid4()), "issue": [issue, trace]}


def retry_after(error: SfmError) -> str:
    return "60" if isinstance(error, TooMany) else ""


def faults_of(error: SfmError) -> tuple[Fault, ...]:
    if isinstance(error, BadContent) and error.faults:
        return error.faults
    status = status_of(error)
    text = ONE_NOT_FOUND if isinstance(error, NotFound) else error.text
    code = _code(error, status)
    return (Fault(path="", code=code, text=text, diagnostics=SAID.get(status, "the request was refused")),)


def _code(error: SfmError, status: int) -> str:
    if isinstance(error, Conflict):
        return "conflict"
    return "business-rule" if isinstance(error, Invalid) else CODES.get(status, "processing")


def _issues(error: SfmError) -> Iterator[dict[str, Any]]:
    for fault in faults_of(error):
        issue = {
            "severity": "error",
            "code": fault.code,
            "details": {"coding": [{"system": _system(), "code": error.code}], "text": fault.text},
            "diagnostics": fault.diagnostics or fault.text,
        }
        yield issue | ({"expression": [fault.path, _capitalised(fault.path)]} if fault.path else {})


def _system() -> str:
    return f"{settings.PUBLIC_ORIGIN}/fhir/CodeSystem/sfm-open-issues"


def _capitalised(path: str) -> str:
    return re.sub(r"(^|\.)([a-z])", lambda found: found[1] + found[2].upper(), path)
