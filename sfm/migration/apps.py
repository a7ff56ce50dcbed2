from __future__ import annotations

from django.apps import AppConfig


class MigrationConfig(AppConfig):
    name = "sfm.migration"
