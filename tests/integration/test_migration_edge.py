"""The uploader's addresses: TUS 1.0 with a migration token, resumed where it stopped, and shown in the portals."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.test import Client

from sfm.identity import users
from sfm.identity.models import Practitioner
from sfm.migration import intake, running
from sfm.migration.models import FileState, MigrationFile
from sfm.tenancy.scope import journal_scope
from tests.integration.data_sharing import Epj
from tests.integration.portal import Portal
from tests.integration.test_migration import someone, treatment
from tests.integration.test_provider_portal import at_work
from tests.migration import EMPTY_ORGANISATION, sealed, xml
from tests.tokens import MIGRATION2, ORIGIN, Caller, Key, now

if TYPE_CHECKING:
    from tests.office import Office

pytestmark = pytest.mark.filterwarnings("ignore:No directory at")
FILES, V2 = "/files", "/v2/files"
PIECE = "application/offset+octet-stream"
RUN = str(uuid4())


class Uploader:
    """The national uploader, used by Randi Demones, the office's administrator."""

    def __init__(self, office: Office, **changes: Any) -> None:
        with journal_scope(office.journal):
            Practitioner.objects.filter(pk=office.people["nes"].pk).update(system_admin=True)
        self.office = office
        self.key = Key()
        self.caller = self.token(**changes)

    def token(self, **changes: Any) -> Caller:
        return self.office.caller("nes", key=self.key, **({"extra": {"scope": [MIGRATION2]}} | changes))

    def send(self, method: str, path: str, data: bytes = b"", **headers: str) -> Any:
        signed = self.caller.headers(method, path) | {"Tus-Resumable": "1.0.0"} | headers
        kind = signed.pop("Content-Type", PIECE if data else "")
        return Client().generic(method, path, data, content_type=kind, headers=signed)

    def begin(self, length: int, kind: str = "OrganizationFile", run: str = RUN, **headers: str) -> Any:
        said = {
            "name": "ExportData.dat",
            "FileType": kind,
            "SessionId": run,
            "contentType": "application/octet-stream",
        }
        packed = ",".join(
            f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in said.items()
        )
        given = {"Upload-Length": str(length), "Upload-Metadata": packed} | headers
        return self.send("POST", V2, **given)

    def whole(self, data: bytes, kind: str = "OrganizationFile") -> str:
        """Returns the upload's address."""
        path = str(self.begin(len(data), kind)["Location"]).removeprefix(ORIGIN)
        assert self.send("PATCH", path, data, **{"Upload-Offset": "0"}).status_code == 204
        return path


@pytest.fixture
def uploader(office: Office) -> Uploader:
    return Uploader(office)


def files(office: Office) -> list[MigrationFile]:
    with journal_scope(office.journal):
        return list(MigrationFile.objects.order_by("created"))


def test_a_file_comes_in_pieces_and_goes_on_where_it_stopped(uploader: Uploader, office: Office) -> None:
    data = sealed(EMPTY_ORGANISATION)
    made = uploader.begin(len(data))
    assert (made.status_code, made["Upload-Offset"], made["Tus-Resumable"]) == (201, "0", "1.0.0")
    path = made["Location"].removeprefix(ORIGIN)
    assert uploader.send("PATCH", path, data[:100], **{"Upload-Offset": "0"})["Upload-Offset"] == "100"
    assert uploader.send("PATCH", path, data[:100], **{"Upload-Offset": "0"}).status_code == 409
    where = uploader.send("HEAD", path)
    assert (where["Upload-Offset"], where["Upload-Length"]) == ("100", str(len(data)))
    assert uploader.send("PATCH", path, data[100:], **{"Upload-Offset": "100"}).status_code == 204
    (file,) = files(office)
    assert (file.state, file.sha256) == (FileState.UPLOADED, hashlib.sha256(data).hexdigest())


def test_an_upload_outlives_its_token_but_no_new_one_is_begun(uploader: Uploader) -> None:
    path = uploader.begin(10)["Location"].removeprefix(ORIGIN)
    expired = {"scope": [MIGRATION2], "exp": now() - 3600, "iat": now() - 7200, "nbf": now() - 7200}
    uploader.caller = uploader.token(extra=expired)
    assert uploader.begin(10).status_code == 401
    assert uploader.send("PATCH", path, b"12345", **{"Upload-Offset": "0"}).status_code == 204
    uploader.caller = uploader.token(extra=expired | {"exp": now() - 13 * 3600})
    assert uploader.send("HEAD", path).status_code == 401


def test_a_user_who_is_ended_can_go_on_with_nothing(uploader: Uploader, office: Office) -> None:
    path = uploader.begin(10)["Location"].removeprefix(ORIGIN)
    with journal_scope(office.journal):
        users.set_active(users.find(office.people["nes"].pk), active=False)
    assert uploader.send("PATCH", path, b"12345", **{"Upload-Offset": "0"}).status_code == 403


def test_an_upload_belongs_to_its_client_and_its_key(uploader: Uploader) -> None:
    path = uploader.begin(10)["Location"].removeprefix(ORIGIN)
    uploader.key = Key()
    uploader.caller = uploader.token()
    assert uploader.send("HEAD", path).status_code == 404
    assert uploader.send("HEAD", f"{V2}/{uuid4()}").status_code == 404


BAD = {
    "wrong version": ({"Tus-Resumable": "0.2.2"}, 412),
    "no length": ({"Upload-Length": ""}, 400),
    "too large": ({"Upload-Length": str(intake.MAX_FILE + 1)}, 413),
    "no metadata": ({"Upload-Metadata": ""}, 400),
    "not base64": ({"Upload-Metadata": "name ***"}, 400),
    "no run": ({"Upload-Metadata": "name eA=="}, 400),
}


@pytest.mark.parametrize(("headers", "status"), BAD.values(), ids=BAD.keys())
def test_a_bad_beginning_is_refused(uploader: Uploader, headers: dict[str, str], status: int) -> None:
    assert uploader.begin(10, **headers).status_code == status


def test_bad_pieces_are_refused_and_change_nothing(uploader: Uploader, office: Office) -> None:
    path = uploader.begin(10)["Location"].removeprefix(ORIGIN)
    at = {"Upload-Offset": "0"}
    assert uploader.send("PATCH", path, b"x" * 11, **at).status_code == 413
    assert uploader.send("PATCH", path, b"x", **at, **{"Content-Type": "text/plain"}).status_code == 415
    wrong = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
    assert (
        uploader.send("PATCH", path, b"x", **at, **{"Upload-Checksum": f"sha256 {wrong}"}).status_code == 460
    )
    assert files(office)[0].offset == 0
    assert uploader.send("DELETE", path).status_code == 204
    assert uploader.send("HEAD", path).status_code == 410


def test_only_the_migration_scope_and_an_administrator_come_in(office: Office) -> None:
    ordinary = Uploader(office)
    ordinary.caller = office.caller("nes", key=ordinary.key)
    assert ordinary.begin(10).status_code == 403
    doctor = Uploader(office)
    doctor.caller = office.caller("berg", key=doctor.key, extra={"scope": [MIGRATION2]})
    assert doctor.begin(10).status_code == 403
    assert Client().post(FILES).status_code == 401


def test_patients_wait_for_the_organisation_file(uploader: Uploader) -> None:
    assert uploader.begin(10, "PatientFile").status_code == 409
    uploader.whole(sealed(EMPTY_ORGANISATION))
    assert uploader.begin(10, "PatientFile").status_code == 201


def test_the_server_says_what_it_speaks(uploader: Uploader) -> None:
    said = Client().options(V2)
    assert (said.status_code, said["Tus-Version"]) == (204, "1.0.0")
    assert "creation" in said["Tus-Extension"]
    assert Client().get("/api/sfmProductVersion").json()
    assert uploader.send("GET", V2).status_code == 405


def run_all(office: Office) -> None:
    with journal_scope(office.journal):
        for file_id in running.waiting():
            running.take_in(file_id)


def test_the_portals_show_how_it_goes_and_fhir_finds_it_again(uploader: Uploader, office: Office) -> None:
    content = '<Legemiddelblanding><Navn>Demosalve</Navn><Mengde V="20" U="g"/>'
    content += '<Legemiddelform V="6" S="1" DN="Salve"/></Legemiddelblanding>'
    patient = someone(treatment(lib=(lib := uuid4()), content=content), ident=(local := str(uuid4())))
    uploader.whole(sealed(EMPTY_ORGANISATION))
    uploader.whole(sealed({"PatientData.xml": xml("PasientExport", patient)}), "PatientFile")
    run_all(office)
    portal = Portal(office, "nes").log_in()
    home = "/e/demo-epj/virksomhet/innflytting"
    assert "2 av 2" in portal.browser.get(home).content.decode()
    page = portal.browser.get(f"{home}/{RUN}").content.decode()
    assert "Reseptversjoner" in page
    (_, file) = files(office)
    assert "Filen følger ikke skjemaet" in portal.browser.get(f"{home}/fil/{file.pk}").content.decode()
    assert portal.browser.get(f"{home}/{RUN}/rapport").json()["patients"] == 1
    assert Portal(office, "berg").log_in().browser.get(home).status_code == 403
    epj = Epj(office.caller())
    ticket = Portal(office, "berg").ticket(f"xxx-{local}")
    found = epj.get(f"MedicationStatement/{lib}?patientTicket={ticket}").json()
    assert found["medicationReference"]["display"] == "Demosalve"
    history = epj.get(f"Basic?_query=HISTORY&patientTicket={ticket}&treatment={lib}").json()
    assert history["total"] == 1


def test_the_service_provider_sees_numbers_only(uploader: Uploader) -> None:
    uploader.whole(sealed(EMPTY_ORGANISATION))
    page = at_work().get("/tjeneste/innflytting").content.decode()
    assert "Åskollen legesenter" in page
    assert "ExportData" not in page
    assert at_work().get("/tjeneste/innflytting/sertifikat").content.startswith(b"-----BEGIN CERTIFICATE")
