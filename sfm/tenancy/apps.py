from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class TenancyConfig(AppConfig):
    name = "sfm.tenancy"

    def ready(self) -> None:
        import_module("sfm.tenancy.checks")
