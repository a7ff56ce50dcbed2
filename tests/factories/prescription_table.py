"""Prescriptions of every kind, by every profession: what each is, who writes it, and what stands against it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sfm.core import clock
from sfm.core.actor import Actor
from sfm.exchange.translate.prescription import PackageFacts
from sfm.identity import matrix
from sfm.medication.content import PrescriptionTerms, Product, TreatmentContent
from sfm.medication.particulars import (
    Diagnosis,
    DispensingRequest,
    Ingredient,
    Particulars,
    Recipe,
    Unlicensed,
)
from sfm.medication.rules.dosage import Dosage, FreeTextDosage
from sfm.medication.rules.particular_checks import Person
from tests.factories import contents, decided_rows
from tests.factories.invented_products import (
    ADRENALINE,
    COIL,
    DIABETES,
    DIAZEPAM,
    DRINK,
    EMERGENCY,
    INFLUENZA,
    LIDOCAINE,
    LOCAL,
    METFORMIN,
    METHADONE,
    MORPHINE,
    OINTMENT,
    OMEPRAZOLE,
    OXYCODONE,
    PARACETAMOL,
    PENICILLIN,
    PILL,
    SOLUTION,
    STOMA,
    STRIPS,
    SUPPLEMENT,
    TESTOSTERONE,
    TRAMADOL,
    TUBE,
    boxed,
    ware,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfm.medication.models import ReimbursementApplication
    from sfm.medication.rules.decisions import Decision
    from tests.factories.decided_rows import FestLinks

FULL: dict[str, Any] = {"prescribing": "full"}
LIMITED: dict[str, Any] = {"prescribing": "limited"}
PROFESSIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "lege": ("LE", FULL),
    "lege uten A": ("LE", FULL | {"not_a": True}),
    "lege uten A og B": ("LE", FULL | {"not_ab": True}),
    "lege med lisens": ("LE", FULL | {"licence": True}),
    "tannlege": ("TL", LIMITED),
    "helsesykepleier": ("SP", LIMITED | {"public_health": True}),
    "jordmor": ("JO", LIMITED),
    "sykepleier": ("SP", {"prescribing": "none"}),
    "farmasøyt": ("FA1", LIMITED),
    "helsesekretær": ("HE", {"prescribing": "none"}),
}
ADULT = Person(born=date(1980, 5, 5), sex="2", has_number=True)
REFERENCE = "1234567890"


@dataclass(frozen=True, kw_only=True)
class Case:
    """`refused`: words the person reads. Without them the prescription becomes an M1."""

    name: str
    content: TreatmentContent
    by: str = "lege"
    person: Person = ADULT
    package: PackageFacts | None = None
    refused: str = ""
    decisions: tuple[Decision, ...] = ()
    waiting: tuple[ReimbursementApplication, ...] = ()  # applications Helfo has not answered
    listed: FestLinks | None = None  # what FEST links to the product; None: FEST does not know it

    @property
    def terms(self) -> PrescriptionTerms:
        assert self.content.prescription is not None
        return self.content.prescription


def actor(profession: str) -> Actor:
    """What the matrix gives from the start."""
    category, hpr = PROFESSIONS[profession]
    row = matrix.row(matrix.row_name(category, hpr), prescribing=hpr["prescribing"] != "none")
    return Actor(
        practitioner_id=uuid4(),
        journal_id=uuid4(),
        name="Demorekvirent, Dagny",
        personnel_category=category,
        hpr="9400101",
        organisation_id=uuid4(),
        organisation_name="Demo",
        permissions=frozenset(row.start | {str(scope) for scope in row.scopes}),
    )


def terms(**given: Any) -> PrescriptionTerms:
    """`said`: the particulars."""
    said = given.pop("said", {})
    return contents.terms(**given, particulars=Particulars(**said))


def case(name: str, product: Product, by: str = "lege", refused: str = "", **given: Any) -> Case:
    """A permanent treatment. Of `given`, what Case and TreatmentContent do not know belongs to the terms."""
    beside = ("person", "package", "decisions", "waiting", "listed")
    own = {key: given.pop(key) for key in beside if key in given}
    kept = ("use_type", "indication_text", "dosage", "discontinue_on")
    written = {key: given.pop(key) for key in kept if key in given}
    content = contents.content(product=product, prescription=terms(**given), **written)
    return Case(name=name, content=content, by=by, refused=refused, **own)


def packages(count: str = "1", varenr: str = "154021") -> dict[str, Any]:
    facts = PackageFacts(
        varenr=varenr, brand="Oppdiktin", size="100", unit="stk", unit_name="stykk", amount=Decimal(100)
    )
    return {
        "package_count": Decimal(count),
        "varenr": varenr,
        "quantity": None,
        "quantity_unit": "",
        "package": facts,
    }


def ware_case(name: str, product: Product, by: str = "lege", refused: str = "", **given: Any) -> Case:
    person = given.pop("person", ADULT)
    said = Particulars(**given.pop("said", {}))
    text = given.pop("text", "")
    basis = given.pop("basis", product.fest_id[:3])
    content = TreatmentContent(
        product=product,
        use_type="5" if product.kind == "nutrition" else "1",
        indication_text="",
        dosage=Dosage(unit="", instruction=FreeTextDosage(text=text)),
        prescription=PrescriptionTerms(
            expires_on=clock.today() + timedelta(days=364), legal_basis=basis, particulars=said, **given
        ),
    )
    return Case(name=name, content=content, by=by, refused=refused, person=person)


def pharmacy(method: str, **given: Any) -> DispensingRequest:
    values: dict[str, Any] = {
        "method": method,
        "her_id": "8090001",
        "orgnr": "999800001",
        "name": "Oppdiktet apotek Sentrum",
        "contact": "Dagny Demolege, 22 00 00 01",
        "street": "Oppdiktveien 2",
        "postal_code": "0001",
        "city": "Oslo",
    }
    return DispensingRequest(**(values | given))


def born_years_ago(years: int) -> Person:
    return Person(born=clock.today() - timedelta(days=years * 366), sex="2", has_number=True)


UTI = Diagnosis(code="U71", system="2.16.578.1.12.4.1.1.7170", display="Cystitt/urinveisinfeksjon")
COURSE: dict[str, Any] = {"use_type": "2", "discontinue_on": clock.today() + timedelta(days=8)}
VACCINE: dict[str, Any] = {
    "use_type": "4",
    "indication_text": "Vaksinasjon",
    "dosage": contents.dosage("1 dose"),
}
NO_A, NO_B = "ikke rett til å forskrive i reseptgruppe A", "ikke rett til å forskrive i reseptgruppe B"
CONTRACEPTION, NO_RIGHT = "bare forskrive prevensjonsmidler", "mangler rekvireringsrett"
NOT_DENTAL = "ikke til odontologisk bruk"


def cases() -> tuple[Case, ...]:
    return (
        *(*_ordinary(), *_groups(), *_scopes(), *_wares()),
        *(*_made(), *_unlicensed(), *_locked(), *_dispatched()),
        *decided_rows.rows(case),
    )


def _ordinary() -> Iterator[Case]:
    yield case("virkestoff, fast", METFORMIN)
    yield case("virkestoff, ved behov", PARACETAMOL, use_type="3", dosage=contents.dosage("1 vb maks 4"))
    yield case("virkestoff, kur", PENICILLIN, **COURSE)
    yield case("kur uten seponeringsdato", PENICILLIN, use_type="2", refused="En kur må ha seponeringsdato")
    yield case("pakning", boxed(METFORMIN), **packages("2"))
    yield case("halv pakning", boxed(METFORMIN), **packages("2.5"))
    yield case(
        "pakning, reservert mot bytte",
        boxed(METFORMIN),
        no_substitution=True,
        said={"substitution_reason": "Tåler ikke hjelpestoff"},
        **packages(),
    )
    yield case(
        "reservert uten begrunnelse",
        boxed(METFORMIN),
        no_substitution=True,
        refused="hvorfor legemidlet ikke kan byttes",
        **packages(),
    )
    yield case("merkevare alene", replace(METFORMIN, kind="brand", brand="X"), refused="Velg pakning")
    yield case("reiterasjoner og merknad", METFORMIN, refills=3, note_to_pharmacy="Ring ved spørsmål")
    yield case("gyldig fra i morgen", METFORMIN, valid_from=clock.today() + timedelta(days=1))
    both = {"package_count": Decimal(1), "refused": "enten antall pakninger"}
    yield case("både pakning og mengde", METFORMIN, **both)
    yield case("antibiotikum med diagnose", PENICILLIN, said={"diagnosis": UTI}, **COURSE)
    yield case(
        "diagnose uten navn",
        PENICILLIN,
        said={"diagnosis": replace(UTI, display="")},
        refused="Velg diagnosen",
        **COURSE,
    )
    yield case("papirresept", METFORMIN, type="P")
    yield case("vaksine", INFLUENZA, **VACCINE, **packages())
    yield case("kosttilskudd", SUPPLEMENT, refused="ikke skrives resept på kosttilskudd")
    yield case("smittevern § 4", PENICILLIN, listed=decided_rows.links("400"), legal_basis="400", **COURSE)
    yield case("bidrag på legemiddel", METFORMIN, legal_basis="700", refused="kan ikke brukes for legemidler")


def _groups() -> Iterator[Case]:
    yield case("gruppe A av lege", OXYCODONE)
    yield case("gruppe B av lege", TRAMADOL)
    yield case("gruppe A av lege uten A", OXYCODONE, "lege uten A", NO_A)
    yield case("gruppe B av lege uten A", TRAMADOL, "lege uten A")
    yield case("gruppe A av lege uten A og B", MORPHINE, "lege uten A og B", NO_A)
    yield case("gruppe B av lege uten A og B", DIAZEPAM, "lege uten A og B", NO_B)
    yield case("gruppe C av lege uten A og B", METFORMIN, "lege uten A og B")
    yield case("gruppe C av lege med lisens", METFORMIN, "lege med lisens")
    yield case("sykepleier", METFORMIN, "sykepleier", NO_RIGHT)
    yield case("helsesekretær", METFORMIN, "helsesekretær", NO_RIGHT)
    yield case("farmasøyt", INFLUENZA, "farmasøyt", NO_RIGHT, **VACCINE, **packages())


def _scopes() -> Iterator[Case]:
    for who in ("jordmor", "helsesykepleier"):
        yield case(f"p-piller av {who}", PILL, who)
        yield case(f"spiral av {who}", COIL, who, **packages())
        yield case(f"nødprevensjon av {who}", EMERGENCY, who)
        yield case(f"penicillin av {who}", PENICILLIN, who, CONTRACEPTION, **COURSE)
        yield case(f"testosteron av {who}", TESTOSTERONE, who, CONTRACEPTION)
        yield case(f"lidokain av {who} til pasient", LIDOCAINE, who, "bare forskrive til egen praksis")
        yield ware_case(f"teststrimler av {who}", STRIPS, who, CONTRACEPTION)
    yield case("p-piller til en på 13 år", PILL, "helsesykepleier", person=born_years_ago(13))
    yield case("lidokain til egen praksis", LIDOCAINE, "jordmor", said={"locked": True, "own_practice": True})
    yield case("penicillin av tannlege", PENICILLIN, "tannlege", **COURSE)
    yield case("morfin av tannlege", MORPHINE, "tannlege")
    yield case("oksykodon av tannlege", OXYCODONE, "tannlege", NOT_DENTAL)
    yield case("tramadol av tannlege", TRAMADOL, "tannlege", NOT_DENTAL)
    yield case("omeprazol av tannlege", OMEPRAZOLE, "tannlege", NOT_DENTAL)
    yield case("magistrell av tannlege", SOLUTION, "tannlege")
    yield ware_case(
        "næringsdrikk av tannlege", DRINK, "tannlege", "Tannlege kan ikke forskrive næringsmidler"
    )


def _wares() -> Iterator[Case]:
    yield ware_case("forbruksmateriell, tre siffer", DIABETES)
    yield ware_case("forbruksmateriell, sju siffer", STRIPS, text="4 strimler per døgn")
    yield ware_case("forbruksmateriell, antall", STOMA, package_count=Decimal(3), note_to_pharmacy="30 mm")
    article = replace(
        STRIPS, varenr="980101", brand="Demo teststrimler A", name_form_strength="Demo teststrimler A"
    )
    yield ware_case("forbruksmateriell, bestemt produkt", article)
    yield ware_case("næringsmiddel", DRINK, text="2 flasker daglig")
    yield ware_case(
        "næringsmiddel, bestemt produkt", replace(DRINK, varenr="980601", brand="Demo næringsdrikk")
    )
    yield ware_case("sondenæring § 6.4", TUBE)
    yield ware_case("fem siffer", ware("50401", "Tester"), refused="nivå som kan forskrives")
    yield ware_case("brystprotese", ware("900", "Brystproteser"), refused="Brystprotese kan ikke forskrives")
    yield ware_case("feil varetype", ware("504", "Diabetes", "nutrition"), refused="annen varetype")
    yield ware_case("feil hjemmel", DIABETES, basis="200", refused="Hjemmelen følger av produktgruppen")
    yield ware_case("reiterasjon på vare", DIABETES, refills=2, refused="ingen reiterasjoner")
    bandagist = {"dispensing_request": pharmacy("U", kind="bandasjist")}
    yield ware_case("vare fra bandasjist", STOMA, said=bandagist)


def _made() -> Iterator[Case]:
    yield case("magistrell salve", OINTMENT, quantity=Decimal(100), quantity_unit="g")
    yield case("magistrell liniment", SOLUTION, quantity=Decimal(250), quantity_unit="ml")
    yield case(
        "magistrell uten resept for laging",
        replace(OINTMENT, recipe=None),
        refused="hvordan legemidlet skal lages",
    )
    yield case("magistrell uten form", replace(OINTMENT, form_code=""), refused="Velg legemiddelform")
    yield case("magistrell uten navn", replace(OINTMENT, name_form_strength=""), refused="Skriv navnet")
    nameless = Recipe(instructions="x", amount=Decimal(1), unit="g", ingredients=(Ingredient(name=""),))
    yield case("bestanddel uten navn", replace(OINTMENT, recipe=nameless), refused="bestanddel må ha et navn")
    loose = Recipe(instructions="x", amount=Decimal(1), unit="g", ingredients=(Ingredient(name="Zink"),))
    yield case("bestanddel uten mengde", replace(OINTMENT, recipe=loose), refused="Zink: skriv mengde")
    yield case(
        "magistrell til apotek som lager den",
        OINTMENT,
        quantity=Decimal(100),
        quantity_unit="g",
        said={"dispensing_request": pharmacy("M")},
    )


def _unlicensed() -> Iterator[Case]:
    wanted = Unlicensed(reason="Virker når annet har sviktet", manufacturer="Oppdiktet Pharma")
    yield case("notifisering", boxed(METFORMIN), said={"unlicensed": wanted}, **packages())
    yield case(
        "søknad til DMP", boxed(METFORMIN), said={"unlicensed": replace(wanted, apply=True)}, **packages()
    )
    yield case("lokalt legemiddel", LOCAL, said={"unlicensed": wanted})
    yield case("lokalt uten begrunnelse", LOCAL, refused="ikke markedsføringstillatelse")
    yield case(
        "uten produsent",
        LOCAL,
        said={"unlicensed": replace(wanted, manufacturer="")},
        refused="Skriv produsent",
    )


def _locked() -> Iterator[Case]:
    yield case("låst resept", METFORMIN, said={"locked": True})
    yield case(
        "vergeinnsynsreservasjon",
        PILL,
        said={"locked": True, "guardian_reservation": True},
        person=born_years_ago(13),
    )
    yield case(
        "vergeinnsynsreservasjon ulåst",
        PILL,
        said={"guardian_reservation": True},
        person=born_years_ago(13),
        refused="må være låst",
    )
    yield case(
        "vergeinnsynsreservasjon for voksen",
        PILL,
        said={"locked": True, "guardian_reservation": True},
        refused="fra 12 år til og med 15 år",
    )
    yield case(
        "til egen praksis", boxed(ADRENALINE), said={"locked": True, "own_practice": True}, **packages()
    )
    yield case("i legens navn", METFORMIN, said={"locked": True, "own_name": True})
    yield case(
        "egen praksis og eget navn",
        METFORMIN,
        said={"locked": True, "own_name": True, "own_practice": True},
        refused="enten «til egen praksis» eller «i legens navn»",
    )
    paper = {"type": "P", "said": {"locked": True}}
    yield case("låst papirresept", METFORMIN, **paper, refused="papirresept kan ikke låses")
    yield case(
        "pasient uten nummer", METFORMIN, person=Person(born=date(1990, 1, 1), sex="1", has_number=False)
    )


def _dispatched() -> Iterator[Case]:
    lar = {"lar": True, "dispensing_request": pharmacy("L", note="Daglig, overvåket")}
    yield case("LAR", METHADONE, said=lar, **packages())
    yield case("LAR på metformin", METFORMIN, said=lar, refused="bare legemidler i ATC-gruppe N07BC")
    alone = packages() | {"said": {"lar": True}, "refused": "LAR krever ekspederingsanmodning"}
    yield case("LAR uten apotek", METHADONE, **alone)
    yield case(
        "forsendelse", METFORMIN, said={"dispensing_request": pharmacy("F", note="Legges i postkassen")}
    )
    yield case("utlevering", METFORMIN, said={"dispensing_request": pharmacy("U")})
    for name, given, refused in (
        ("forsendelse uten adresse", pharmacy("F", city=""), "adressen varen skal sendes til"),
        ("bandasjist og legemiddel", pharmacy("U", kind="bandasjist"), "kan ikke utlevere legemidler"),
        ("uten apotek", pharmacy("U", her_id=""), "Velg apotek"),
        ("uten kontaktperson", pharmacy("U", contact=" "), "hvem apoteket kan kontakte"),
        ("magistrell metode på tablett", pharmacy("M"), "gjelder bare magistrelle"),
        ("LAR-metode uten LAR", pharmacy("L"), "gjelder bare resepter som utleveres som LAR"),
    ):
        yield case(name, METFORMIN, said={"dispensing_request": given}, refused=refused)
