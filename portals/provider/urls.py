"""(Tjenesteleverandørportalen) Everything below `/tjeneste/`, beside the login at `/tjeneste/oidc/`."""

from __future__ import annotations

from django.urls import path

from portals.provider import catalogue, journals, migration, overview, queues, services

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
    path("tjenester", services.status, name="services"),
]
