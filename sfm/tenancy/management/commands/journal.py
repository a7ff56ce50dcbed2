"""`manage.py journal create|list|check|migrate`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from sfm.core.errors import SfmError
from sfm.tenancy import journals
from sfm.tenancy.models import Journal, OrganisationType

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Opprett, vis, kontroller eller migrer journaler."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        create = verbs.add_parser("create", help="ny journal med eget skjema og egen nøkkel")
        create.add_argument("name")
        create.add_argument(
            "--type", type=int, choices=OrganisationType.values, default=OrganisationType.OTHER
        )
        create.add_argument("--id", type=UUID, help="journal-id fra EPJ; ellers lages en")
        verbs.add_parser("list", help="alle journaler")
        verbs.add_parser("check", help="registeret mot databasen; avslutter med feil når noe mangler")
        verbs.add_parser("migrate", help="oppdater skjemaet i alle journaler, én om gangen")

    def handle(self, *_: Any, **options: Any) -> None:
        getattr(self, f"_{options['verb']}")(options)

    def _create(self, options: dict[str, Any]) -> None:
        try:
            journal = journals.create(
                name=options["name"], organisation_type=options["type"], id=options["id"]
            )
        except SfmError as error:
            raise CommandError(error.text) from error
        self.stdout.write(f"{journal.pk}  {journal.name}")

    def _list(self, _options: dict[str, Any]) -> None:
        for journal in Journal.objects.order_by("created"):
            state = "i bruk" if journal.active and journal.ready else "ikke i bruk"
            kind = OrganisationType(journal.organisation_type).label
            self.stdout.write(f"{journal.pk}  {state:<11}  {kind:<16}  {journal.name}")

    def _check(self, _options: dict[str, Any]) -> None:
        found = journals.problems()
        for problem in found:
            self.stderr.write(problem)
        if found:
            raise CommandError(f"{len(found)} feil")
        self.stdout.write(f"{Journal.objects.count()} journaler, ingen feil")

    def _migrate(self, _options: dict[str, Any]) -> None:
        behind = journals.migrate_all()
        self.stdout.write(f"{behind} oppdatert")
