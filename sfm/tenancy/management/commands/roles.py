"""`manage.py roles`: the database roles of an installation."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from sfm.tenancy import roles


class Command(BaseCommand):
    help = "Lag databaserollene sfm_owner og sfm_app og gi dem det de skal ha. Kjøres av en superbruker; kan gjentas."

    def handle(self, *_: Any, **_options: Any) -> None:
        made = roles.create()
        for name in made:
            self.stdout.write(f"{name} er laget uten passord: ALTER ROLE {name} PASSWORD ...")
        self.stdout.write("Rollene har det de skal ha.")
