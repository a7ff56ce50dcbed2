"""Two calls about one login at the same moment: what is ended stays ended, and there is never a second one."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from sfm.identity import logins, principal
from tests.integration.test_session_gateway import (
    CREATE,
    END,
    REFRESH,
    browser_at_home,
    create,
    enter,
    gateway,
    logged_in,
    post,
)
from tests.tokens import HASH, Caller

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.office import Office

pytestmark = pytest.mark.usefixtures(gateway.__name__)


def _who(caller: Caller) -> principal.Principal:
    """Who the token says the caller is."""
    body = caller.token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return principal.from_claims(claims, token=caller.token)


def _meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Something happens between reading a login and writing it."""
    write = logins._write

    def written(*given: Any) -> None:
        monkeypatch.setattr(logins, "_write", write)
        act()
        write(*given)

    monkeypatch.setattr(logins, "_write", written)


@pytest.mark.parametrize("address", [REFRESH, CREATE])
def test_what_is_ended_while_it_is_refreshed_stays_ended(
    office: Office, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    caller = office.caller()
    browser = logged_in(caller)
    owner = logins.owner_of(_who(caller), office.journal.pk).key
    _meanwhile(monkeypatch, lambda: logins.end(owner))
    answer = post(address, office.caller(), {"nonce": HASH} if address == CREATE else None)
    assert answer.status_code == (200 if address == CREATE else 409)
    assert browser.get("/who").status_code == 401


def test_a_code_does_not_bring_back_a_login_that_is_just_ending(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = office.caller()
    code = create(caller).json()["code"]
    owner = logins.owner_of(_who(caller), office.journal.pk).key
    _meanwhile(monkeypatch, lambda: logins.end(owner))
    assert enter(Client(), code)["X-SFM-Error"] == "session-ended"


def test_two_first_calls_at_once_make_one_login(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """An EPJ that opens two portals together: ending the session ends both."""
    caller, other = office.caller(), []
    _meanwhile(monkeypatch, lambda: other.append(create(office.caller()).json()["code"]))
    codes = [create(caller).json()["code"], *other]
    browsers = [browser_at_home() for _ in codes]
    assert [enter(one, code).status_code for one, code in zip(browsers, codes, strict=True)] == [200, 200]
    assert post(END, caller).status_code == 200
    assert [one.get("/who").status_code for one in browsers] == [401, 401]
