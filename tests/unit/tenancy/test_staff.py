from __future__ import annotations

from datetime import date

import pytest

from sfm.core.errors import Invalid
from sfm.core.ids import synthetic_id
from sfm.tenancy import staff
from sfm.tenancy.models import ProviderStaff
from sfm.tenancy.staff import StaffRole

PID = synthetic_id(date(1985, 2, 3))
pytestmark = pytest.mark.django_db


def test_only_registered_and_active_people_are_found() -> None:
    assert staff.find_by_pid(PID) is None
    person = staff.register(name="Driftesen, Ola Oppdiktet", pid=PID, roles=[StaffRole.OPERATOR])
    assert staff.find_by_pid(PID) == person
    staff.deactivate(person)
    assert staff.find_by_pid(PID) is None


def test_registering_again_changes_the_roles_of_the_same_person() -> None:
    first = staff.register(name="Ola", pid=PID, roles=["operator"])
    again = staff.register(name="Ola", pid=PID, roles=["support", "fest"])
    assert (again.pk, again.roles) == (first.pk, ["fest", "support"])
    with pytest.raises(Invalid):
        staff.register(name="Ola", pid=PID, roles=["superuser"])


def test_the_number_is_not_stored_and_there_is_no_password() -> None:
    person = staff.register(name="Ola", pid=PID, roles=[])
    stored = " ".join(map(str, ProviderStaff.objects.values_list().get(pk=person.pk)))
    assert PID not in stored
    assert "password" not in {field.name for field in ProviderStaff._meta.get_fields()}
