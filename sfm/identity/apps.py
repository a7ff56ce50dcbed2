from __future__ import annotations

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "sfm.identity"

    def ready(self) -> None:
        from sfm.identity import users
        from sfm.tenancy import rekey

        rekey.also(users.reindex_all)
