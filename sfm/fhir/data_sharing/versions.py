"""Version ids, and `If-Match` against them."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sfm.fhir.data_sharing.outcome import VersionConflict

if TYPE_CHECKING:
    from sfm.fhir.data_sharing.offers import Call, Resource


def by_content(resource: Resource) -> Resource:
    """With a version id made of the content, for what is kept without a counter."""
    plain = json.dumps(resource, sort_keys=True, ensure_ascii=False).encode()
    return with_id(resource, sha256(plain).hexdigest()[:16])


def with_id(resource: Resource, version: Any) -> Resource:
    meta = resource.get("meta", {}) | {"versionId": str(version)}
    return resource | {"meta": meta}


def check(call: Call, current: Resource) -> None:
    """Raises VersionConflict when the caller changes another version than the one there is."""
    wanted = call.if_match.strip().removeprefix("W/").strip('"')
    if wanted and wanted != current["meta"]["versionId"]:
        raise VersionConflict
