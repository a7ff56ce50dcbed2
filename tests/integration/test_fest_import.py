"""The importer: takes what is good, refuses what is not with the reason, and never leaves half a catalogue."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from sfm.core import clock
from sfm.core.errors import Conflict
from sfm.fest.build.demo_drugs import DrugWriter
from sfm.fest.build.tables import Form, Line, Package, Product, by_line, table
from sfm.fest.build.xml import coded, document, identity, leaf, node, prescribing, quantity
from sfm.fest.importer.errors import Busy, Refused
from sfm.fest.importer.history import products_changed
from sfm.fest.importer.increment import import_increment
from sfm.fest.importer.rollback import roll_back
from sfm.fest.importer.run import ADVISORY_LOCK, import_file
from sfm.fest.models import Drug, Version

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.django_db
FIRST, SECOND = "2026-09-01T02:00:00", "2026-09-15T02:00:00"
TABLET = Form(**table("forms")[0])


def products(*names: str) -> list[Product]:
    made = []
    for number, name in enumerate(names):
        line = Line(
            atc="C07AB02",
            substance=f"{name}ol",
            form=TABLET,
            strength="50 mg",
            dispensing_group="C",
            short_doses=("93",),
            label="",
            marks=frozenset(),
        )
        product = Product(brand=name, line=line)
        product.packages.append(Package(varenr=f"{990_001 + number}", size="30", product=product))
        made.append(product)
    return made


def substances(items: list[Product]) -> Iterator[str]:
    for item in items:
        part = item.line.ingredients[0]
        yield prescribing("Virkestoff", leaf("Id", part.substance_id), leaf("Navn", part.substance))
        operator = coded("Styrkeoperator", "L", "Lik", 7445)
        strength = quantity("Styrke", part.amount, part.unit)
        yield prescribing(
            "VirkestoffMedStyrke",
            leaf("Id", part.id),
            strength,
            leaf("RefVirkestoff", part.substance_id),
            operator,
        )


def code_list() -> str:
    names = (leaf("Id", "2.16.578.1.12.4.1.1.7478"), leaf("Betegnelse", "Kortdose"))
    element = node(
        "Element", leaf("Id", identity("k")), leaf("Kode", "93"), node("Term", leaf("Term", "1 daglig"))
    )
    return node("Info", *names, leaf("Kortnavn", "K"), leaf("AnsvarligUtgiver", "D")) + element


def m30(folder: Path, *names: str, at: str = FIRST) -> Path:
    items = products(*names)
    drugs = DrugWriter(by_line(items))
    catalogues = [
        ("LegemiddelMerkevare", drugs.brands()),
        ("Legemiddelpakning", drugs.packages()),
        ("Virkestoff", substances(items)),
        ("LegemiddelVirkestoff", drugs.groups()),
        ("Kodeverk", [code_list()]),
    ]
    file = folder / f"m30-{at[:10]}-{'-'.join(names)}.xml"
    file.write_text("".join(document(at, catalogues)), encoding="utf-8")
    return file


def edited(file: Path, old: str, new: str) -> str:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return str(file)


def zipped(file: Path, **members: str) -> str:
    target = file.with_suffix(".zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, source in (members or {"fest251.xml": str(file)}).items():
            archive.write(source, name)
    return str(target)


def in_use() -> set[str]:
    return set(Drug.objects.filter(kind="brand", expired_on=None).values_list("brand", flat=True))


FIVE = ("Alfa", "Beta", "Gamma", "Delta", "Epsilon")


@pytest.fixture
def five(tmp_path: Path) -> Version:
    import_file(str(m30(tmp_path, *FIVE)))
    return Version.objects.get(is_current=True)


def test_takes_xml_and_zip_unchanged(tmp_path: Path) -> None:
    report = import_file(zipped(m30(tmp_path, "Alfa")))
    version = Version.objects.get(is_current=True)
    assert in_use() == {"Alfa"}
    assert (version.pk, version.extracted_at, version.counts["Legemiddelpakning"]) == (
        report.version,
        FIRST,
        1,
    )
    assert version.size > 1_000


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    file = str(m30(tmp_path, "Alfa"))
    once = import_file(file)
    again = import_file(file)
    assert again.unchanged
    assert again.version == once.version


def test_a_newer_file_changes_expires_and_brings_back(tmp_path: Path, five: Version) -> None:
    report = import_file(str(m30(tmp_path, *FIVE[:4], "Zeta", at=SECOND)))
    assert in_use() == {*FIVE[:4], "Zeta"}
    gone = Drug.objects.get(brand="Epsilon")
    assert gone.expired_on == clock.today()  # kept, because an old prescription may point at it
    assert report.changes["drug"].written == 3  # brand, package and group of Zeta; the others did not change
    assert Version.objects.get(is_current=True).previous == five
    import_file(str(m30(tmp_path, *FIVE, at="2026-10-01T02:00:00")))
    assert Drug.objects.get(brand="Epsilon").expired_on is None


@pytest.mark.parametrize("at", [FIRST, "2026-08-15T02:00:00"])
def test_refuses_what_is_not_newer(tmp_path: Path, five: Version, at: str) -> None:
    with pytest.raises(Refused, match="ikke nyere"):
        import_file(str(m30(tmp_path, *FIVE, "Zeta", at=at)))
    assert in_use() == set(FIVE)


def test_refuses_a_catalogue_that_has_shrunk(tmp_path: Path, five: Version) -> None:
    with pytest.raises(Refused, match="under 80 %"):
        import_file(str(m30(tmp_path, *FIVE[:3], at=SECOND)))
    assert in_use() == set(FIVE)


def test_refuses_when_too_many_packages_vanish(tmp_path: Path, five: Version) -> None:
    with pytest.raises(Refused, match="over 20 %"):
        import_file(str(m30(tmp_path, *FIVE[:3], "Eta", "Zeta", at=SECOND)))
    assert in_use() == set(FIVE)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("m30/2014-12-01", "m30/2013-10-08", "ikke FEST M30 versjon 2.5.1"),
        ("<FEST", "<!DOCTYPE FEST [<!ENTITY a 'b'>]><FEST", "DTD"),
        ("</KatKodeverk>", "", "avkortet eller ødelagt"),
        (f"<HentetDato>{SECOND}</HentetDato>", "", "mangler HentetDato"),
        (SECOND, "i går", "ikke et tidspunkt"),
        ("<Kode>93</Kode>", "<Kode>&xxe;</Kode>", "avkortet eller ødelagt"),
        (
            "<RefLegemiddelMerkevare>ID_",
            "<RefLegemiddelMerkevare>ID_FINNESIKKE",
            "peker på noe som ikke er i filen",
        ),
        ("<EnhetPakning ", "<UkjentPakning ", "uventet innhold"),
    ],
)
def test_refuses_a_bad_file_and_keeps_the_old(
    tmp_path: Path, five: Version, old: str, new: str, reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        import_file(edited(m30(tmp_path, *FIVE, "Zeta", at=SECOND), old, new))
    assert in_use() == set(FIVE)
    assert Version.objects.get(is_current=True) == five


def test_refuses_a_truncated_file_and_an_empty_one(tmp_path: Path) -> None:
    whole = m30(tmp_path, *FIVE).read_bytes()
    for name, content in (
        ("half.xml", whole[: len(whole) // 2]),
        ("empty.xml", b""),
        ("page.xml", b"<html>"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(Refused):
            import_file(str(tmp_path / name))
    assert not Version.objects.filter(is_current=True).exists()


def test_refuses_an_empty_mandatory_catalogue(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="Virkestoff er tom i filen"):
        import_file(str(m30(tmp_path)))


def test_refuses_zip_tricks(tmp_path: Path) -> None:
    file = m30(tmp_path, *FIVE)
    (tmp_path / "bomb.xml").write_bytes(b"<FEST>" + b" " * 10_000_000)
    tricks = {
        "én fil": {"a.xml": str(file), "b.xml": str(file)},
        "ugyldig filnavn": {"../a.xml": str(file)},
        "urimelig stor": {"a.xml": str(tmp_path / "bomb.xml")},
    }
    for reason, members in tricks.items():
        with pytest.raises(Refused, match=reason):
            import_file(zipped(file, **members))
    broken = tmp_path / "broken.zip"
    broken.write_bytes((tmp_path / zipped(file)).read_bytes()[:400])
    with pytest.raises(Refused, match="avkortet"):
        import_file(str(broken))


def test_only_one_import_at_a_time(tmp_path: Path) -> None:
    settings = connection.settings_dict
    other = psycopg.connect(
        host=settings["HOST"],
        port=settings["PORT"],
        user=settings["USER"],
        password=settings["PASSWORD"],
        dbname=settings["NAME"],
    )
    with other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])
        with pytest.raises(Busy):
            import_file(str(m30(tmp_path, "Alfa")))
    other.close()


def test_the_command_says_what_happened(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match="Ingen FEST-katalog"):
        call_command("fest", "status")
    call_command("fest", "import", str(m30(tmp_path, *FIVE)))
    call_command("fest", "status")
    told = capsys.readouterr().out
    assert "er tatt i bruk" in told
    assert FIRST in told
    with pytest.raises(CommandError, match="Finner ikke filen"):
        call_command("fest", "import", str(tmp_path / "borte.zip"))


def test_a_published_address_that_does_not_answer_is_refused() -> None:
    with pytest.raises(Refused, match="Kunne ikke hente"):
        import_file("http://127.0.0.1:9/fest251.zip")


# --- increments, and going back ------------------------------------------------------------------------------------
def increment(folder: Path, *names: str, at: str, ended: tuple[str, ...] = ()) -> str:
    """A file with the named products as they are now, and the ids of entries that have ended."""
    file = m30(folder, *names, at=at) if names else m30(folder, at=at)
    gone = "".join(
        f"<OppfLegemiddelpakning><Id>{one}</Id><Tidspunkt>{at}</Tidspunkt>"
        '<Status V="U" DN="Utgått oppføring"/></OppfLegemiddelpakning>'
        for one in ended
    )
    text = file.read_text(encoding="utf-8").replace(
        "</KatLegemiddelpakning>", f"{gone}</KatLegemiddelpakning>", 1
    )
    target = folder / f"increment-{at[:10]}.xml"
    target.write_text(text, encoding="utf-8")
    return str(target)


def test_an_increment_adds_and_changes_and_leaves_the_rest_alone(five: Version, tmp_path: Path) -> None:
    report = import_increment(increment(tmp_path, "Zeta", at=SECOND))
    version = Version.objects.get(is_current=True)
    assert in_use() == {*FIVE, "Zeta"}
    assert (version.kind, version.previous, version.pk) == ("increment", five, report.version)
    assert version.counts["LegemiddelMerkevare"] == 6
    assert report.changes["drug"].expired == 0


def test_an_increment_ends_entries_by_their_entry_id_and_never_deletes(five: Version, tmp_path: Path) -> None:
    group = Drug.objects.get(kind="group", name__startswith="Alfa")
    package = Drug.objects.get(kind="package", name__startswith="Alfa")
    brand = Drug.objects.get(kind="brand", brand="Alfa")
    ended = (package.entry_id, group.entry_id, brand.entry_id)
    import_increment(increment(tmp_path, "Beta", at=SECOND, ended=ended))
    assert in_use() == {*FIVE} - {"Alfa"}
    package.refresh_from_db()
    assert package.expired_on == clock.today()


def test_an_increment_that_would_leave_a_product_without_its_package_is_refused(
    five: Version, tmp_path: Path
) -> None:
    package = Drug.objects.get(kind="package", name__startswith="Alfa")
    with pytest.raises(Refused, match="Importer en hel fil"):
        import_increment(increment(tmp_path, "Beta", at=SECOND, ended=(package.entry_id,)))
    assert Version.objects.get(is_current=True) == five
    assert Drug.objects.get(pk=package.pk).expired_on is None


def test_an_increment_needs_a_newer_date_and_a_catalogue_to_build_on(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="hel fil først"):
        import_increment(increment(tmp_path, "Alfa", at=FIRST))
    import_file(str(m30(tmp_path, *FIVE, at=SECOND)))
    with pytest.raises(Refused, match="ikke nyere"):
        import_increment(increment(tmp_path, "Zeta", at=FIRST))


def test_rolling_back_puts_everything_as_it_was(five: Version, tmp_path: Path) -> None:
    before = {row["key"]: row for row in Drug.objects.values()}
    text = m30(tmp_path, *FIVE[:4], "Zeta", at=SECOND)
    import_file(edited(text, "50 mg", "75 mg"))
    assert in_use() == {*FIVE[:4], "Zeta"}
    back = roll_back(by="Nora Demodrift")
    assert (back, Version.objects.get(is_current=True)) == (five, five)
    assert in_use() == set(FIVE)
    after = {row["key"]: row for row in Drug.objects.values()}
    assert {key: after[key] for key in before} == before
    assert all(row["expired_on"] == clock.today() for key, row in after.items() if key not in before)


def test_a_file_that_was_rolled_back_is_not_taken_in_again_by_itself(five: Version, tmp_path: Path) -> None:
    file = str(m30(tmp_path, *FIVE, "Zeta", at=SECOND))
    import_file(file)
    roll_back(by="Nora Demodrift")
    with pytest.raises(Refused, match=r"tatt ut av bruk .* av Nora Demodrift"):
        import_file(file)
    assert import_file(file, accepted="Nora Demodrift: kontrollert").version > five.pk
    assert in_use() == {*FIVE, "Zeta"}


def test_there_is_nothing_before_the_first(five: Version) -> None:
    with pytest.raises(Conflict, match="ingen tidligere versjon"):
        roll_back(by="Nora Demodrift")


def test_a_shrunken_file_can_be_accepted_by_somebody_who_says_why(five: Version, tmp_path: Path) -> None:
    small = str(m30(tmp_path, "Alfa", at=SECOND))
    with pytest.raises(Refused, match="under 80 %"):
        import_file(small)
    import_file(small, accepted="Nora Demodrift: FEST er ryddet")
    assert Version.objects.get(is_current=True).accepted_by == "Nora Demodrift: FEST er ryddet"


def test_what_a_version_changed_is_told_by_name(five: Version, tmp_path: Path) -> None:
    import_file(str(m30(tmp_path, *FIVE[:4], "Zeta", at=SECOND)))
    changes, count = products_changed(Version.objects.get(is_current=True))
    assert count == len(changes) == 6  # group, brand and package of one that came and one that went
    assert {(one.what, one.name.split()[0]) for one in changes} == {("expired", "Epsilonol"), ("expired", "Epsilon"),
        ("new", "Zetaol"), ("new", "Zeta")}  # fmt: skip
