"""(Journaler) Which journals there are, whether they are open, and how far their schemas have come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from portals.provider import figures
from portals.provider.pages import page
from portals.shared.guard import provider_page

if TYPE_CHECKING:
    from portals.shared.guard import ProviderRequest


@require_safe
@provider_page()
def listing(request: ProviderRequest) -> HttpResponse:
    return page(request, "journals", {"rows": figures.journals(figures.all_journals()), "size": size})


def size(number: int) -> str:
    """«2,4 MB»"""
    return f"{number / 1e6:.1f}".replace(".", ",") + "\N{NO-BREAK SPACE}MB"
