"""`manage.py audit_verify`: does every journal's access log still say what it said?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from sfm.audit import chain
from sfm.tenancy import journals
from sfm.tenancy.scope import journal_scope

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Kontroller kjeden over tilgangsloggen; navngi første brutte hendelse."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--journal", type=UUID, help="bare denne journalen")
        parser.add_argument("--kept", metavar="HODE", help="et hode som er tatt vare på, av samme journal")

    def handle(self, *_: Any, **options: Any) -> None:
        if options["kept"]:
            self._hold_against(options["journal"], options["kept"])
        chosen = [journals.find(options["journal"])] if options["journal"] else journals.in_use()
        broken = 0
        for journal in chosen:
            with journal_scope(journal):
                verdict, head = chain.verify(), chain.head()
            if verdict.holds:
                self.stdout.write(
                    f"{journal.pk}: {verdict.sealed} hendelser, kjeden holder, hode {chain.told(*head)}"
                )
            else:
                broken += 1
                self.stderr.write(f"{journal.pk}: brudd ved seq {verdict.broken_seq}: {verdict.because}")
        if broken:
            raise CommandError(f"{broken} av {len(chosen)} logger er brutt")

    def _hold_against(self, journal: UUID | None, kept: str) -> None:
        if journal is None:
            raise CommandError("--kept gjelder én journal: oppgi --journal")
        with journal_scope(journals.find(journal)):
            try:
                agrees = chain.agrees_with(kept)
            except ValueError as error:
                raise CommandError("--kept skrives som hodet ble vist: posisjon:xxxxxxxx-xxxxxxxx") from error
        if not agrees:
            raise CommandError(f"{journal}: loggen er ikke lenger den som hadde hodet {kept}")
