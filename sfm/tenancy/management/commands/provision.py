"""`manage.py provision`: keeps empty, migrated schemas ready for new journals."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand
from django.db import OperationalError, connection

from sfm.tenancy import provisioning

if TYPE_CHECKING:
    from argparse import ArgumentParser

EVERY = 10.0  # seconds


class Command(BaseCommand):
    help = (
        "Holder ledige skjemaer klare til nye journaler. Kjøres med eierrollen; webrollen kan ikke lage noe."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--keep", type=int, default=3, help="hvor mange som skal være klare")
        parser.add_argument("--once", action="store_true", help="gjør det én gang og avslutt")

    def handle(self, *_: Any, **options: Any) -> None:
        while True:
            try:
                made, removed = provisioning.keep(options["keep"])
            except OperationalError as error:  # the database is being restarted
                connection.close()
                self.stderr.write(f"databasen svarer ikke: {type(error).__name__}")
            else:
                if made or removed or options["once"]:
                    self.stdout.write(f"{made} klargjort, {removed} fjernet")
            if options["once"]:
                return
            time.sleep(EVERY)
