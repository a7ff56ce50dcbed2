"""A prescriber's screen with a patient open and the demo catalogue in use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from lxml import html

from sfm.fest import search
from tests.integration.portal import OWN, Portal, invented

if TYPE_CHECKING:
    from sfm.fest.hits import Hit
    from tests.office import Office


class Screen:
    """One person with one patient open. Addresses are relative to the patient."""

    def __init__(self, office: Office, person: str = "berg", serial: int = 0) -> None:
        self.patient, pid = invented(office, serial)
        self.portal = Portal(office, person).log_in()
        self.portal.set_patient(pid)
        self.root = f"/e/demo-epj/pasient/{self.portal.patient['ctx']}/"

    def get(self, path: str, **headers: str) -> Any:
        return self.portal.browser.get(self.root + path, headers=OWN | headers)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> Any:
        sent = OWN | {"X-CSRFToken": self.portal.token} | headers
        return self.portal.browser.post(self.root + path, fields, headers=sent)

    def form(self, path: str) -> dict[str, str]:
        """What a browser would send if the main button were pressed at once."""
        return fields_of(self.get(path)) | {"do": "add"}


def fields_of(answer: Any) -> dict[str, str]:
    page = html.fromstring(answer.content.decode())
    return dict(page.get_element_by_id("prescribe").form_values())


def first_hit(text: str) -> Hit:
    return search.search(text).hits[0]


def form_address(text: str) -> str:
    query = QueryDict(mutable=True)
    ref = first_hit(text).product
    query.update({"kind": ref.kind, "id": ref.fest_id})
    return f"forskriv?{query.urlencode()}"


def as_typed(fields: dict[str, str], **typed: str) -> dict[str, str]:
    """A complete form: a permanent treatment with metoprolol, unless said otherwise."""
    usual = {"use_type": "1", "indication_text": "Mot høyt blodtrykk", "quick": "1+0+1", "do": "add"}
    return fields | usual | typed
