"""What `manage.py check --deploy --database default` refuses to let into production."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection

from sfm.core.ids import PRODUCTION, OrgNr


@register(Tags.security, deploy=True)
def keys_are_kept_by_a_service(**_: Any) -> list[CheckMessage]:
    """The file driver keeps root keys beside the data; production needs a key service."""
    found: list[CheckMessage] = []
    if settings.SFM_ENVIRONMENT == PRODUCTION and settings.SFM_KEY_PROVIDER.endswith(".FileKeyProvider"):
        found.append(Error("SFM_KEY_PROVIDER er fildriveren, som bare er for utvikling", id="sfm.E001"))
    if settings.SFM_ENVIRONMENT == PRODUCTION and OrgNr.parse(settings.SFM_ORGNR).synthetic:
        found.append(Error("SFM_ORGNR er et testnummer", id="sfm.E002"))
    return found


@register(Tags.database, deploy=True)
def the_application_owns_nothing(**_: Any) -> list[CheckMessage]:
    """The role of the running product: no superuser, no owner, no CREATE (security.md 5)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR rolcreatedb OR rolcreaterole, has_schema_privilege('public', 'CREATE')"
            " OR has_database_privilege(current_database(), 'CREATE')"
            " FROM pg_roles WHERE rolname = current_user"
        )
        powerful, may_create = cursor.fetchone()
    found: list[CheckMessage] = []
    if powerful:
        found.append(
            Error(
                "databaserollen har for store rettigheter (superuser, createdb eller createrole)",
                id="sfm.E003",
            )
        )
    if may_create:
        found.append(
            Error(
                "databaserollen kan lage tabeller; bruk sfm_app i drift og sfm_owner til migrering",
                id="sfm.E004",
            )
        )
    return found
