"""`manage.py migration certificate|pack|run`"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from django.core.management.base import BaseCommand, CommandError

from sfm.core.errors import SfmError
from sfm.migration import envelope, running
from sfm.tenancy import journals, keys
from sfm.tenancy.scope import journal_scope

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Innflytting: sertifikatet eksportfiler krypteres for, pakking av en mappe, og innlesing uten arbeidere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("certificate", help="sertifikatet til SFM migrering, som PEM")
        pack = verbs.add_parser("pack", help="pakk og krypter en utpakket mappe som én eksportfil")
        pack.add_argument("folder", type=Path)
        pack.add_argument("out", type=Path, help="ExportData.dat eller <guid>.pat")
        pack.add_argument("--certificate", type=Path, help="en annen mottakers sertifikat")
        run = verbs.add_parser("run", help="les inn det som venter i en journal")
        run.add_argument("journal", type=UUID)

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['verb']}")(options)
        except SfmError as error:
            raise CommandError(error.text) from error

    def _certificate(self, _options: dict[str, Any]) -> None:
        self.stdout.write(keys.provider().migration_certificate().decode())

    def _pack(self, options: dict[str, Any]) -> None:
        folder: Path = options["folder"]
        files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }
        if not files:
            raise CommandError("Mappen er tom.")
        stated = options["certificate"]
        pem = stated.read_bytes() if stated else keys.provider().migration_certificate()
        key = x509.load_pem_x509_certificate(pem).public_key()
        if not isinstance(key, RSAPublicKey):
            raise CommandError("Sertifikatet har ikke en RSA-nøkkel.")
        options["out"].write_bytes(envelope.seal_envelope(envelope.pack(files), key))
        self.stdout.write(f"{len(files)} filer i {options['out']}")

    def _run(self, options: dict[str, Any]) -> None:
        with journal_scope(journals.find(options["journal"])):
            states = [running.take_in(file_id) for file_id in running.waiting()]
        self.stdout.write(
            f"{len(states)} filer: " + (", ".join(sorted(set(filter(None, states)))) or "ingen ventet")
        )
