"""(Tjenesteleverandørportalen) Everything below `/tjeneste/`, beside the login at `/tjeneste/oidc/`."""

from __future__ import annotations

from django.urls import path

from portals.provider import catalogue, journals, migration, overview, queues, services
from portals.shared import ending

app_name = "provider"
urlpatterns = [
    path("", overview.page_of_overview, name="overview"),
    path("fest", catalogue.status, name="fest"),
    path("fest/importer", catalogue.take_in, name="fest_import"),
    path("fest/tilbake", catalogue.go_back, name="fest_rollback"),
    path("fest/versjon/<int:pk>", catalogue.version, name="fest_version"),
    path("koer", queues.listing, name="queues"),
    path("koer/<uuid:journal_id>/gjenoppliv", queues.revive, name="revive"),
    path("journaler", journals.listing, name="journals"),
    path("innflytting", migration.listing, name="migration"),
    path("innflytting/sertifikat", migration.certificate, name="migration_certificate"),
    path("okt", ending.staff_asked, name="session_asked"),
    path("okt/fortsett", ending.staff_go_on, name="session_go_on"),
    path("tjenester", services.status, name="services"),
]
