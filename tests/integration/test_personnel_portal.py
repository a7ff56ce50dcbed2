"""(Helsepersonellportalen) Oneself, and the administrator's hand on the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

from sfm.audit.models import AuditEvent
from sfm.identity import rights, users
from sfm.identity.models import Practitioner, RightsOverride, RoleProfile
from sfm.tenancy.scope import journal_scope
from tests.portals import visit

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

    from sfm.tenancy.models import Journal
    from tests.portals import Visitor

pytestmark = pytest.mark.filterwarnings("ignore:No directory at")
HOME = "/e/demo-epj/helsepersonell/"
OWN, ADMIN = ("", "rettigheter", "innstillinger"), ("brukere",)


def actions(journal: Journal) -> list[tuple[str, str]]:
    with journal_scope(journal):
        return list(AuditEvent.objects.order_by("seq").values_list("action", "result"))


def blocked_reason(visitor: Visitor, journal: Journal) -> str:
    with journal_scope(journal):
        return str(Practitioner.objects.get(pk=visitor.actor.practitioner_id).blocked_reason)


@pytest.mark.parametrize("page", OWN)
def test_own_pages_are_for_everyone(administrator: Visitor, nurse_at_work: Visitor, page: str) -> None:
    for visitor in (administrator, nurse_at_work):
        answer = visitor.browser.get(HOME + page)
        assert answer.status_code == 200
        assert visitor.actor.name in answer.content.decode()


@pytest.mark.parametrize("page", [*OWN, *ADMIN])
def test_nothing_without_a_login(journal: Journal, administrator: Visitor, page: str) -> None:
    answer = Client().get(HOME + page)
    assert answer.status_code == (200 if page == "" else 401)
    assert administrator.actor.name not in answer.content.decode()


def test_only_an_administrator_sees_the_users(
    journal: Journal, administrator: Visitor, nurse_at_work: Visitor, other_administrator: Visitor
) -> None:
    seen = administrator.browser.get(HOME + "brukere").content.decode()
    assert nurse_at_work.actor.name in seen
    assert "Brukere" not in nurse_at_work.browser.get(HOME).content.decode()
    assert nurse_at_work.browser.get(HOME + "brukere").status_code == 403
    assert ("access.denied", "denied") in actions(journal)
    assert nurse_at_work.actor.name not in other_administrator.browser.get(HOME + "brukere").content.decode()
    foreign = other_administrator.browser.get(f"{HOME}brukere/{nurse_at_work.actor.practitioner_id}")
    assert foreign.status_code == 404


def test_the_search_finds_parts_of_names_and_numbers(administrator: Visitor, nurse_at_work: Visitor) -> None:
    for text in ("rand", "randi demones", "9400104"):
        found = administrator.browser.get(HOME + "brukere", {"q": text}, headers={"HX-Request": "true"})
        page = found.content.decode()
        assert nurse_at_work.actor.name in page
        assert administrator.actor.name not in page
    assert "Ingen brukere med" in administrator.browser.get(HOME + "brukere?q=nobody").content.decode()


def test_blocking_ends_the_session_at_once(
    journal: Journal,
    administrator: Visitor,
    nurse_at_work: Visitor,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    person = f"{HOME}brukere/{nurse_at_work.actor.practitioner_id}"
    assert nurse_at_work.browser.get(HOME + "rettigheter").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        done = administrator.browser.post(f"{person}/sperr", {"reason": "Sluttet 1. november"})
    assert done.status_code == 302
    assert nurse_at_work.browser.get(HOME + "rettigheter").status_code == 401
    assert ("admin.user.block", "ok") in actions(journal)
    assert "Sluttet 1. november" in administrator.browser.get(person).content.decode()
    assert administrator.browser.post(f"{person}/apne").status_code == 302
    assert blocked_reason(nurse_at_work, journal) == ""
    assert ("admin.user.unblock", "ok") in actions(journal)


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_a_block_needs_a_reason(
    journal: Journal, administrator: Visitor, nurse_at_work: Visitor, reason: str
) -> None:
    person = f"{HOME}brukere/{nurse_at_work.actor.practitioner_id}"
    assert administrator.browser.post(f"{person}/sperr", {"reason": reason}).status_code == 422
    assert blocked_reason(nurse_at_work, journal) == ""


@pytest.mark.parametrize("act", ["sperr", "apne", "rettighet"])
def test_others_and_oneself_are_out_of_reach(
    journal: Journal, administrator: Visitor, nurse_at_work: Visitor, other_administrator: Visitor, act: str
) -> None:
    form = {"reason": "Fordi", "permission": "lib.view", "answer": "no"}
    nurse, admin = nurse_at_work.actor.practitioner_id, administrator.actor.practitioner_id
    assert nurse_at_work.browser.post(f"{HOME}brukere/{admin}/{act}", form).status_code == 403
    assert other_administrator.browser.post(f"{HOME}brukere/{nurse}/{act}", form).status_code == 404
    assert administrator.browser.post(f"{HOME}brukere/{admin}/{act}", form).status_code == 422
    assert administrator.browser.get(f"{HOME}brukere/{nurse}/{act}").status_code == 405
    with journal_scope(journal):
        assert not Practitioner.objects.exclude(blocked_reason="").exists()
        assert not RightsOverride.objects.exists()


def test_a_right_is_taken_and_its_owner_logged_out(
    journal: Journal,
    administrator: Visitor,
    nurse_at_work: Visitor,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    person = f"{HOME}brukere/{nurse_at_work.actor.practitioner_id}"
    form = {"permission": "lib.draft", "answer": "no", "reason": "Ikke opplært"}
    with django_capture_on_commit_callbacks(execute=True):
        assert administrator.browser.post(f"{person}/rettighet", form).status_code == 302
    assert nurse_at_work.browser.get(HOME + "rettigheter").status_code == 401
    with journal_scope(journal):
        nurse = users.find(nurse_at_work.actor.practitioner_id)
        assert "lib.draft" not in rights.permissions_for(nurse, nurse.organisation_id)
        row = AuditEvent.objects.get(action="admin.right.set")
    assert row.detail == {"permission": "lib.draft", "answer": "no"}
    shown = administrator.browser.get(person).content.decode()
    assert "fjernet personlig" in shown
    assert "Ikke opplært" in shown
    administrator.browser.post(f"{person}/rettighet", {"permission": "lib.draft", "answer": "profile"})
    assert "fjernet personlig" not in administrator.browser.get(person).content.decode()


def test_nothing_is_given_above_the_ceiling(
    journal: Journal, administrator: Visitor, nurse_at_work: Visitor
) -> None:
    form = {"permission": "rx.prescribe", "answer": "yes", "reason": "Vil så gjerne"}
    answer = administrator.browser.post(
        f"{HOME}brukere/{nurse_at_work.actor.practitioner_id}/rettighet", form
    )
    assert answer.status_code == 422
    with journal_scope(journal):
        assert not RightsOverride.objects.exists()
        assert not AuditEvent.objects.filter(action="admin.right.set").exists()


def test_rights_tell_where_they_come_from(nurse_at_work: Visitor) -> None:
    page = nurse_at_work.browser.get(HOME + "rettigheter").content.decode()
    assert "Forskrive reseptgruppe A" in page
    assert "Tillater ikke" in page
    assert page.count("Helsedirektoratet: praktisk bruk av PLL") == 1


def test_settings_take_effect_and_are_kept(journal: Journal, nurse_at_work: Visitor) -> None:
    form = {"density": "compact", "shortcuts": "off"}
    saved = nurse_at_work.browser.post(HOME + "innstillinger", form, follow=True).content.decode()
    assert 'data-density="compact"' in saved
    assert 'data-keys="off"' in saved
    fresh = nurse_at_work.browser.get(HOME).content.decode()
    assert 'data-density="compact"' in fresh
    assert nurse_at_work.browser.post(HOME + "innstillinger", {"density": "huge"}).status_code == 422


def test_settings_offer_only_what_works(nurse_at_work: Visitor) -> None:
    page = nurse_at_work.browser.get(HOME + "innstillinger").content.decode()
    assert "Tetthet" in page
    assert "Språk" not in page


def test_a_long_list_costs_no_more_queries(
    journal: Journal, administrator: Visitor, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for key in ("berg", "vik", "nes", "lund"):
        visit(key, journal)
    with django_assert_max_num_queries(8):
        administrator.browser.get(HOME + "brukere")


def test_the_organisation_sets_what_a_category_may_do(
    journal: Journal,
    administrator: Visitor,
    nurse_at_work: Visitor,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    unit = nurse_at_work.actor.organisation_id
    place = f"{HOME}oppsett/{unit}/SP"
    assert nurse_at_work.browser.get(HOME + "oppsett").status_code == 403
    offered = administrator.browser.get(place).content.decode()
    assert "rx.prescribe" not in offered  # the law has no such right for a nurse
    assert 'value="lib.confirm_in_use">' in offered  # may be given, and is not from the start
    given = {"permission": ["lib.view", "lib.draft", "lib.confirm_in_use"]}
    with django_capture_on_commit_callbacks(execute=True):
        assert administrator.browser.post(place, given).status_code == 302
    assert nurse_at_work.browser.get(HOME + "rettigheter").status_code == 401  # something was taken: in anew
    with journal_scope(journal):
        nurse = users.find(nurse_at_work.actor.practitioner_id)
        assert rights.permissions_for(nurse, unit) == {"lib.view", "lib.draft", "lib.confirm_in_use"}
        row = AuditEvent.objects.get(action="admin.profile.set")
    assert (row.detail["category"], row.detail["given"]) == ("SP", ["lib.confirm_in_use"])
    shown = administrator.browser.get(HOME + "oppsett").content.decode()
    assert "Sykepleier: gitt bekrefte at et legemiddel er i bruk; fjernet " in shown
    administrator.browser.post(place, {"start": "1"})
    with journal_scope(journal):
        assert "printout.make" in rights.permissions_for(nurse, unit)


@pytest.mark.parametrize(
    ("kind", "permission", "status"),
    [
        ("SP", "rx.prescribe", 422),
        ("SP", "ukjent", 422),
        ("ADMIN_PERSON", "lib.view", 404),
        ("ukjent", "", 404),
    ],
)
def test_no_category_is_set_above_the_law(
    journal: Journal, administrator: Visitor, kind: str, permission: str, status: int
) -> None:
    place = f"{HOME}oppsett/{administrator.actor.organisation_id}/{kind}"
    assert administrator.browser.post(place, {"permission": permission}).status_code == status
    with journal_scope(journal):
        assert not RoleProfile.objects.exists()
