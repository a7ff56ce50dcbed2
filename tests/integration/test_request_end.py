"""What every request leaves behind: nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from portals.shared.middleware import TraceMiddleware
from sfm.tenancy import scope

if TYPE_CHECKING:
    from django.http import HttpRequest

    from sfm.tenancy.models import Journal


@pytest.mark.parametrize("fails", [False, True])
def test_the_next_request_begins_outside_every_journal(journal: Journal, fails: bool) -> None:
    never_closed = scope.journal_scope(journal)

    def forgetful(_request: HttpRequest) -> HttpResponse:
        never_closed.__enter__()
        assert scope.in_scope()
        if fails:
            raise RuntimeError
        return HttpResponse()

    def asked() -> None:
        TraceMiddleware(forgetful)(RequestFactory().get("/x"))

    if fails:
        with pytest.raises(RuntimeError):
            asked()
    else:
        asked()
    assert not scope.in_scope()
