"""(Virksomhetsportalen) Everything below `/e/<slug>/virksomhet/`."""

from __future__ import annotations

from django.urls import path

from portals.organisation import access_log, alert_statistics, message_log, migration, units

app_name = "organisation"
urlpatterns = [
    path("", units.entrance, name="units"),
    path("enheter/ny", units.new, name="unit_new"),
    path("enheter/<uuid:pk>", units.change, name="unit"),
    path("enheter/<uuid:pk>/aktiver", units.activate, name="activate"),
    path("enheter/<uuid:pk>/deaktiver", units.deactivate, name="deactivate"),
    path("enheter/<uuid:pk>/verifiser", units.verify, name="verify"),
    path("innsynslogg", access_log.page_of_log, name="access_log"),
    path("innsynslogg/pasient", access_log.of_patient, name="access_log_patient"),
    path("innsynslogg/eksport", access_log.export, name="access_log_export"),
    path("varsler", alert_statistics.listing, name="alerts"),
    path("meldinger", message_log.listing, name="messages"),
    path("innflytting", migration.listing, name="migrations"),
    path("innflytting/<uuid:run_id>", migration.of_run, name="migration"),
    path("innflytting/<uuid:run_id>/rapport", migration.report, name="migration_report"),
    path("innflytting/fil/<uuid:file_id>", migration.of_file, name="migration_file"),
    path("innflytting/fil/<uuid:file_id>/igjen", migration.again, name="migration_again"),
]
