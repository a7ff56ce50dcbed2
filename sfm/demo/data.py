"""The demo's content: made once, from fixtures, through the same doors as in real life."""

from __future__ import annotations

import os
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from sfm.demo import elsewhere, fixtures, lists, registry
from sfm.fest import catalogue
from sfm.fest.models import Version
from sfm.tenancy import journals
from sfm.tenancy.models import Journal
from sfm.tenancy.scope import journal_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfm.core.ids import PatientKey
    from sfm.demo.fixtures import JournalFixture


def load(tell: Callable[[str], None]) -> None:
    """Everything that is not there yet. The simulators must answer."""
    if not Version.objects.filter(is_current=True).exists():
        tell("Importerer demokatalogen (FEST M30) …")
        import_catalogue()
    registry.register_client()
    registry.register_staff()
    registry.register_in_helseid()
    if not Journal.objects.exists():
        elsewhere.forget()
    for fixture in fixtures.journals():
        if not Journal.objects.filter(pk=fixture.id).exists():
            tell(f"Lager journalen «{fixture.name}» med {len(fixture.patients)} pasienter …")
            make(fixture)
    elsewhere.tell_hpr()
    elsewhere.learn_authorities(settings.SFM_SIGNATURE_AUTHORITIES)
    elsewhere.tell_epj(os.environ["SFM_EPJ_ORIGIN"])


def import_catalogue() -> None:
    """Build the demo M30 from fixtures/fest and take it in by the ordinary importer."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "demo-m30.xml"
        call_command("fest", "demo", out=file, stdout=StringIO())
        call_command("fest", "import", str(file), stdout=StringIO())


def make(fixture: JournalFixture) -> dict[str, PatientKey]:
    """One journal with its units, users and patients; and RF and KJ told what they know of them."""
    journal = registry.make_journal(fixture)
    try:
        # what was prescribed years ago is looked up in the FEST of today
        with journal_scope(journal), transaction.atomic(), catalogue.held():
            keys = {patient.key: lists.fill(patient, fixture) for patient in fixture.patients}
            elsewhere.tell_rf_and_kj(fixture, keys)
    except BaseException:
        journals.drop(journal)  # half a demo would look finished at the next start
        raise
    return keys
