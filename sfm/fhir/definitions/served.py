"""The addresses of definitions, in both APIs, open to all: `StructureDefinition/<name>` and its kin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.urls import re_path

from sfm.core.errors import NotFound
from sfm.fhir.data_sharing import edge
from sfm.fhir.definitions import codes, operations, structures

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse
    from django.urls import URLPattern
    from rest_framework.request import Request

Resource = dict[str, Any]
KINDS: Final[dict[str, Callable[[], tuple[Resource, ...]]]] = {
    "StructureDefinition": structures.every,
    "CodeSystem": codes.systems,
    "ValueSet": codes.value_sets,
    "OperationDefinition": operations.every,
}
PARAMS: Final = {"url": "uri", "name": "string", "_id": "token"}


class DefinitionView(edge.NothingHere):
    """Reads nothing but our own tables: no login, no journal, no access log."""

    kind = ""

    def get(self, request: Request, ident: str = "") -> HttpResponse:
        found = KINDS[self.kind]()
        if ident:
            return edge.answered(request._request, _named(found, ident))
        return edge.answered(request._request, self._searched(request, found))

    def _searched(self, request: Request, found: tuple[Resource, ...]) -> Resource:
        given = edge.of_address(request._request)
        url, name = given.get("url"), given.get("_id", "name")
        base = settings.PUBLIC_ORIGIN + edge.base_path(request._request)
        shown = [
            one
            for one in found
            if (not url or one["url"] == url) and (not name or name in (one["id"], one["name"]))
        ]
        bundle: Resource = {
            "resourceType": "Bundle",
            "type": "searchset",
            "total": len(shown),
            "link": [{"relation": "self", "url": f"{base}/{self.kind}"}],
        }
        entries = [
            {"fullUrl": f"{base}/{self.kind}/{one['id']}", "resource": one, "search": {"mode": "match"}}
            for one in shown
        ]
        return bundle | ({"entry": entries} if entries else {})


def addresses(aliases: str) -> list[URLPattern]:
    return [
        address
        for kind in KINDS
        for address in (
            re_path(rf"{aliases}{kind}/?$", DefinitionView.as_view(kind=kind)),
            re_path(
                rf"{aliases}{kind}/(?P<ident>[A-Za-z0-9.-]{{1,64}})/?$", DefinitionView.as_view(kind=kind)
            ),
        )
    ]


def offered() -> list[Resource]:
    """As the capability statements list them."""
    return [
        {
            "type": kind,
            "interaction": [{"code": "read"}, {"code": "search-type"}],
            "versioning": "no-version",
            "readHistory": False,
            "updateCreate": False,
            "conditionalCreate": False,
            "conditionalUpdate": False,
            "searchParam": [{"name": name, "type": value} for name, value in PARAMS.items()],
        }
        for kind in KINDS
    ]


def _named(found: tuple[Resource, ...], ident: str) -> Resource:
    made = next((resource for resource in found if resource["id"] == ident), None)
    if made is None:
        raise NotFound(detail="no such definition")
    return made
