"""`manage.py keys status|rotate|root`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from sfm.core.errors import SfmError
from sfm.tenancy import keys, rekey
from sfm.tenancy.models import Journal
from sfm.tenancy.scope import journal_scope

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = (
        "Nøkler: hva som står under hvilken, ny nøkkel for en journal, ny rotnøkkel. Kjøres med eierrollen."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("status", help="antall verdier under hver nøkkelversjon, per journal")
        verbs.add_parser("root", help="ny rotnøkkel; alle journalnøkler pakkes om")
        rotate = verbs.add_parser("rotate", help="ny journalnøkkel, og alt kryptert på nytt under den")
        rotate.add_argument("journals", nargs="*", type=UUID, help="ingen: alle")
        rotate.add_argument(
            "--resume", action="store_true", help="ingen ny nøkkel; gjør ferdig det som er begynt"
        )
        rotate.add_argument(
            "--forget-old", action="store_true", help="slett de gamle nøklene når alt er flyttet"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['verb']}")(options)
        except SfmError as error:
            raise CommandError(error.text) from error

    def _status(self, _options: dict[str, Any]) -> None:
        for journal in Journal.objects.filter(ready=True).order_by("created"):
            with journal_scope(journal):
                used = rekey.usage()
                held = keys.journal_keys().versions
            told = ", ".join(f"versjon {version}: {used.get(version, 0)}" for version in held)
            self.stdout.write(f"{journal.pk}  {journal.name}: {told}")

    def _root(self, _options: dict[str, Any]) -> None:
        version, number = keys.provider().rotate(), keys.rewrap()
        self.stdout.write(f"Rotnøkkel {version}; {number} journalnøkler er pakket om")

    def _rotate(self, options: dict[str, Any]) -> None:
        wanted = Journal.objects.filter(ready=True).order_by("created")
        chosen = wanted.filter(pk__in=options["journals"]) if options["journals"] else wanted
        if options["journals"] and chosen.count() != len(set(options["journals"])):
            raise CommandError("En av journalene finnes ikke.")
        act = rekey.reencrypt if options["resume"] else rekey.rotate
        for journal in chosen:
            done = act(journal, forget_old=options["forget_old"])
            self.stdout.write(f"{journal.pk}  {journal.name}: versjon {done.version}, {done.rows} rader")
