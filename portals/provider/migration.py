"""(Innflytting) How moving in goes in each journal, in numbers only: which files hold what is the customer's to see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from portals.provider import figures
from portals.provider.journals import size
from portals.provider.pages import page
from portals.shared.guard import provider_page
from sfm.migration import queries
from sfm.tenancy import keys
from sfm.tenancy.scope import journal_scope

if TYPE_CHECKING:
    from uuid import UUID

    from portals.shared.guard import ProviderRequest
    from sfm.tenancy.models import Journal


@dataclass(frozen=True, kw_only=True)
class MigrationFigures:
    journal_id: UUID
    name: str
    runs: int
    files: int
    settled: int
    deviated: int
    failed: int
    bytes: int

    @property
    def percent(self) -> int:
        return 100 * self.settled // self.files if self.files else 0


@require_safe
@provider_page()
def listing(request: ProviderRequest) -> HttpResponse:
    found = [_figures(journal) for journal in figures.all_journals() if journal.ready]
    return page(request, "migration", {"rows": [row for row in found if row.runs], "size": size})


@require_safe
@provider_page()
def certificate(_request: ProviderRequest) -> HttpResponse:
    """What exporters encrypt their files for. Public by nature."""
    answer = HttpResponse(keys.provider().migration_certificate(), content_type="application/x-pem-file")
    answer["Content-Disposition"] = 'attachment; filename="sfm-migrering.crt"'
    return answer


def _figures(journal: Journal) -> MigrationFigures:
    with journal_scope(journal):
        return MigrationFigures(journal_id=journal.pk, name=journal.name, **queries.numbers())
