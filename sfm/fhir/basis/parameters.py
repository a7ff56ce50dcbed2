"""The Parameters of an operation: read by name in any case, and written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sfm.core import clock
from sfm.fhir.basis import names
from sfm.fhir.data_sharing import naming
from sfm.fhir.data_sharing.r4.check import is_a
from sfm.fhir.data_sharing.r4.faults import BadContent, Fault, required

Resource = dict[str, Any]
MOST = 60  # parameters of a call


@dataclass(frozen=True, kw_only=True, repr=False)
class Given:
    """The parameters of a call, and where each stands."""

    parts: tuple[Resource, ...]

    def path(self, name: str) -> str:
        found = (index for index, part in enumerate(self.parts) if _is(part, name))
        index = next(found, None)
        return "Parameters.parameter" if index is None else f"Parameters.parameter[{index}]"

    def resource(self, name: str, kind: str) -> Resource:
        """The one resource of this name. Raises BadContent when there is none, several or another."""
        found = [part["resource"] for part in self.parts if _is(part, name) and "resource" in part]
        if len(found) != 1:
            raise BadContent(required(f"Parameters.parameter:{name}", f"Parameteren {name} (nøyaktig én)"))
        if found[0]["resourceType"] != kind:
            raise BadContent(_wrong(f"{self.path(name)}.resource", f"must be a {kind}"))
        kept: Resource = found[0]
        return kept

    def codes(self, name: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        """The values of a code parameter, also when given as text or coding."""
        found = tuple(_text(part) for part in self.parts if _is(part, name))
        for value in found:
            if value not in allowed:
                raise BadContent(
                    _wrong(self.path(name), "must be one of " + ", ".join(allowed), "code-invalid")
                )
        return found

    def texts(self, name: str, longest: int = 64) -> tuple[str, ...]:
        found = tuple(_text(part) for part in self.parts if _is(part, name))
        if any(not value or len(value) > longest for value in found):
            raise BadContent(_wrong(self.path(name), f"must be a text of at most {longest} characters"))
        return found

    def moment(self, name: str) -> str:
        found = self.texts(name)
        if not found:
            return ""
        if len(found) > 1 or not is_a("dateTime", found[0]) or len(found[0]) < len("2026-01-01"):
            raise BadContent(_wrong(self.path(name), "must be one dateTime"))
        return found[0][:10]


def read(content: Resource) -> Given:
    parts = tuple(content.get("parameter", ()))
    if len(parts) > MOST:
        raise BadContent(_wrong("Parameters.parameter", f"at most {MOST} parameters"))
    return Given(parts=parts)


def written(*parts: Resource | None) -> Resource:
    return {"resourceType": "Parameters", "parameter": [part for part in parts if part is not None]}


def said(name: str, kind: str, value: Any) -> Resource | None:
    return None if value is None else {"name": name, f"value{kind}": value}


def result(code: str, text: str = "") -> Resource:
    """A code of sfm-kj-rf-error-code, as the CodeableConcept real answers carry."""
    made = naming.coded(names.RESULT_CODES, code, names.RESULTS[code])
    return made | ({"text": text} if text else {})


def coding(code: str) -> Resource:
    return {"system": names.RESULT_CODES, "code": code, "display": names.RESULTS[code]}


def when(at: Any) -> str | None:
    return clock.local(at).isoformat(timespec="milliseconds") if at else None


def _is(part: Resource, name: str) -> bool:
    return str(part.get("name", "")).lower() == name.lower()


def _text(part: Resource) -> str:
    value = next((value for name, value in part.items() if name.startswith("value")), "")
    if isinstance(value, dict):  # a Coding or CodeableConcept where a code is asked for
        inner = (value.get("coding") or [value])[0]
        value = inner.get("code") or inner.get("value") or ""
    return str(value).strip()


def _wrong(path: str, what: str, code: str = "value") -> Fault:
    return Fault(path=path, code=code, text=f"Feil i {path}.", diagnostics=f"{path}: {what}")
