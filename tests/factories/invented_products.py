"""Products of every kind, for tables of prescriptions."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from sfm.medication.content import Product
from sfm.medication.particulars import Ingredient, Recipe
from tests.factories import contents


def drug(atc: str, name: str, group: str = "C", **given: Any) -> Product:
    values: dict[str, Any] = {
        "fest_id": "ID_00000000-0000-4000-8000-0000000000B1",
        "substance": name.split()[0],
        "name_form_strength": name,
        "atc": atc,
        "atc_name": name.split()[0],
        "dispensing_group": group,
    }
    return replace(contents.METOPROLOL, **(values | given))


def boxed(product: Product) -> Product:
    return replace(product, kind="package", varenr="154021", brand="Oppdiktin")


METFORMIN = drug("A10BA02", "Metformin tablett 500 mg")
PARACETAMOL = drug("N02BE01", "Paracetamol tablett 500 mg", "C")
OXYCODONE = contents.OXYCODONE
TRAMADOL = drug("N02AX02", "Tramadol kapsel 50 mg", "B")
MORPHINE = drug("N02AA01", "Morfin tablett 10 mg", "A")
DIAZEPAM = drug("N05BA01", "Diazepam tablett 5 mg", "B")
PENICILLIN = drug("J01CE02", "Fenoksymetylpenicillin tablett 660 mg")
OMEPRAZOLE = drug("A02BC01", "Omeprazol enterokapsel 20 mg")
PILL = drug("G03AA07", "Levonorgestrel tablett 150 mikrog")
COIL = boxed(drug("G02BA03", "Levonorgestrel spiral 52 mg"))
EMERGENCY = drug("G03AD01", "Levonorgestrel tablett 1,5 mg", "F")
TESTOSTERONE = drug("G03BA03", "Testosteron gel 50 mg")
LIDOCAINE = drug("N01BB02", "Lidokain injeksjonsvæske 10 mg/ml")
ADRENALINE = boxed(drug("C01CA24", "Adrenalin injeksjonsvæske 1 mg/ml"))
INFLUENZA = boxed(drug("J07BB02", "Influensavaksine injeksjonsvæske 0,5 ml"))
METHADONE = boxed(drug("N07BC02", "Metadon mikstur 2 mg/ml", "A"))
SUPPLEMENT = drug("A11GA01", "Askorbinsyre tablett 500 mg", "K")
LOCAL = Product(
    kind="local",
    name_form_strength="Oppdiktamin tablett 5 mg",
    substance="Oppdiktamin",
    form="Tablett",
    form_code="53",
    strength="5 mg",
    dispensing_group="C",
)
OINTMENT = Product(
    kind="compounded",
    name_form_strength="Salisylsyresalve 5 %",
    substance="Salisylsyresalve 5 %",
    form="Salve",
    form_code="46",
    dispensing_group="C",
    recipe=Recipe(
        instructions="M.f. ungv. 100 g",
        amount=Decimal(100),
        unit="g",
        ingredients=(
            Ingredient(name="Salisylsyre", substance_id="ID_S1", amount=Decimal(5), unit="g"),
            Ingredient(name="Vaselin", dilution="ad", amount=Decimal(100), unit="g"),
        ),
    ),
)
SOLUTION = replace(
    OINTMENT,
    name_form_strength="Klorheksidin liniment",
    substance="Klorheksidin liniment",
    form="Liniment",
    form_code="66",
    recipe=Recipe(
        instructions="Løses. Merkes med brukstid.",
        amount=Decimal(250),
        unit="ml",
        ingredients=(
            Ingredient(
                name="Klorheksidin",
                amount=Decimal(5),
                unit="mg",
                per_amount=Decimal(1),
                per_unit="ml",
            ),
            Ingredient(name="Smakskorrigens", dilution="qs"),
        ),
    ),
)


def ware(code: str, name: str, kind: str = "consumable", **given: Any) -> Product:
    values: dict[str, Any] = {"kind": kind, "fest_id": code, "name_form_strength": name, "substance": name}
    return Product(**(values | given))


STRIPS = ware("5040101", "Blodsukkertester")
DIABETES = ware("504", "Forbruksmateriell ved diabetes")
STOMA = ware("505", "Forbruksmateriell ved stomi")
DRINK = ware("601", "Næringsmidler ved diverse tilstander", "nutrition")
TUBE = ware("604", "Næringsmidler ved kreft/immunsvikt", "nutrition")
