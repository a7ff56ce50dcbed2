"""`manage.py fest import|status|update|rollback|demo|synthetic|increment`"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sfm.core.errors import SfmError
from sfm.fest.importer.increment import import_increment
from sfm.fest.importer.rollback import roll_back
from sfm.fest.importer.run import import_file
from sfm.fest.importer.update import FAILED, IMPORTED, REFUSED, update
from sfm.fest.models import Version

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    requires_system_checks = ()  # the catalogue knows no addresses and no templates
    help = "FEST: importer, vis status, bygg demokatalog eller syntetisk katalog i full størrelse"

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        importing = actions.add_parser("import", help="ta en M30 (zip eller XML) i bruk")
        importing.add_argument("source", help="fil eller adresse")
        importing.add_argument("--validate", action="store_true", help="valider mot det offisielle skjemaet")
        importing.add_argument("--increment", action="store_true", help="filen inneholder bare endringer")
        importing.add_argument(
            "--accept", default="", metavar="HVEM OG HVORFOR", help="ta inn på tross av vaktene"
        )
        actions.add_parser("update", help="se etter ny FEST der innstillingen SFM_FEST_SOURCE sier")
        back = actions.add_parser("rollback", help="gå tilbake til forrige versjon")
        back.add_argument("--by", required=True, help="hvem som gjør det")
        actions.add_parser("status", help="katalogen i bruk")
        demo = actions.add_parser("demo", help="bygg demokatalogen")
        demo.add_argument("--out", type=Path, required=True)
        synthetic = actions.add_parser("synthetic", help="lag en syntetisk M30 i full størrelse")
        synthetic.add_argument("--out", type=Path, required=True)
        synthetic.add_argument("--scale", type=float, default=1.0)
        synthetic.add_argument("--seed", type=int, default=1)
        synthetic.add_argument("--extracted", default="2026-09-08T01:02:03", help="HentetDato")
        part = actions.add_parser("increment", help="lag en syntetisk inkrementell fil av en hel")
        part.add_argument("full", type=Path)
        part.add_argument("--out", type=Path, required=True)
        part.add_argument("--extracted", default="2026-09-22T01:02:03", help="HentetDato")
        synthetic.add_argument("--zip", action="store_true", help="pakk som FEST pakkes")

    def handle(self, *_args: Any, action: str, **options: Any) -> None:
        try:
            getattr(self, f"_{action}")(**options)
        except SfmError as error:
            raise CommandError(error.text) from error

    def _import(self, *, source: str, validate: bool, increment: bool, accept: str, **_: Any) -> None:
        whole = not increment
        report = (
            import_file(source, check_schema=validate, accepted=accept) if whole else import_increment(source)
        )
        if report.unchanged:
            self.stdout.write(
                f"Samme fil er alt i bruk (versjon {report.version}, HentetDato {report.extracted_at})."
            )
            return
        self.stdout.write(f"FEST-versjon {report.version} er tatt i bruk. HentetDato {report.extracted_at}.")
        for name, change in report.changes.items():
            self.stdout.write(f"  {name}: {change.written} nye eller endrede, {change.expired} utgått")

    def _status(self, **_: Any) -> None:
        version = Version.objects.filter(is_current=True).first()
        if version is None:
            raise CommandError("Ingen FEST-katalog er importert. Kjør «manage.py fest import».")
        self.stdout.write(
            f"Versjon {version.pk}, HentetDato {version.extracted_at}, importert {version.imported_at:%d.%m.%Y %H:%M} "
            f"fra {version.source}"
        )
        for name, count in version.counts.items():
            self.stdout.write(f"  {name}: {count}")

    def _update(self, **_: Any) -> None:
        if not settings.FEST_SOURCE:
            raise CommandError("Sett SFM_FEST_SOURCE til adressen eller filen FEST skal hentes fra.")
        attempt = update(settings.FEST_SOURCE, driver=settings.FEST_DRIVER)
        if attempt.outcome in (REFUSED, FAILED):
            raise CommandError(attempt.text)
        self.stdout.write("Ny FEST er tatt i bruk." if attempt.outcome == IMPORTED else "Ingenting nytt.")

    def _rollback(self, *, by: str, **_: Any) -> None:
        version = roll_back(by=by)
        self.stdout.write(f"Versjon {version.pk} er i bruk igjen. HentetDato {version.extracted_at}.")

    def _increment(self, *, full: Path, out: Path, extracted: str, **_: Any) -> None:
        from sfm.fest.build.increment import write_increment

        changed, ended = write_increment(full, out, extracted_at=extracted)
        self.stdout.write(f"Skrev {out}: {changed} endrede eller nye, {ended} utgåtte.")

    def _demo(self, *, out: Path, **_: Any) -> None:
        from sfm.fest.build.demo import write_demo

        write_demo(out)
        self.stdout.write(f"Demokatalogen er skrevet til {out}.")

    def _synthetic(self, *, out: Path, scale: float, seed: int, extracted: str, **options: Any) -> None:
        from sfm.fest.build.synthetic import write_synthetic

        write_synthetic(out, scale=scale, seed=seed, extracted_at=extracted, zipped=options["zip"])
        self.stdout.write(f"Skrev {out} ({out.stat().st_size / 1e6:.1f} MB).")
