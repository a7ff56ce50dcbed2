"""The demo catalogue imported by the ordinary importer, searched and read as the prescriber meets it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from sfm.core.errors import NotFound, Unavailable
from sfm.fest import catalogue, search
from sfm.fest.models import Commodity, Drug, Interaction, SubstitutionGroup, Version
from sfm.fest.product import STEP

if TYPE_CHECKING:
    from pytest_django.fixtures import DjangoAssertNumQueries

    from sfm.fest.product import Product
    from sfm.fest.search import Hit

TODAY = date(2026, 3, 15)


@pytest.fixture
def demo(fest: catalogue.Catalogue) -> catalogue.Catalogue:
    return fest


def first(text: str) -> Hit:
    return search.search(text).hits[0]


def chosen(text: str) -> Product:
    return catalogue.product(first(text).product)


def labels(text: str) -> set[str]:
    return {marker.label for marker in first(text).markers}


def test_without_a_catalogue_says_so(db: None) -> None:
    Version.objects.update(is_current=False)
    with pytest.raises(Unavailable, match="Ingen FEST-katalog"):
        catalogue.current()


def test_the_demo_catalogue_is_as_large_as_promised(demo: catalogue.Catalogue) -> None:
    drugs = Drug.objects.filter(expired_on=None)
    assert len(set(demo.skeleton.substance_names.values())) >= 150
    assert drugs.filter(kind="brand").values("brand").distinct().count() >= 400
    assert drugs.filter(kind="package").count() >= 700
    assert set(drugs.filter(kind="package").values_list("varenr", flat=True)) >= {"990001", "990700"}
    assert Interaction.objects.count() >= 80
    assert set(Interaction.objects.values_list("relevance", flat=True)) == {"1", "2", "3"}
    assert SubstitutionGroup.objects.count() > 100
    assert Commodity.objects.count() > 20


@pytest.mark.parametrize(
    ("typed", "substance"),
    [
        ("meto 50", "Metoprolol"),
        ("selo", "Metoprolol"),
        ("zok selo", "Metoprolol"),
        ("selozok", "Metoprolol"),
        ("50 depottab metoprolol", "Metoprolol"),
        ("metorpolol", "Metoprolol"),
        ("paracetamol 500mg", "Paracetamol"),
        ("østra", "Østradiol"),
        ("ostradiol", "Østradiol"),
        ("oestradiol", "Østradiol"),
        ("warfarin", "Warfarin"),
        ("C07AB02", "Metoprolol"),
        ("990001", "Paracetamol"),
        ("renitec", "Enalapril"),
        (
            "paracetamol depotplaster",
            "Paracetamol",
        ),  # no such form: the word narrows to nothing and is let go
    ],
)
def test_search_finds(demo: catalogue.Catalogue, typed: str, substance: str) -> None:
    assert first(typed).substance == substance


def test_a_brand_leads_to_its_substance_with_the_brand_first(demo: catalogue.Catalogue) -> None:
    hit = first("lipitor 20")
    assert (hit.product.kind, hit.substance, hit.strength) == ("group", "Atorvastatin", "20 mg")
    assert (hit.brands[0].name, hit.brands[0].matched) == ("Lipitor", True)


def test_a_form_that_also_begins_a_brand_narrows_and_never_empties(demo: catalogue.Catalogue) -> None:
    hits = search.search("metoprolol 50 depot").hits
    assert {(hit.substance, hit.form, hit.strength) for hit in hits} == {
        ("Metoprolol", "depottablett", "50 mg")
    }


def test_the_substance_in_a_brand_name_does_not_make_it_the_brand_typed(demo: catalogue.Catalogue) -> None:
    groups = [
        hit for hit in demo.search_index.hits if hit.product.kind == "group" and _some_bear_its_name(hit)
    ]
    named = {hit.product.fest_id for hit in groups[:20]}
    found = [hit for group in groups[:20] for hit in search.search(group.substance, limit=50).hits]
    assert named
    assert not any(brand.matched for hit in found if hit.product.fest_id in named for brand in hit.brands)


def _some_bear_its_name(hit: search.Hit) -> bool:
    return 0 < sum(hit.substance.lower() in brand.name.lower() for brand in hit.brands) < len(hit.brands)


def test_whole_words_rank_before_beginnings_and_own_use_decides(demo: catalogue.Catalogue) -> None:
    hits = search.search("met").hits
    names = [hit.substance for hit in hits]
    assert names == sorted(names)
    loved = hits[-1].product.fest_id
    assert search.search("met", favourites={loved: 3}).hits[0].product.fest_id == loved


def test_form_and_strength_narrow(demo: catalogue.Catalogue) -> None:
    everything = search.search("oksykodon", limit=50)
    capsules = search.search("oksykodon kaps", limit=50)
    assert 0 < capsules.total < everything.total
    assert {hit.form for hit in capsules.hits} == {"kapsel"}


def test_nonsense_finds_nothing(demo: catalogue.Catalogue) -> None:
    assert search.search("xqzzwv").total == 0
    assert search.search("  ").hits == ()


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("oxycontin", "A"),
        ("sobril", "B"),
        ("keppra", "Rekvireres på pakning"),
        ("demofritak", "§"),
        ("lipitor", "Refusjon"),
        ("dolcontin 30", "Leveringssvikt"),
    ],
)
def test_markers(demo: catalogue.Catalogue, typed: str, label: str) -> None:
    assert label in labels(typed)
    assert label not in labels("ramipril 5" if label == "§" else "champix")


def test_market_markers_stand_on_the_brand(demo: catalogue.Catalogue) -> None:
    brands = {brand.name: brand for brand in first("apiksaban 5 mg").brands}
    assert [marker.label for marker in brands["Apixaban Sandoz"].markers] == ["Ikke markedsført ennå"]
    assert brands["Eliquis"].markers == ()


def test_search_asks_the_database_only_which_version(
    demo: catalogue.Catalogue, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    search.search("meto")
    with django_assert_num_queries(1):
        search.search("meto 100 mg")
    with django_assert_num_queries(0):
        search.search("para", catalogue=demo)


def test_a_group_has_what_the_prescription_needs(demo: catalogue.Catalogue) -> None:
    product = chosen("metoprolol 50")
    assert product.name_form_strength == "Metoprolol depottab 50 mg"
    assert (product.atc.value, product.form.value, product.dose_unit and product.dose_unit.value) == (
        "C07AB02",
        "25",
        "13",
    )
    assert (product.dispensing_group, product.brand_required, product.brand_name) == ("C", False, "")
    assert {brand.name for brand in product.brands} >= {"Selo-Zok", "Bloxazoc"}
    assert next((dose.code.value, dose.text_template) for dose in product.short_doses) == (
        "195",
        "1 <dose> morgen",
    )
    assert {package.amount for package in product.packages} == {Decimal(30), Decimal(100)}
    assert [text.display for text in product.indications] == ["Mot høyt blodtrykk"]
    assert product.expires_on(date(2026, 3, 1)) == date(2027, 2, 28)


def test_validity_follows_the_product_and_the_sex(demo: catalogue.Catalogue) -> None:
    day = date(2026, 9, 1)
    assert chosen("apocillin 660").expires_on(day) == date(2026, 9, 10)
    assert chosen("cerazette").expires_on(day) == date(2029, 8, 31)
    isotretinoin = chosen("isotretinoin 10")
    assert (isotretinoin.expires_on(day, "2"), isotretinoin.expires_on(day, "1")) == (
        date(2026, 9, 7),
        date(2027, 8, 31),
    )
    assert isotretinoin.expires_on(day) == date(2026, 9, 7)  # unknown sex: the stricter


def test_a_package_is_found_by_number_with_the_use_of_its_brand(demo: catalogue.Catalogue) -> None:
    group = chosen("lantus")
    assert group.packages[0].price_on(TODAY, STEP) is None, "nothing to exchange it with"
    package = demo.by_varenr(group.packages[0].varenr)
    assert (package.ref.kind, package.brand_name, package.brand_required) == ("package", "Lantus", True)
    assert package.packages[0].amount == Decimal(15)  # 5 pens of 3 ml
    assert package.short_doses
    assert package.packages[0].price_on(TODAY) == Decimal("44.05")
    assert package.packages[0].price_on(date(2019, 12, 31)) is None
    with pytest.raises(NotFound):
        demo.by_varenr("000000")


def test_reimbursement_needs_both_link_and_code_to_be_valid(demo: catalogue.Catalogue) -> None:
    option = chosen("atorvastatin 20").reimbursements[0]
    assert option.paragraph.value == "200"
    assert "-26" in {code.code.value for code in option.codes_on(date(2026, 1, 1))}
    assert option.codes_on(date(2019, 12, 31)) == ()
    assert not option.valid_on(date(2019, 12, 31))
    hospital = chosen("humira").reimbursements[0]
    assert (hospital.paragraph.value, hospital.needs_code, hospital.valid_on(date(2026, 1, 1))) == (
        "950",
        False,
        True,
    )


def test_a_reimbursement_that_ended_and_began_again_holds_in_both_periods(demo: catalogue.Catalogue) -> None:
    package = chosen("atorvastatin 20").packages[0]
    row = Drug.objects.get(key=package.fest_id)
    (groups, start, *_), *_ = row.detail["reimbursement"]
    ended = [groups, start, "2025-12-31", "2025-12-31"]
    row.detail["reimbursement"] = [
        ended,
        [groups, "2026-02-01", None, None],
        [groups, "2026-02-01", None, None],
    ]
    row.save()
    fresh = catalogue.Catalogue(version=demo.version, extracted_at="", day=demo.day)
    found = fresh.by_varenr(package.varenr)
    held = [len(found.reimbursements_on(date(2026, month, 1))) for month in (1, 3)]
    assert (len(found.reimbursements_on(date(2025, 6, 1))), held) == (1, [0, 1])


def test_unregistered_products_carry_their_condition(demo: catalogue.Catalogue) -> None:
    product = chosen("demofritak")
    assert product.approval_exemption == "3"
    assert "34" in {condition.number for condition in product.conditions}


def test_a_product_costs_four_queries_once_and_many_cost_the_same(
    django_assert_num_queries: DjangoAssertNumQueries, demo: catalogue.Catalogue
) -> None:
    refs = [first("oxycontin 20").product, *(hit.product for hit in search.search("m", limit=20).hits)]
    demo.product(first("warfarin").product)  # builds what is built once
    fresh = catalogue.Catalogue(version=demo.version, extracted_at="", day=demo.day)
    fresh.skeleton, fresh.short_dose_texts  # noqa: B018
    with django_assert_num_queries(4):
        fresh.product(refs[0])
    with django_assert_num_queries(0):
        fresh.product(refs[0])
    with django_assert_num_queries(4):
        assert len(fresh.products(refs)) == len(refs)


def test_interactions_by_group_prefix_substance_and_side(demo: catalogue.Catalogue) -> None:
    keys = {
        name: demo.keys(chosen(name))
        for name in ("warfarin", "diklofenak 50", "ibuprofen 400", "paracetamol 1 g")
    }
    found = demo.interactions.find(list(keys.values()))
    pairs = {(list(keys)[one.first], list(keys)[one.second]): one.interaction.relevance for one in found}
    assert pairs["warfarin", "diklofenak 50"] == "1"
    assert pairs["warfarin", "paracetamol 1 g"] == "2"
    assert pairs["ibuprofen 400", "paracetamol 1 g"] == "3"
    assert found[0].interaction.relevance == "1"
    assert demo.interactions.not_assessed(demo.keys(chosen("mounjaro")))
    assert not demo.interactions.not_assessed(keys["warfarin"])


def test_salts_and_parents_are_the_same_substance(demo: catalogue.Catalogue) -> None:
    metoprolol = demo.keys(chosen("metoprolol 50"))
    names = {demo.skeleton.substance_names[key] for key in metoprolol.substances}
    assert names == {"Metoprolol", "Metoprololsuksinat"}
    assert metoprolol.same_substance(demo.keys(chosen("metoprolol 100")))
    assert demo.keys(chosen("ramipril 5")).same_atc_group(demo.keys(chosen("enalapril 5")))
