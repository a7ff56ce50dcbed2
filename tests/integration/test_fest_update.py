"""Looking for a new FEST: fetched only when changed, a refusal kept in words, and journals told of what went out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from sfm.exchange import catalogue_update
from sfm.fest.build.increment import write_increment
from sfm.fest.build.synthetic import write_synthetic
from sfm.fest.importer import soap, update
from sfm.fest.importer.increment import import_increment
from sfm.fest.importer.rollback import roll_back
from sfm.fest.importer.run import import_file
from sfm.fest.models import Drug, UpdateAttempt, Version
from sfm.medication.models import Treatment, WorkItem
from sfm.tenancy.scope import journal_scope
from tests.factories import contents, treatments
from tests.integration.test_fest_import import FIRST, FIVE, SECOND, increment, m30

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sfm.tenancy.models import Journal

pytestmark = pytest.mark.django_db
ADDRESS = "https://fest.test/fest251.zip"
ENVELOPE = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><GetM30Response '
    'xmlns="http://www.slv.no/201410325/"><GetM30Result><Returkode V="{code}"/><M30Message>{m30}</M30Message>'
    "</GetM30Result></GetM30Response></s:Body></s:Envelope>"
)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[httpx.Request], httpx.Response]], None]:
    """What the address says, instead of the network."""

    def use(handler: Callable[[httpx.Request], httpx.Response]) -> None:
        transport = httpx.MockTransport(handler)

        def stream(method: str, url: str, **kwargs: Any) -> Any:
            kwargs.pop("follow_redirects", None)
            return httpx.Client(transport=transport).stream(method, url, **kwargs)

        monkeypatch.setattr(update.httpx, "stream", stream)

    return use


def test_the_file_is_fetched_only_when_it_has_changed(answers: Any, tmp_path: Path) -> None:
    asked: list[str] = []

    def site(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers.get("If-None-Match", ""))
        if asked[-1] == '"1"':
            return httpx.Response(304)
        return httpx.Response(200, content=m30(tmp_path, *FIVE).read_bytes(), headers={"ETag": '"1"'})

    answers(site)
    assert [update.update(ADDRESS).outcome for _ in range(3)] == ["imported", "unchanged", "unchanged"]
    assert asked == ["", '"1"', '"1"']
    assert Version.objects.get().source == ADDRESS


def test_what_went_wrong_is_kept_and_the_catalogue_stands(
    answers: Any, tmp_path: Path, journal: Journal
) -> None:
    import_file(str(m30(tmp_path, *FIVE)))
    answers(lambda _request: httpx.Response(200, content=m30(tmp_path, "Alfa", at=SECOND).read_bytes()))
    attempt = update.update(ADDRESS)
    assert (attempt.outcome, "under 80 %" in attempt.text) == ("refused", True)
    answers(lambda _request: httpx.Response(503))
    assert update.update(ADDRESS).outcome == "failed"
    assert update.failures_in_a_row() == 2
    assert Version.objects.get(is_current=True).extracted_at == FIRST


def test_two_failures_in_a_row_become_a_task(answers: Any, settings: Any, journal: Journal) -> None:
    settings.FEST_SOURCE, settings.FEST_DRIVER = ADDRESS, "zip"
    answers(lambda _request: httpx.Response(503))
    for expected in (0, 1, 1):
        catalogue_update.update()
        with journal_scope(journal):
            assert WorkItem.objects.filter(code=113, open=True).count() == expected
    answers(lambda _request: httpx.Response(304))
    catalogue_update.update()
    with journal_scope(journal):
        assert not WorkItem.objects.filter(code=113, open=True).exists()


def test_a_journal_is_told_once_when_what_it_uses_has_left_fest(
    tmp_path: Path, journal: Journal, other_journal: Journal
) -> None:
    import_file(str(m30(tmp_path, *FIVE)))
    gone = Drug.objects.get(kind="group", name__startswith="Epsilon")
    with journal_scope(journal):
        product = contents.replace(contents.METOPROLOL, fest_id=gone.key)
        treatments.treatment(content=contents.content(product=product))
    catalogue_update.announce()
    import_file(str(m30(tmp_path, *FIVE[:4], at=SECOND)))
    assert [catalogue_update.announce(), catalogue_update.announce()] == [1, 0]
    for where, expected in ((journal, 1), (other_journal, 0)):
        with journal_scope(where):
            assert WorkItem.objects.filter(code=11, patient_key=None, open=True).count() == expected
    assert catalogue_update.settle() == 0
    with journal_scope(journal):
        Treatment.objects.update(fest_id="")  # another product has been chosen
    assert catalogue_update.settle() == 1


def wrapped(file: str | Path, code: str = "1") -> bytes:
    from pathlib import Path as FilePath

    text = FilePath(file).read_text(encoding="utf-8").partition("?>")[2]
    return ENVELOPE.format(code=code, m30=text).encode()


def test_the_service_is_asked_for_what_has_changed_since_the_date_in_use(
    answers: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[str] = []
    files = [m30(tmp_path, *FIVE), increment(tmp_path, "Zeta", at=SECOND)]

    def service(request: httpx.Request) -> httpx.Response:
        asked.append(request.read().decode())
        return httpx.Response(200, content=wrapped(files[len(asked) - 1]))

    answers(service)
    monkeypatch.setattr(soap.httpx, "stream", update.httpx.stream)
    assert [update.update(ADDRESS, driver="soap").outcome for _ in range(2)] == ["imported", "imported"]
    assert 'i:nil="true"' in asked[0]
    assert f"<incrementalDate>{FIRST}</incrementalDate>" in asked[1]
    assert Version.objects.get(is_current=True).kind == "increment"


@pytest.mark.parametrize(("code", "outcome"), [("9", "unchanged"), ("6", "failed"), ("4", "failed")])
def test_the_services_return_codes_are_understood(
    code: str, outcome: str, answers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(lambda _request: httpx.Response(200, content=ENVELOPE.format(code=code, m30="").encode()))
    monkeypatch.setattr(soap.httpx, "stream", update.httpx.stream)
    assert update.update(ADDRESS, driver="soap").outcome == outcome
    assert UpdateAttempt.objects.count() == 1


def test_a_synthetic_increment_fits_its_full_file_and_can_be_undone(tmp_path: Path) -> None:
    full, part = tmp_path / "full.xml", tmp_path / "part.xml"
    write_synthetic(full, scale=0.01, seed=1, extracted_at=FIRST, zipped=False)
    changed, ended = write_increment(full, part, extracted_at=SECOND)
    assert changed > 0 < ended
    import_file(str(full))
    before = Drug.objects.filter(expired_on=None).count()
    report = import_increment(str(part))
    assert sum(change.expired for change in report.changes.values()) == ended
    assert roll_back(by="Nora Demodrift").extracted_at == FIRST
    assert Drug.objects.filter(expired_on=None).count() == before
