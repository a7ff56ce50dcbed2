"""A browser inside the record system: logged in through the Session Gateway, with a patient set."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.test import Client

from sfm.core.ids import PatientKey, synthetic_id
from sfm.patients import vault
from sfm.patients.identity import PatientIdentity
from sfm.tenancy.scope import journal_scope
from tests.tokens import HASH, ORIGIN, PLAIN

if TYPE_CHECKING:
    from tests.office import Office

CREATE, TICKET, SET = "/api/v2/Session/create", "/api/v2/PatientTicket", "/e/demo-epj/pasient/sett"
OWN = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}


class Portal:
    """One user's browser. `post` carries the CSRF token and says that it comes from our own page."""

    def __init__(self, office: Office, person: str = "berg") -> None:
        self.office, self.caller = office, office.caller(person)
        self.browser = Client(enforce_csrf_checks=True)
        self.token = ""

    def code(self, origin: str = ORIGIN) -> str:
        """A new way in, as the record system's server asks for it."""
        signed = self.caller.headers("POST", CREATE, origin=origin)
        made = Client().post(CREATE, {"nonce": HASH}, content_type="application/json", headers=signed)
        return str(made.json()["code"])

    def log_in(self) -> Portal:
        answer = self.browser.post(
            "/api/Login",
            data=f'"{PLAIN}"',
            content_type="application/json",
            headers={"Authorization": self.code(), **OWN},
        )
        self.token = answer.json()["csrfToken"]
        return self

    def ticket(self, pid: str, origin: str = ORIGIN) -> str:
        signed = self.caller.headers("POST", TICKET, origin=origin)
        answer = Client().post(TICKET, {"patientPid": pid}, content_type="application/json", headers=signed)
        return str(answer.json())

    def set_patient(self, pid: str, **fields: Any) -> Any:
        return self.post(SET, {"ticket": self.ticket(pid)} | fields)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        sent = OWN | {"X-CSRFToken": self.token, "Accept": "application/json"} | headers
        return self.browser.post(path, body or {}, content_type="application/json", headers=sent)

    @property
    def patient(self) -> dict[str, Any]:
        """What the session remembers of the patient."""
        kept: dict[str, Any] = self.browser.session["patient"]
        return kept


def invented(office: Office, serial: int = 0, family: str = "Demosen") -> tuple[PatientKey, str]:
    """A patient in the office's journal: key and number."""
    pid = synthetic_id(date(1948, 8, 8), serial)
    with journal_scope(office.journal):
        return vault.register(PatientIdentity(family=family, given="Kari Oppdiktet", pid=pid, sex="2")), pid
