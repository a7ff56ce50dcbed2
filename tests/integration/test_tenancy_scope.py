"""No scope, no data: nothing of a journal can be read or written without standing in it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, models, transaction

from sfm.identity.models import Practitioner
from sfm.outbox.models import OutboxEntry
from sfm.tenancy import journals
from sfm.tenancy.jobs import journal_task
from sfm.tenancy.models import Journal, JournalModel
from sfm.tenancy.scope import NoJournalScope, current_journal, in_scope, journal_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django import DjangoAssertNumQueries

JOURNAL_MODELS = journals.models()
ATTEMPTS: dict[str, Callable[[Any], object]] = {
    "count": lambda model: model.objects.count(),
    "list": lambda model: list(model.objects.all()),
    "base manager": lambda model: list(model._base_manager.all()),
    "update": lambda model: model.objects.update(pk=uuid4()),
    "save": lambda model: model().save(),
    "bulk_create": lambda model: model.objects.bulk_create([model()]),
    "delete": lambda model: model(pk=uuid4()).delete(),
    "aggregate": lambda model: model.objects.aggregate(models.Count("pk")),
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
@pytest.mark.parametrize("model", JOURNAL_MODELS, ids=lambda model: model._meta.label)
@pytest.mark.django_db
def test_no_journal_model_sends_sql_outside_a_scope(
    model: type[models.Model], attempt: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0), pytest.raises(NoJournalScope):
        ATTEMPTS[attempt](model)


@pytest.mark.parametrize("model", JOURNAL_MODELS, ids=lambda model: model._meta.label)
def test_every_model_of_a_journal_app_is_scoped_and_points_only_into_the_journal(
    model: type[models.Model],
) -> None:
    assert issubclass(model, JournalModel)
    targets = [field.related_model for field in model._meta.get_fields() if field.is_relation]
    assert all(target in JOURNAL_MODELS for target in targets)


@pytest.mark.parametrize("model", JOURNAL_MODELS, ids=lambda model: model._meta.label)
@pytest.mark.django_db
def test_the_public_schema_has_no_table_of_a_journal(model: type[models.Model]) -> None:
    with pytest.raises(ProgrammingError, match="does not exist"), connection.cursor() as cursor:
        cursor.execute(f'SELECT 1 FROM "{model._meta.db_table}"')  # noqa: S608


def test_a_journal_keeps_to_its_budget_of_tables() -> None:
    assert len(JOURNAL_MODELS) <= 45


def _search_path() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW search_path")
        return str(cursor.fetchone()[0])


def test_leaving_a_scope_puts_the_connection_back_to_public(journal: Journal) -> None:
    with journal_scope(journal):
        assert journal.schema_name in _search_path()
    assert _search_path() == "public"


def test_an_exception_and_a_rollback_leave_the_connection_in_public(journal: Journal) -> None:
    @transaction.atomic
    def fails_half_way() -> None:
        with journal_scope(journal):
            OutboxEntry.objects.count()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails_half_way()
    assert not in_scope()
    assert _search_path() == "public"


def test_a_rolled_back_savepoint_stays_in_the_journal(journal: Journal) -> None:
    with journal_scope(journal):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            1 / 0  # noqa: B018
        assert journal.schema_name in _search_path()


def test_the_same_journal_may_be_entered_again(journal: Journal) -> None:
    with journal_scope(journal), journal_scope(Journal.objects.get(pk=journal.pk)):
        assert current_journal() == journal
    with journal_scope(journal):
        with journal_scope(journal):
            pass
        assert current_journal() == journal


def test_another_journal_cannot_be_entered_from_inside(journal: Journal, other_journal: Journal) -> None:
    with journal_scope(journal), pytest.raises(NoJournalScope), journal_scope(other_journal):
        pass


def test_switching_twice_on_one_connection_is_right_each_time(
    journal: Journal, other_journal: Journal
) -> None:
    for one in (journal, other_journal, journal):
        with journal_scope(one):
            assert _search_path().startswith(one.schema_name)


def test_a_query_made_in_one_journal_does_not_run_in_another(
    journal: Journal, other_journal: Journal
) -> None:
    with journal_scope(journal):
        lazy = Practitioner.objects.filter(active=True)
    with pytest.raises(NoJournalScope):
        list(lazy)
    with journal_scope(other_journal), pytest.raises(NoJournalScope):
        list(lazy)


@pytest.mark.parametrize("schema", ["public", "j_1", 'j_"; DROP', "j_%", f"j_{'g' * 32}", f"J_{'0' * 32}"])
def test_a_schema_name_that_was_not_made_by_us_is_refused(schema: str) -> None:
    journal = Journal(schema_name=schema, ready=True, name="", organisation_type=3)
    with pytest.raises(NoJournalScope), journal_scope(journal):
        pass


def test_nobody_enters_a_journal_that_is_not_ready(journal: Journal) -> None:
    half_made = Journal(id=journal.pk, schema_name=journal.schema_name, ready=False, organisation_type=3)
    with pytest.raises(NoJournalScope), journal_scope(half_made):
        pass


def test_background_work_names_its_journal(journal: Journal) -> None:
    where = journal_task(lambda: current_journal().pk)
    assert where(str(journal.pk)) == journal.pk
    assert not in_scope()
    for missing in ("", "None", None):
        with pytest.raises(NoJournalScope):
            where(missing)  # type: ignore[arg-type]


def test_threads_in_two_journals_never_meet(committed: tuple[Journal, Journal]) -> None:
    wrong: list[str] = []
    threads = [threading.Thread(target=_work_in, args=(journal, wrong)) for journal in committed * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def _work_in(journal: Journal, wrong: list[str]) -> None:
    try:
        for _ in range(50):
            with journal_scope(journal):
                Practitioner.objects.create(given_name="Kari", family_name=journal.schema_name)
                seen = set(Practitioner.objects.values_list("family_name", flat=True))
                if journal.schema_name not in seen or any(
                    n.startswith("j_") and n != journal.schema_name for n in seen
                ):
                    wrong.append(f"{journal.schema_name} saw {seen}")
    finally:
        connection.close()


def test_journal_apps_are_kept_out_of_the_shared_schema() -> None:
    assert not set(settings.TENANT_APPS) & set(settings.SHARED_APPS)
