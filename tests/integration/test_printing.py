"""Printouts, page by page: what stands on them, in three languages, and that nothing is fetched to make them."""

from __future__ import annotations

import re
import zlib
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from sfm.audit.models import AuditEvent
from sfm.core import clock
from sfm.core.errors import Invalid, NotFound, Unavailable
from sfm.medication.models import ListVersion, Treatment
from sfm.medication.rules import quick
from sfm.medication.rules.dosage import Dosage, FreeTextDosage
from sfm.patients.identity import PatientIdentity, normalised
from sfm.printing import pdf, printouts
from sfm.printing.printouts import Wish
from tests.factories import contents
from tests.factories import treatments as rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfm.core.actor import Actor

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
KARI = normalised(PatientIdentity(family="Demosen", given="Kari Oppdiktet", pid="", born=date(1948, 8, 8)))


def text_of(made: printouts.Printout) -> list[str]:
    """The text of each page, as laid out: margins first."""
    pages = pdf.document(made.page()).pages
    return [" ".join(_said(page._page_box)) for page in pages]


def _said(box: Any) -> Iterator[str]:
    for child in box.descendants(placeholders=True):
        if type(child).__name__ == "TextBox":
            yield re.sub(r"\s+", " ", child.text.replace("\N{NO-BREAK SPACE}", " ")).strip()


def entry(text: str) -> Dosage:
    dosage = quick.parse(text, "13")
    assert dosage is not None
    return dosage


@pytest.fixture
def wish(prescriber: Actor, in_journal: object) -> Wish:
    patient = uuid4()
    rows.medication_list(patient)
    return Wish(patient=patient, who=KARI, actor=prescriber)


def use(wish: Wish, name: str, dose: str | Dosage, **given: Any) -> Treatment:
    dosage = entry(dose) if isinstance(dose, str) else dose
    product = replace(
        contents.content().product, substance=name, name_form_strength=f"{name} tab 50 mg", brand=""
    )
    content = replace(contents.content(), product=product, dosage=dosage)
    return rows.treatment(wish.patient, content=content, **given)


@pytest.mark.parametrize(
    ("language", "title", "slots", "dose", "page"),
    [
        ("nb", "Legemiddellisten din", ["Morgen", "Kveld"], "1 tablett", "Side 1 av 1"),
        ("nn", "Legemiddellista di", ["Morgon", "Kveld"], "1 tablett", "Side 1 av 1"),
        ("en", "Your medicines", ["Morning", "Evening"], "1 tablet", "Page 1 of 1"),
    ],
)
def test_the_patients_list_says_when_to_take_what(
    wish: Wish, language: str, title: str, slots: list[str], dose: str, page: str
) -> None:
    use(wish, "metoprolol", "1+0+1", indication_text="høyt blodtrykk")
    use(wish, "paracetamol", "1-2 vb maks 4")
    [said] = text_of(printouts.make("pasient", replace(wish, language=language)))
    for part in (
        title,
        *slots,
        dose,
        "metoprolol",
        "paracetamol",
        "høyt blodtrykk",
        page,
        "Demosen, Kari Oppdiktet",
    ):
        assert part in said
    assert said.count(dose) >= 2  # one cell in the morning, one in the evening
    assert printouts.words(language)["other"] in said


def test_new_changed_and_stopped_are_marked_since_the_last_printout(wish: Wish) -> None:
    now = clock.now()
    AuditEvent.objects.create(
        patient_key=wish.patient,
        action="print",
        source="portal",
        detail={"document": "pasient"},
        at=now - timedelta(days=10),
    )
    use(wish, "gammelol", "1+0+0")
    use(wish, "nyol", "1+0+0", created=now - timedelta(days=2))
    use(wish, "sluttol", "1+0+0", lifecycle="discontinued", discontinued_at=now - timedelta(days=3))
    use(wish, "forlengestol", "1+0+0", lifecycle="discontinued", discontinued_at=now - timedelta(days=20))
    [said] = text_of(printouts.make("pasient", wish))
    assert re.search(r"nyol [^.]*? Ny ", said)
    assert not re.search(r"gammelol [^.]*? Ny .*nyol", said)
    assert "Slutt med" in said
    assert "sluttol tab 50 mg" in said
    assert "forlengestol" not in said


def test_a_changed_dose_shows_what_it_was(wish: Wish, prescriber: Actor) -> None:
    from sfm.medication.actions import treatments

    row = use(wish, "metoprolol", "1+0+0")
    wanted = replace(
        contents.content(),
        product=replace(contents.content().product, substance="metoprolol"),
        dosage=entry("2+0+0"),
    )
    treatments.change(
        treatment_id=row.pk, content=wanted, by=prescriber, patient=wish.patient, version=row.version
    )
    [said] = text_of(printouts.make("pasient", wish))
    assert "Endret" in said
    assert "Før: 1 tablett morgen" in said
    assert "2 tabletter" in said
    assert "IKKE SIGNERT" in said


def test_what_somebody_wrote_is_not_translated(wish: Wish) -> None:
    use(wish, "warfarin", Dosage(unit="13", instruction=FreeTextDosage(text="Etter INR-skjema")))
    made = printouts.make("pasient", replace(wish, language="en"))
    assert '<span lang="nb">Etter INR-skjema</span>' in made.sheet


def test_large_print_is_larger_and_the_name_follows_to_every_page(wish: Wish) -> None:
    for number in range(40):
        use(wish, f"oppdiktol{number}", "1+0+1")
    normal = text_of(printouts.make("pasient", wish))
    large = text_of(printouts.make("pasient", replace(wish, large=True)))
    assert len(large) > len(normal) > 1
    for number, page in enumerate(large, 1):
        assert "Demosen, Kari Oppdiktet · født" in page
        assert f"Side {number} av {len(large)}" in page


def test_the_list_for_personnel_marks_the_future_the_unsigned_and_the_sources(wish: Wish) -> None:
    use(wish, "fremtidol", "1+0+0", starts_on=clock.today() + timedelta(days=7))
    use(wish, "usendtol", "1+0+0", unsent_verb="changed", unsent_base={})
    made = printouts.make("liste", wish)
    [said] = text_of(made)
    assert re.search(r'<tr class="future">\s*<th scope="row">fremtidol\*', made.sheet)
    assert "Ikke begynt ennå" in said
    assert "IKKE SIGNERT" in said
    assert "Reseptformidleren og kjernejournal er ikke spurt" in said


def test_the_shared_list_is_printed_as_it_was_sent(wish: Wish) -> None:
    entries = [
        {
            "id": "x",
            "type": "E",
            "discontinued": False,
            "content": {"name_form_strength": "Metoprolol Depottab 50 mg"},
            "dosage_text": "1 tablett morgen",
        }
    ]
    ListVersion.objects.create(
        id=uuid4(), patient_key=wish.patient, kind="ERM251", direction="out", signed_by="Vilde Demoberg",
        generated_at=clock.now(), entries=entries, recorded_at=clock.now(),
    )  # fmt: skip
    use(wish, "senereol", "1+0+0")
    [said] = text_of(printouts.make("pll", wish))
    assert "Metoprolol Depottab 50 mg" in said
    assert "Signert av Vilde Demoberg" in said
    assert "senereol" not in said


def test_a_paper_prescription_is_never_an_electronic_one(wish: Wish, prescriber: Actor) -> None:
    row = use(wish, "paracetamol", "1x3")
    paper = rows.prescription(row, by=prescriber, type="P", signed_at=None, delivery="draft", rf_status="")
    electronic = rows.prescription(row, by=prescriber)
    [said] = text_of(printouts.make("papirresept", replace(wish, subject=paper.pk)))
    assert "paracetamol tab 50 mg" in said
    assert "Rekvirentens underskrift" in said
    with pytest.raises(NotFound):
        printouts.make("papirresept", replace(wish, subject=electronic.pk))
    Treatment.objects.filter(pk=row.pk).update(dispensing_group="A")
    with pytest.raises(Invalid, match="særskilt reseptblankett"):
        printouts.make("papirresept", replace(wish, subject=paper.pk))


def test_the_slip_has_the_number_and_not_the_medicine(wish: Wish, prescriber: Actor) -> None:
    row = use(wish, "hemmeligol", "1+0+0")
    locked = rows.prescription(row, by=prescriber, locked=True, reference_number="4711-0815")
    [said] = text_of(printouts.make("referansenummer", replace(wish, subject=locked.pk)))
    assert "4711-0815" in said
    assert "hemmeligol" not in said
    assert {"referansenummer", "liste"} <= {
        choice.kind for choice in printouts.choices(wish.patient, wish.actor)
    }


def test_another_patients_prescription_is_not_found(wish: Wish, prescriber: Actor) -> None:
    row = use(wish, "paracetamol", "1x3")
    paper = rows.prescription(row, by=prescriber, type="P")
    with pytest.raises(NotFound):
        printouts.make("papirresept", replace(wish, patient=uuid4(), subject=paper.pk))


@pytest.mark.parametrize(
    "reaches",
    [
        "<img src='http://127.0.0.1:9/x.png'>",
        "<img src='file:///etc/passwd'>",
        "<link rel=stylesheet href='http://127.0.0.1:9/x.css'>",
    ],
)
def test_a_printout_reaches_for_nothing_outside_itself(reaches: str) -> None:
    with pytest.raises(Unavailable):
        pdf.write(f"<!doctype html><html lang='nb'><title>x</title>{reaches}</html>")


def test_a_pdf_is_tagged_and_named(wish: Wish) -> None:
    use(wish, "metoprolol", "1+0+1")
    made = printouts.make("pasient", wish).pdf()
    assert made.startswith(b"%PDF-")
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", made, re.DOTALL)
    assert any(b"StructTreeRoot" in _opened(stream) for stream in streams)


def _opened(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_patients_list_page_by_page(language: str, wish: Wish) -> None:
    """The whole text of every page against tests/golden/patient_list_<language>.txt, which a clinician can read."""
    with clock.frozen_at(datetime(2026, 11, 22, 12, 4, tzinfo=clock.OSLO)):
        _ordinary_list(wish)
        pages = text_of(printouts.make("pasient", replace(wish, language=language)))
    golden = (
        (GOLDEN / f"patient_list_{language}.txt").read_text(encoding="utf-8").rstrip("\n").split("\n\f\n")
    )
    assert pages == [page.replace("\n", " ") for page in golden]


def _ordinary_list(wish: Wish) -> None:
    began = clock.now() - timedelta(days=400)
    use(wish, "metoprolol", "1+0+1", indication_text="høyt blodtrykk", created=began)
    use(wish, "levotyroksin", "½+0+0", indication_text="lavt stoffskifte", created=began)
    use(wish, "paracetamol", "1-2 vb maks 4", indication_text="smerter", use_type="3", created=began)
    use(wish, "metotreksat", "4 man", indication_text="leddgikt", created=began)
    use(wish, "apiksaban", "1+0+1", indication_text="atrieflimmer", created=clock.now() - timedelta(days=4))
    use(wish, "prednisolon", "2+0+0 i 5 dager deretter 1+0+0 i 5 dager", indication_text="kols", use_type="2")
    use(
        wish,
        "ramipril",
        "1+0+0",
        indication_text="høyt blodtrykk",
        starts_on=clock.today() + timedelta(days=8),
        created=began,
    )
    use(
        wish,
        "naproksen",
        "1+0+1",
        lifecycle="discontinued",
        discontinued_at=clock.now() - timedelta(days=3),
        created=began,
    )
    for number in range(22):
        use(wish, f"oppdiktol{number:02}", "1+0+0", indication_text="", created=began)
