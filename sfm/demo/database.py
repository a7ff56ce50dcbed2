"""Tables of the demo: made at the first start, brought up to date at every later one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

if TYPE_CHECKING:
    from collections.abc import Callable


def migrate(tell: Callable[[str], None]) -> None:
    """Bring the shared schema and every journal's up to date; quick when nothing is new."""
    if not _is_behind():
        return
    tell("Lager tabeller …")
    call_command("migrate_schemas", shared=True, interactive=False, verbosity=0)
    from sfm.tenancy import journals

    journals.migrate_all()


def _is_behind() -> bool:
    # Journals are migrated in the same step as the shared schema, so the shared one speaks for all.
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
