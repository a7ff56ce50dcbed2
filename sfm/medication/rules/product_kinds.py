"""(Varetype) What is prescribed, which list it stands in, and what RF will have as its hjemmel."""

from __future__ import annotations

GROUP, PACKAGE, BRAND = "group", "package", "brand"
COMPOUNDED, LOCAL = "compounded", "local"
NUTRITION, CONSUMABLE = "nutrition", "consumable"

IN_FEST = (GROUP, BRAND, PACKAGE)
WARES = (NUTRITION, CONSUMABLE)  # handelsvarer: ReseptDokHandelsvare, no dose, no interactions, never in PLL
SUPPLEMENT = "K"  # reseptgruppe of kosttilskudd
VACCINE_USE, NUTRITION_USE = "4", "5"  # 9101
VACCINES = "J07"

# Lists beside LIB (clinical.md 1.2); «practice» holds what was prescribed for use in one's own practice
LIB, NIB, FIB, VIB, PRACTICE = "lib", "nib", "fib", "vib", "practice"
SHELVES = (LIB, NIB, FIB, VIB, PRACTICE)
PROSTHESES = "9"  # product groups RF does not take (355)


def shelf(kind: str, use_type: str, *, own_practice: bool = False) -> str:
    """The list a row stands in."""
    if own_practice:
        return PRACTICE
    if kind == NUTRITION:
        return NIB
    if kind == CONSUMABLE:
        return FIB
    return VIB if use_type == VACCINE_USE else LIB


def is_ware(kind: str) -> bool:
    return kind in WARES


def legal_basis(product_group: str) -> str:
    """The paragraph (7427) follows from the product group: its first three digits (fest.md 5.4)."""
    return product_group[:3]


def is_vaccine(atc: str) -> bool:
    return atc.startswith(VACCINES)
