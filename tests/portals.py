"""People who are logged in to the portals: the shortest way to a browser with a living session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.test import Client

from tests.personas import hire

if TYPE_CHECKING:
    from sfm.core.actor import Actor
    from sfm.tenancy.models import Journal

SLUG = "demo-epj"


@dataclass(frozen=True, kw_only=True)
class Visitor:
    actor: Actor
    browser: Client


def visit(key: str, journal: Journal) -> Visitor:
    """The person at work in the journal, in a frame of the demo EPJ."""
    from sfm.core import clock
    from sfm.identity import actors, logins
    from sfm.identity.web_session import SessionStore
    from sfm.tenancy.models import EpjClient

    EpjClient.objects.get_or_create(client_id="epj-client", defaults={"slug": SLUG, "name": "Demo-EPJ"})
    actor = hire(key, journal)
    login = logins.Login(
        login_id=logins.new_id(),
        owner=uuid4().hex * 2,
        client_id="epj-client",
        client_slug=SLUG,
        journal_id=str(journal.pk),
        exp=int(clock.now().timestamp()) + 3600,
        actor=actors.as_dict(actor),
        entered=True,
    )
    assert logins.begin(login, "")
    logins.entered(login.login_id)
    session, browser = SessionStore(), Client()
    session.begin(login)
    session.save()
    browser.cookies["__Host-sfm"] = str(session.session_key)
    return Visitor(actor=actor, browser=browser)


@pytest.fixture
def administrator(journal: Journal, redis_client: object) -> Visitor:
    """Torstein Demodal: doctor and system administrator of the office."""
    return visit("dal", journal)


@pytest.fixture
def nurse_at_work(journal: Journal, redis_client: object) -> Visitor:
    return visit("nes", journal)


@pytest.fixture
def other_administrator(other_journal: Journal, redis_client: object) -> Visitor:
    """System administrator of the other journal: must never see a trace of this one."""
    return visit("bakke", other_journal)
