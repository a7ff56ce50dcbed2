"""A page, or one block of it, for the same address: with JavaScript only what changes is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse

from portals.shared.jinja import render_block, render_template

if TYPE_CHECKING:
    from django.http import HttpRequest

WHOLE_PAGE = {"HX-Retarget": "#page", "HX-Reselect": "#page", "HX-Reswap": "outerHTML show:window:top"}


def render(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    block: str = "",
    status: int = 200,
) -> HttpResponse:
    """The template for this request.

    With `block`, an htmx request that is not a navigation gets that block alone. Whatever else htmx asks for is a
    navigation: it gets the page, and is told to put it in place of #page.
    """
    values = context or {}
    if block and wants_fragment(request):
        return HttpResponse(render_block(request, template, values, block), status=status)
    response = HttpResponse(render_template(request, template, values), status=status)
    if is_htmx(request) and not restores_history(request):
        for name, value in WHOLE_PAGE.items():
            response[name] = value
    return response


def fragment(request: HttpRequest, template: str, context: dict[str, Any] | None = None) -> HttpResponse:
    """A small template that is never a page of its own: a row, a list of hits."""
    return HttpResponse(render_template(request, template, context or {}))


def is_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def restores_history(request: HttpRequest) -> bool:
    return request.headers.get("HX-History-Restore-Request") == "true"


def wants_fragment(request: HttpRequest) -> bool:
    return is_htmx(request) and request.headers.get("HX-Boosted") != "true" and not restores_history(request)
