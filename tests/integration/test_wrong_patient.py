"""Never the wrong patient: every changing address of the URL conf carries the patient, and what belongs to another
patient than the one in the address does not exist there, whatever the body says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.urls import get_resolver, reverse

from portals.shared import clients
from sfm.audit.models import AuditEvent
from sfm.core import clock
from sfm.exchange import lookup
from sfm.exchange.models import Message, SigningIntent
from sfm.identity import actors
from sfm.medication.actions import drafts
from sfm.medication.actions import medication_reviews as reviews
from sfm.medication.models import CriticalReaction, ReimbursementApplication, ReimbursementDecision
from sfm.tenancy import journals
from sfm.tenancy.scope import journal_scope
from tests.factories import contents
from tests.factories import treatments as rows
from tests.integration.portal import OWN, Portal, invented
from tests.roles import addresses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfm.core.ids import PatientKey
    from tests.office import Office

pytestmark = pytest.mark.filterwarnings("ignore:No directory at")
SLUG = "demo-epj"
MARK = "Fremmedin"  # stands in everything of theirs that has a text
VERBS = addresses.expected()
WITHOUT_PATIENT = ("patient_entrance", "set_patient", "told", "session_", "personnel:", "organisation:")
BY_ADDRESS = {  # whose id stands in the address; a treatment's unless it is said here
    "draft_decide": "draft",
    "resend": "message",
    "reaction_": "reaction",
    "review": "review",
    "helfo_application": "application",
    "helfo_state": "application",
    "helfo_retire": "decision",
    "sent": "intent",
}
NOT_OF_A_PATIENT = ("treatment:protocol",)
MORE_VERBS = {
    "treatment:action": ("confirm", "renew", "recall", "undo", "undo_discontinue", "change", "discontinue")
}


@dataclass(frozen=True, kw_only=True)
class Belongings:
    """One of everything that can be pointed at, of a patient who is not open."""

    key: PatientKey
    ids: dict[str, UUID]

    def named_by(self, name: str) -> UUID:
        kind = next((kind for begins, kind in BY_ADDRESS.items() if name.startswith(begins)), "row")
        return self.ids[kind]


@pytest.fixture(autouse=True)
def _sources_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    clients.forget()
    monkeypatch.setattr(lookup, "start", lambda **_given: True)


@pytest.fixture
def portal(office: Office) -> Portal:
    """A doctor with a patient open, who has a treatment too."""
    key, pid = invented(office)
    with journal_scope(office.journal):
        rows.with_prescription(key)
    portal = Portal(office).log_in()
    portal.set_patient(pid)
    return portal


@pytest.fixture
def theirs(office: Office, portal: Portal) -> Belongings:
    key, _ = invented(office, 7)
    by = actors.from_dict(portal.browser.session["actor"])
    at: dict[str, Any] = {"patient_key": key, "created": clock.now()}
    who: dict[str, Any] = {"author_id": by.practitioner_id, "author_name": by.name}
    product = replace(contents.content().product, name_form_strength=f"{MARK} tablett 5 mg", substance=MARK)
    with journal_scope(office.journal):
        made = {
            "row": rows.with_prescription(key, content=contents.content(product=product)),
            "reaction": CriticalReaction.objects.create(**at, agent_text=MARK, updated=clock.now()),
            "review": reviews.start(template="gp", by=by, patient=key),
            "application": ReimbursementApplication.objects.create(**at, **who, content={}),
            "decision": ReimbursementDecision.objects.create(
                patient_key=key, source="letter", outcome="J", reference="1", valid_from=clock.today(), content={},
                recorded_by=by.practitioner_id, recorded_by_name=by.name, recorded_at=clock.now(),
            ),
            "message": Message.objects.create(
                patient_key=key, kind="ERM1", direction="out", generated_at=clock.now(), raw=b"<M/>",
                state="awaiting_confirmation", signed_by=by.practitioner_id,
            ),
            "intent": SigningIntent.objects.create(
                **at, practitioner_id=by.practitioner_id, session_id=by.session_id[:64], list_version=1,
                content_hash="x",
            ),
        }  # fmt: skip
        draft = drafts.submit(kind="renew", by=by, patient=key, treatment_id=made["row"].pk)
    return Belongings(key=key, ids={name: one.pk for name, one in made.items()} | {"draft": draft.pk})


def every_post(ids: Belongings, ctx: str) -> Iterator[tuple[str, str]]:
    """Each address of the treatment portal that names something, with each of its verbs."""
    for address in addresses.every():
        named = {"pk", "intent"} & set(address.arguments)
        if not address.name.startswith("treatment:") or not named or address.name in NOT_OF_A_PATIENT:
            continue
        wanted = VERBS[address.name]
        verbs = {*(wanted if isinstance(wanted, dict) else ["x"]), *MORE_VERBS.get(address.name, ())}
        pk = ids.named_by(address.name.partition(":")[2])
        for verb in verbs if "verb" in address.arguments else {""}:
            known = {"slug": SLUG, "ctx": ctx, "pk": pk, "intent": pk, "verb": verb}
            yield (
                address.name,
                reverse(address.name, kwargs={name: known[name] for name in address.arguments}),
            )


def state_of(patient: PatientKey) -> dict[str, str]:
    """A digest of every row of the patient, in every table that knows patients; but who looked is not the patient's."""
    found = {}
    for model in set(journals.models()) - {AuditEvent}:
        if not any(field.name == "patient_key" for field in model._meta.concrete_fields):
            continue
        with connection.cursor() as cursor:
            table = model._meta.db_table
            cursor.execute(
                f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM \"{table}\" t WHERE patient_key = %s",  # noqa: S608
                [patient],
            )
            found[table] = str(cursor.fetchone()[0])
    return found


def body(theirs: Belongings) -> dict[str, Any]:
    """Everything a form could name, all of it the other patient's."""
    row = theirs.ids["row"]
    return {
        "version": 1, "row": f"{row}:1", "draft": str(theirs.ids["draft"]), "intent": str(theirs.ids["intent"]),
        "to": str(row), "med": str(theirs.ids["reaction"]), "product": str(row), "id": str(row), "note": "Ikke aktuelt",
        "reason": "1", "at": "2026-11-22", "use_type": "2", "day": "2026-12-01", "do": "close", "go": "x",
    }  # fmt: skip


def test_what_is_another_patients_does_not_exist_at_any_address(
    office: Office, portal: Portal, theirs: Belongings
) -> None:
    with journal_scope(office.journal):
        before = state_of(theirs.key)
    asked = 0
    for name, url in every_post(theirs, portal.patient["ctx"]):
        answer = portal.browser.post(url, body(theirs), headers=OWN | {"X-CSRFToken": portal.token})
        read = portal.browser.get(url, headers=OWN | {"HX-Request": "true"})
        assert answer.status_code in (400, 403, 404, 405, 409, 422), (name, url)
        assert MARK not in answer.content.decode() + read.content.decode(), (name, url)
        asked += answer.status_code != 405
    assert asked > 30
    with journal_scope(office.journal):
        assert state_of(theirs.key) == before


@pytest.mark.parametrize(
    "path", ["merkede/confirm", "merkede/renew", "merkede/discontinue", "utkast/alle", "signer/send"]
)
def test_what_a_body_names_of_another_patient_is_refused(
    office: Office, portal: Portal, theirs: Belongings, path: str
) -> None:
    with journal_scope(office.journal):
        before = state_of(theirs.key)
    url = f"/e/{SLUG}/pasient/{portal.patient['ctx']}/{path}"
    answer = portal.browser.post(url, body(theirs), headers=OWN | {"X-CSRFToken": portal.token})
    assert answer.status_code in (302, 404, 409, 422), path  # 302: «0 fornyet»
    with journal_scope(office.journal):
        assert state_of(theirs.key) == before


def test_every_address_of_a_page_carries_the_patient_or_knows_none() -> None:
    """Taken from the URL conf itself: a new address under /e/ without the context has to say why here."""
    assert get_resolver().url_patterns
    pages = [one for one in addresses.every() if "slug" in one.arguments]
    without = {one.name for one in pages if "ctx" not in one.arguments}
    assert len(pages) > 60
    assert {name for name in without if not name.startswith(WITHOUT_PATIENT)} == set()


def test_a_context_that_was_never_given_opens_nothing(portal: Portal, theirs: Belongings) -> None:
    for ctx in (str(uuid4()), "x", portal.patient["ctx"].swapcase()):
        answer = portal.browser.post(
            f"/e/{SLUG}/pasient/{ctx}/behandling/{theirs.ids['row']}/gjor/confirm",
            {"version": 1},
            headers=OWN | {"X-CSRFToken": portal.token},
        )
        assert answer.status_code == 409
