from __future__ import annotations

from django.apps import AppConfig


class PatientsConfig(AppConfig):
    name = "sfm.patients"

    def ready(self) -> None:
        from sfm.patients import links
        from sfm.tenancy import rekey

        rekey.also(links.reseal_all)
