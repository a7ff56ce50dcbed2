from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection

from sfm.tenancy import checks

if TYPE_CHECKING:
    from pytest_django import Settings


def test_production_refuses_the_file_driver_and_a_synthetic_signer(settings: Settings) -> None:
    assert checks.keys_are_kept_by_a_service() == []
    settings.SFM_ENVIRONMENT = "production"
    assert [found.id for found in checks.keys_are_kept_by_a_service()] == ["sfm.E001", "sfm.E002"]
    settings.SFM_KEY_PROVIDER, settings.SFM_ORGNR = "somewhere.Vault", "994598759"
    assert checks.keys_are_kept_by_a_service() == []


@pytest.mark.django_db
def test_a_powerful_database_role_is_refused_and_a_small_one_accepted() -> None:
    assert [found.id for found in checks.the_application_owns_nothing()] == ["sfm.E003", "sfm.E004"]
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE small_role NOLOGIN")
        cursor.execute("GRANT USAGE ON SCHEMA public TO small_role")
        cursor.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        cursor.execute("SET LOCAL ROLE small_role")
        try:
            assert checks.the_application_owns_nothing() == []
        finally:
            cursor.execute("RESET ROLE")
