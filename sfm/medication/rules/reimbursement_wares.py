"""(§ 5 og § 6) Handelsvarer: the paragraph follows from the product group (7403), whose first three digits are 7427."""

from __future__ import annotations

from sfm.medication.rules import product_kinds

CONSUMABLES = {
    "501": "Forbruksmateriell ved inkontinens",
    "502": "Forbruksmateriell ved urinretensjon",
    "503": "Forbruksmateriell til laryngektomerte",
    "504": "Forbruksmateriell ved diabetes",
    "505": "Forbruksmateriell ved stomi",
    "506": "Forbruksmateriell til blødere",
    "507": "Forbruksmateriell til lungesyke",
    "508": "Forbruksmateriell ved veksthormonforstyrrelser",
    "509": "Forbruksmateriell til nyretransplanterte",
    "510": "Hoftebeskyttere",
    "511": "Forbruksmateriell til glukosemåling v/intravenøs ernæring",
    "512": "Forbruksmateriell ved tuberkulosebehandling",
    "513": "Forbruksmateriell ved epidermolysis bullosa",
    "514": "Forbruksmateriell til måling og administrasjon av legemidler",
}
NUTRITION = {
    "601": "Næringsmidler ved diverse tilstander",
    "602": "Næringsmidler ved melkeproteinallergi med mer",
    "603": "Næringsmidler ved Fenylketonuri (Føllings sykdom)",
    "604": "Næringsmidler ved kreft/immunsvikt/sykdom som krever næringstilskudd",
}


def legal_basis(product_group: str) -> str:
    """7427 of a product group of 3, 5 or 7 digits; "" for one that is not reimbursed under § 5 or § 6."""
    basis = product_kinds.legal_basis(product_group)
    return basis if basis in CONSUMABLES or basis in NUTRITION else ""


def name_of(basis: str) -> str:
    """«§ 5.4 Forbruksmateriell ved diabetes»"""
    name = CONSUMABLES.get(basis) or NUTRITION.get(basis)
    return f"§ {basis[0]}.{int(basis[1:])} {name}" if name else ""
