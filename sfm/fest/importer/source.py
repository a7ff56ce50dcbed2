"""Where the file comes from, opened so that a hostile one cannot hurt."""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

import httpx

from sfm.fest.importer.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST_XML = 1_000_000_000  # bytes; the published file is 118 MB
LARGEST_RATIO = 60  # the published zip is 1:9
CHUNK = 1 << 20


@contextmanager
def fetched(source: str) -> Iterator[Path]:
    """A local copy of a file or an http(s) address.

    :raises Refused: it cannot be read.
    """
    if not source.startswith(("https://", "http://")):
        if not Path(source).is_file():
            raise Refused(f"Finner ikke filen {source}.")
        yield Path(source)
        return
    with tempfile.TemporaryDirectory(prefix="fest-") as folder:
        yield _download(source, Path(folder) / "m30")


def _download(url: str, target: Path) -> Path:
    try:
        with httpx.stream("GET", url, timeout=60, follow_redirects=True) as answer, target.open("wb") as out:
            answer.raise_for_status()
            for chunk in answer.iter_bytes(CHUNK):
                out.write(chunk)
                if out.tell() > LARGEST_XML:
                    raise Refused("Filen på den oppgitte adressen er urimelig stor.")
    except httpx.HTTPError as error:
        raise Refused(f"Kunne ikke hente FEST fra {url}: {error}") from error
    return target


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def xml_stream(path: Path) -> Iterator[IO[bytes]]:
    """The XML as a stream, whether the file is a zip or the XML itself."""
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            if file.read(2) == b"PK":
                raise Refused("Zip-filen er ødelagt eller avkortet.")
            file.seek(0)
            yield file
        return
    with zipfile.ZipFile(path) as archive:
        member = only_member(archive)
        with archive.open(member) as file:
            yield file


def only_member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """The one XML file of a FEST zip. One name, one size, no surprises."""
    members = archive.infolist()
    if len(members) != 1:
        raise Refused(f"Zip-filen skal inneholde én fil, men har {len(members)}.")
    member = members[0]
    name = PurePosixPath(member.filename.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or name.suffix.lower() != ".xml" or len(name.parts) > 2:
        raise Refused("Zip-filen har et ugyldig filnavn.")
    if member.flag_bits & 0x1:
        raise Refused("Zip-filen er kryptert.")
    if member.file_size > LARGEST_XML or member.file_size > LARGEST_RATIO * max(member.compress_size, 1):
        raise Refused("Zip-filen er urimelig stor utpakket.")
    return member
