"""`manage.py journal create|list|check|migrate|export|import|erase`"""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from sfm.core.errors import SfmError
from sfm.tenancy import archive, erasing, journals
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
        out = verbs.add_parser("export", help="en hel journal til én kryptert fil")
        out.add_argument("journal", type=UUID)
        out.add_argument("file", type=Path)
        back = verbs.add_parser("import", help="en eksportert journal tilbake, slik den var")
        back.add_argument("file", type=Path)
        for one in (out, back):
            one.add_argument("--passphrase-file", type=Path, required=True, help="minst 12 tegn")
        erase = verbs.add_parser("erase", help="slett en journal for godt: nøklene, så radene")
        erase.add_argument("journal", type=UUID)
        erase.add_argument("--confirm", required=True, help="journalens navn, bokstav for bokstav")
        erase.add_argument("--by", required=True, help="hvem som sletter")
        erase.add_argument("--reason", required=True, help="hvorfor")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['verb']}")(options)
        except SfmError as error:
            raise CommandError(error.text) from error

    def _create(self, options: dict[str, Any]) -> None:
        journal = journals.create(name=options["name"], organisation_type=options["type"], id=options["id"])
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

    def _export(self, options: dict[str, Any]) -> None:
        journal, file = _registered(options["journal"]), options["file"]
        if file.exists():
            raise CommandError(f"{file} finnes allerede.")
        with _private(file) as out:
            counts = archive.export(journal, out, _passphrase(options))
        self.stdout.write(
            f"{sum(counts.values())} rader i {len(counts)} tabeller, {file.stat().st_size} byte"
        )

    def _import(self, options: dict[str, Any]) -> None:
        with options["file"].open("rb") as source:
            journal, counts = archive.take_in(source, _passphrase(options))
        self.stdout.write(f"{journal.pk}  {journal.name}: {sum(counts.values())} rader")

    def _erase(self, options: dict[str, Any]) -> None:
        told = erasing.erase(
            _registered(options["journal"]),
            confirm=options["confirm"],
            by=options["by"],
            reason=options["reason"],
        )
        self.stdout.write(f"{told.name} er slettet. {sum(told.rows.values())} rader og alle nøkler er borte.")


def _registered(journal_id: UUID) -> Journal:
    """Also one that is out of use."""
    journal: Journal | None = Journal.objects.filter(pk=journal_id).first()
    if journal is None:
        raise CommandError("Journalen finnes ikke.")
    return journal


def _passphrase(options: dict[str, Any]) -> str:
    found: str = options["passphrase_file"].read_text(encoding="utf-8").strip()
    return found


def _private(file: Path) -> IO[bytes]:
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
