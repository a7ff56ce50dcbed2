"""Every address of the treatment portal, opened by the prescriber, the nurse beside her, and somebody from outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portals.shared import clients
from portals.treatment.urls import urlpatterns
from sfm.audit.models import AuditEvent
from sfm.core import clock
from sfm.exchange import lookup
from sfm.exchange.models import Message
from sfm.identity import preferences
from sfm.medication.models import CriticalReaction, Draft, Treatment
from sfm.tenancy.scope import journal_scope
from tests.factories import contents
from tests.factories import treatments as rows
from tests.integration.portal import OWN, Portal, invented
from tests.office import Office, open_office

if TYPE_CHECKING:
    from sfm.core.ids import PatientKey
    from sfm.tenancy.models import Journal
    from tests.tokens import Issuer

pytestmark = pytest.mark.filterwarnings("ignore:No directory at")
ARGUMENTS = {"pk": uuid4(), "intent": uuid4(), "verb": "confirm", "kind": "liste"}
NAMES = sorted({str(pattern.name) for pattern in urlpatterns})
SCREENS = ("in_use", "search", "drafts", "sign", "messages", "reactions", "history")


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A browser with a patient open, and one treatment of that patient."""

    portal: Portal
    key: PatientKey
    root: str
    row: UUID

    def get(self, path: str, **headers: str) -> Any:
        return self.portal.browser.get(self.root + path, headers=OWN | headers)

    def post(self, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
        sent = OWN | {"X-CSRFToken": self.portal.token} | headers
        return self.portal.browser.post(self.root + path, body or {}, headers=sent)

    def act(self, verb: str, **body: Any) -> Any:
        return self.post(
            f"behandling/{self.row}/gjor/{verb}", {"version": 1} | body, **{"HX-Request": "true"}
        )


@pytest.fixture(autouse=True)
def _sources_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    clients.forget()
    monkeypatch.setattr(lookup, "start", lambda **_given: True)


def opened(office: Office, person: str = "berg", serial: int = 0) -> Opened:
    key, pid = invented(office, serial)
    with journal_scope(office.journal):
        row = rows.with_prescription(key).pk
    portal = Portal(office, person).log_in()
    url = str(portal.set_patient(pid).json()["url"])
    return Opened(portal=portal, key=key, root=url.removesuffix("legemidler"), row=row)


@pytest.fixture
def prescribing(office: Office) -> Opened:
    return opened(office)


@pytest.fixture
def nursing(office: Office) -> Opened:
    return opened(office, "nes")


def address(name: str, ctx: str, slug: str = "demo-epj") -> str:
    pattern = next(found for found in urlpatterns if found.name == name)
    wanted = {key: ARGUMENTS[key] for key in pattern.pattern.converters if key in ARGUMENTS}
    return reverse(f"treatment:{name}", kwargs={"slug": slug, "ctx": ctx, **wanted})


def traces(office: Office) -> tuple[int, ...]:
    """How much is written: anything that a refused request must leave as it was."""
    with journal_scope(office.journal):
        return tuple(model.objects.count() for model in (AuditEvent, Treatment, Draft, CriticalReaction))


def kept(office: Office, row: UUID) -> Treatment:
    with journal_scope(office.journal):
        return Treatment.objects.get(pk=row)


# ---- the door, for every address there is ---------------------------------------------------------------------------
def test_nothing_opens_without_login(office: Office) -> None:
    browser = Portal(office).browser
    for name in NAMES:
        assert browser.get(address(name, "abc")).status_code in (401, 405), name


def test_a_stale_frame_is_refused_at_every_address(office: Office, prescribing: Opened) -> None:
    ctx = prescribing.root.split("/")[-2]
    _, other = invented(office, 5)
    prescribing.portal.set_patient(other)
    before = traces(office)
    for name in NAMES:
        url = address(name, ctx)
        answers = [
            prescribing.portal.browser.get(url),
            prescribing.portal.browser.post(url, headers=OWN | {"X-CSRFToken": prescribing.portal.token}),
        ]
        assert {answer.status_code for answer in answers} <= {409, 405}, name
        assert 409 in {answer.status_code for answer in answers}, name
    assert traces(office) == before


def test_somebody_from_another_journal_sees_no_trace(
    office: Office, prescribing: Opened, other_journal: Journal, issuer: Issuer
) -> None:
    outside = opened(open_office(other_journal, issuer), serial=9)
    assert outside.portal.browser.get(f"{prescribing.root}legemidler").status_code == 409
    for path in ("", "/endre", "/seponer"):
        assert outside.get(f"behandling/{prescribing.row}{path}").status_code == 404
    answer = outside.post(f"behandling/{prescribing.row}/gjor/confirm", {"version": 1})
    assert answer.status_code == 404
    assert kept(office, prescribing.row).version == 1


def test_a_row_of_another_patient_does_not_exist(office: Office, prescribing: Opened) -> None:
    theirs = opened(office, serial=3)
    assert theirs.get(f"behandling/{prescribing.row}").status_code == 404
    assert theirs.post(f"behandling/{prescribing.row}/gjor/renew", {"version": 1}).status_code == 404
    assert kept(office, prescribing.row).unsent_verb == ""


# ---- the screens ----------------------------------------------------------------------------------------------------
def test_the_prescriber_opens_every_screen(prescribing: Opened) -> None:
    for name in SCREENS:
        answer = prescribing.portal.browser.get(address(name, prescribing.root.split("/")[-2]))
        assert answer.status_code == 200, name
        page = answer.content.decode()
        assert "Demosen, Kari Oppdiktet" in page, name
        assert page.count("<h1") == 1, name
        assert answer["Cache-Control"] == "no-store"


def test_the_nurse_has_no_way_to_sign(nursing: Opened) -> None:
    assert nursing.get("signer").status_code in (403, 404)
    assert nursing.post("signer/send", {"intent": uuid4()}).status_code in (403, 404)
    assert "Signer og send" not in nursing.get("legemidler").content.decode()


@pytest.mark.parametrize("verb", ["renew", "recall", "undo_discontinue"])
def test_the_nurse_changes_no_prescription(office: Office, nursing: Opened, verb: str) -> None:
    assert nursing.act(verb).status_code in (403, 404, 409, 422)
    assert kept(office, nursing.row).unsent_verb == ""


def test_the_nurse_proposes_and_the_prescriber_decides(office: Office, nursing: Opened) -> None:
    answer = nursing.post(
        f"behandling/{nursing.row}/klargjor-fornying",
        {"comment": "Snart tom", "version": 1},
        **{"HX-Request": "true"},
    )
    assert answer.status_code == 200
    with journal_scope(office.journal):
        draft = Draft.objects.get(treatment_id=nursing.row)
    assert nursing.post(f"utkast/{draft.pk}/approve").status_code in (403, 404)
    assert kept(office, nursing.row).unsent_verb == ""


def test_the_nurse_proposes_in_use_and_recall_from_the_row(office: Office, nursing: Opened) -> None:
    with journal_scope(office.journal):
        loose = [rows.treatment(nursing.key, review="pending_decision") for _ in range(2)]
    assert 'data-batch="draft_confirm"' in nursing.get("legemidler").content.decode()
    assert "sendt til legen" in nursing.act("draft_recall").content.decode()
    marked = {"row": [f"{row.pk}:{row.version}" for row in loose]}
    assert nursing.post("merkede/draft_confirm", marked).status_code == 302
    with journal_scope(office.journal):
        assert sorted(draft.kind for draft in Draft.objects.all()) == ["confirm", "confirm", "recall"]
    assert "Behandlingen beholdes" in nursing.get("utkast").content.decode()


def test_the_nurse_prepares_renewals_of_the_marked_but_not_of_what_is_addictive(
    office: Office, nursing: Opened
) -> None:
    with journal_scope(office.journal):
        plain = rows.with_prescription(nursing.key)
        strong = rows.with_prescription(nursing.key, content=contents.content(product=contents.OXYCODONE))
    assert 'data-batch="draft_renew"' in nursing.get("legemidler").content.decode()
    marked = {"row": [f"{ident}:1" for ident in (plain.pk, strong.pk, nursing.row)]}
    for _ in range(2):  # again: a draft waits on them already
        assert nursing.post("merkede/draft_renew", marked).status_code == 302
    with journal_scope(office.journal):
        assert {draft.treatment_id for draft in Draft.objects.all()} == {plain.pk, nursing.row}
        assert Draft.objects.count() == 2
    twice = nursing.post(f"behandling/{plain.pk}/klargjor-fornying", {"version": 1})
    assert twice.status_code == 409


def test_a_page_is_logged_once(office: Office, prescribing: Opened) -> None:
    prescribing.get("legemidler")
    with journal_scope(office.journal):
        assert list(AuditEvent.objects.order_by("seq").values_list("action", flat=True))[-1] == "read.list"


@pytest.mark.parametrize("many", [5, 60])
def test_the_list_asks_ten_times_however_long_it_is(office: Office, prescribing: Opened, many: int) -> None:
    with journal_scope(office.journal):
        for _ in range(many):
            rows.with_prescription(prescribing.key)
    prescribing.get("legemidler")
    with CaptureQueriesContext(connection) as asked:
        assert prescribing.get("legemidler").status_code == 200
    told = [query["sql"] for query in asked if query["sql"].startswith(("SELECT", "INSERT", "UPDATE"))]
    assert len(told) <= 10, told


# ---- acts on rows ---------------------------------------------------------------------------------------------------
def test_renewing_swaps_the_row_and_says_so(office: Office, prescribing: Opened) -> None:
    page = prescribing.act("renew").content.decode()
    assert f'id="row-{prescribing.row}"' in page
    assert "Fornyet. Sendes når du signerer." in page
    assert "<html" not in page
    assert kept(office, prescribing.row).unsent_verb == "renewed"


def test_what_is_unsent_can_be_undone(office: Office, prescribing: Opened) -> None:
    prescribing.act("renew")
    assert prescribing.act("undo", version=kept(office, prescribing.row).version).status_code == 200
    assert kept(office, prescribing.row).unsent_verb == ""


def test_the_same_act_works_without_javascript(office: Office, prescribing: Opened) -> None:
    answer = prescribing.post(f"behandling/{prescribing.row}/gjor/renew", {"version": 1})
    assert (answer.status_code, answer["Location"]) == (302, f"{prescribing.root}legemidler")
    assert kept(office, prescribing.row).unsent_verb == "renewed"


@pytest.mark.parametrize("version", ["7", "", "x"])
def test_an_old_version_changes_nothing(office: Office, prescribing: Opened, version: str) -> None:
    answer = prescribing.act("renew", version=version)
    assert answer.status_code in (409, 422)
    assert answer["HX-Retarget"] == "#errors"
    assert kept(office, prescribing.row).unsent_verb == ""


def test_discontinuing_asks_why(office: Office, prescribing: Opened) -> None:
    path = f"behandling/{prescribing.row}/seponer"
    assert "Årsak" in prescribing.get(path).content.decode()
    assert prescribing.post(path, {"version": 1, "when": "now"}).status_code == 422
    assert kept(office, prescribing.row).discontinued_at is None
    done = prescribing.post(path, {"version": 1, "when": "now", "reason": "L"})
    assert done["Location"] == f"{prescribing.root}behandling/{prescribing.row}/reaksjon"
    assert kept(office, prescribing.row).lifecycle == "discontinued"


def test_discontinuing_later_keeps_the_row_in_use(office: Office, prescribing: Opened) -> None:
    at = clock.today() + timedelta(days=10)
    body = {"version": 1, "when": "later", "at": at.isoformat(), "plan": "has_enough", "reason": "A"}
    assert prescribing.post(f"behandling/{prescribing.row}/seponer", body).status_code == 302
    row = kept(office, prescribing.row)
    assert row.lifecycle == "active"
    assert row.discontinued_at is not None
    assert clock.local(row.discontinued_at).date() == at
    assert f"Seponeres {at:%d.%m}" in prescribing.get("legemidler").content.decode()


def test_addictive_medicines_are_never_renewed_in_a_batch(office: Office, prescribing: Opened) -> None:
    with journal_scope(office.journal):
        strong = rows.with_prescription(prescribing.key, content=contents.content(product=contents.OXYCODONE))
    marked = [f"{prescribing.row}:1", f"{strong.pk}:1"]
    answer = prescribing.post("merkede/renew", {"row": marked})
    assert answer.status_code == 302
    page = prescribing.portal.browser.get(answer["Location"]).content.decode()
    assert "1 fornyet. Sendes når du signerer. 1 ble ikke fornyet:" in page
    assert "Reseptgruppe A fornyes for seg." in page
    assert kept(office, prescribing.row).unsent_verb == "renewed"
    assert kept(office, strong.pk).unsent_verb == ""


def test_the_list_is_grouped_as_the_person_likes(office: Office, prescribing: Opened) -> None:
    assert (
        'value="attention" class="quiet" aria-pressed="true"'
        in prescribing.get("legemidler").content.decode()
    )
    assert prescribing.post("gruppering", {"grouping": "atc"}).status_code == 302
    page = prescribing.get("legemidler").content.decode()
    assert "C – Hjerte og kretsløp" in page
    assert 'value="none" class="quiet" aria-pressed="false" data-key="w"' in page
    with journal_scope(office.journal):
        assert preferences.of(office.people["berg"].pk)["grouping"] == "atc"
    assert prescribing.post("gruppering", {"grouping": "stjernetegn"}).status_code == 422


def test_an_unknown_verb_does_not_exist(prescribing: Opened) -> None:
    assert prescribing.act("delete").status_code == 404
    assert prescribing.post("merkede/discontinue", {"row": []}).status_code == 404


# ---- reactions ------------------------------------------------------------------------------------------------------
def test_a_reaction_is_registered_and_stands_above_every_screen(office: Office, prescribing: Opened) -> None:
    body = {"agent_kind": "text", "agent_text": "Plaster", "reaction": "11", "certainty": "3"}
    assert prescribing.post("reaksjoner/ny", body).status_code == 302
    for path in ("legemidler", "ny", "historikk"):
        strip = prescribing.get(path).content.decode()
        assert "Plaster" in strip
        assert "varsler ikke" in strip.lower()


def test_a_proposed_reaction_is_approved_and_kj_is_told(office: Office, nursing: Opened) -> None:
    body = {"agent_kind": "text", "agent_text": "Plaster", "reaction": "11", "certainty": "3"}
    assert "Lagre som utkast" in nursing.get("reaksjoner").content.decode()
    assert nursing.post("reaksjoner/ny", body).status_code == 403
    assert nursing.post("reaksjoner/forslag", body | {"to_approver": "Sett i dag"}).status_code == 302
    with journal_scope(office.journal):
        draft = Draft.objects.get(kind="reaction")
    seen = nursing.get("reaksjoner").content.decode()
    assert "Foreslått: Plaster" in seen
    assert "1 foreslått" in nursing.get("legemidler").content.decode()
    mine = nursing.get(f"reaksjoner?utkast={draft.pk}").content.decode()
    assert "Endre forslaget" in mine
    assert 'value="Sett i dag"' in mine
    assert (
        nursing.post("reaksjoner/forslag", body | {"reaction": "12", "utkast": draft.pk}).status_code == 302
    )
    doctor = opened(office)  # of the same patient
    filled = doctor.get(f"reaksjoner?utkast={draft.pk}").content.decode()
    assert 'value="Plaster"' in filled
    assert doctor.post(f"utkast/{draft.pk}/godkjenn").status_code == 302
    with journal_scope(office.journal):
        assert Message.objects.filter(kind="KI-WRITE", patient_key=draft.patient_key).count() == 1
    assert "Foreslått" not in doctor.get("reaksjoner").content.decode()


def test_what_is_wrong_stands_by_its_field(prescribing: Opened) -> None:
    answer = prescribing.post(
        "reaksjoner/ny", {"agent_kind": "text", "agent_text": "Plaster", "reaction": "11"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Plaster"' in page  # nothing typed is lost
    assert '<a href="#certainty">Velg hvor sikkert det er.</a>' in page
    assert 'aria-describedby="e-certainty"' in page
    assert 'id="e-certainty"' in page


def test_none_known_is_a_fact_with_a_name(prescribing: Opened) -> None:
    assert "Ikke kartlagt" in prescribing.get("legemidler").content.decode()
    assert prescribing.post("reaksjoner/ingen-kjente").status_code == 302
    assert "Ingen kjente" in prescribing.get("legemidler").content.decode()


# ---- after a look-up ------------------------------------------------------------------------------------------------
def test_the_poll_answers_with_the_sources_alone_and_ends(prescribing: Opened) -> None:
    answer = prescribing.get("kilder", **{"HX-Request": "true"})
    page = answer.content.decode()
    assert 'id="sources"' in page
    assert "<html" not in page
    assert "every 1s" not in page
    assert "row-" not in page  # no row moves under the pointer
