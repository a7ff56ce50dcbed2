"""The end of a journal: first its keys, so that no back-up can be read, then its rows. That it happened stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from sfm.core import clock
from sfm.core.errors import Conflict, Invalid
from sfm.tenancy import journals, keys, roles
from sfm.tenancy.models import Journal, JournalErasure
from sfm.tenancy.scope import leave

if TYPE_CHECKING:
    from collections.abc import Callable


def erase(
    journal: Journal, *, confirm: str, by: str, reason: str, audit_head: Callable[[], str] = lambda: ""
) -> JournalErasure:
    """For good. `confirm` is the journal's name, written out. Raises Conflict without the owner's rights."""
    if confirm != journal.name:
        raise Invalid("Bekreftelsen må være journalens navn, bokstav for bokstav.")
    if not by.strip() or not reason.strip():
        raise Invalid("Si hvem som sletter og hvorfor.")
    if not roles.owns(journal.schema_name):
        raise Conflict("Sletting krever eierrollen (sfm_owner).", code="SFM-409")
    told = JournalErasure.objects.create(
        journal_id=journal.pk,
        name=journal.name,
        organisations=sorted(set(journal.organisations.values_list("orgnr", flat=True))),
        rows=_counts(journal.schema_name),
        audit_head=audit_head(),
        by=by.strip()[:200],
        reason=reason.strip()[:500],
    )
    _crypto_erase(journal, told)
    journals.drop(journal)
    told.schema_gone_at = clock.now()
    told.save(update_fields=["schema_gone_at"])
    return told


@transaction.atomic
def _crypto_erase(journal: Journal, told: JournalErasure) -> None:
    """Nobody enters any more, and nothing can be read, even if what follows fails."""
    Journal.objects.filter(pk=journal.pk).update(active=False, ready=False)
    journal.keys.all().delete()
    told.keys_gone_at = clock.now()
    told.save(update_fields=["keys_gone_at"])
    transaction.on_commit(journals.forget)
    keys.forget(journal.pk)


def _counts(schema: str) -> dict[str, Any]:
    leave()
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [schema])
        tables = [name for (name,) in cursor.fetchall()]
        found = {}
        for table in tables:
            quoted = ".".join(map(connection.ops.quote_name, (schema, table)))
            cursor.execute(f"SELECT count(*) FROM {quoted}")  # noqa: S608  names from the catalogue
            found[table] = cursor.fetchone()[0]
    return found
