"""The form for one medicine and one diagnosis: what Helfo needs to know depends on both."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

NOT_TRIED = (  # 7499
    ("1", "Finnes ikke forhåndsgodkjent legemiddel ved denne diagnosen"),
    ("2", "Forhåndsgodkjente preparater er ikke relevante ved denne diagnosen"),
    ("3", "Pasienten kan ikke benytte forhåndsgodkjente preparater på grunn av annen alvorlig diagnose"),
)
ADDICTIVE = ("A", "B")
WEIGHT = ("A08", "A10BJ")


def form(product: Json, diagnosis: Json) -> Json:
    return {
        "title": f"{product['name']} ved {diagnosis.get('name') or diagnosis['code']}",
        "guidance": list(_guidance(product)),
        "fields": [*_common(), *_addictive(product), *_weight(product), *_last()],
    }


def _guidance(product: Json) -> list[str]:
    said = [
        "Stønad etter § 3 gis ved alvorlig sykdom eller risiko for alvorlig sykdom, og langvarig behov.",
        "Forhåndsgodkjente legemidler skal være prøvd, eller det må være tungtveiende grunner mot å bruke dem.",
    ]
    if product.get("group") in ADDICTIVE:
        said.append("Søknad om vanedannende legemidler vurderes alltid manuelt.")
    return said


def _common() -> list[Json]:
    return [
        _field("serious", "Er sykdommen alvorlig?", "yesno", "Eller er det risiko for alvorlig sykdom."),
        _field("long_term", "Er behovet langvarig?", "yesno", "Minst tre måneder i løpet av ett år."),
        _field(
            "earlier",
            "Hva er prøvd tidligere, og hvordan gikk det?",
            "long",
            "Navn, tidsrom og hvorfor det ble avsluttet.",
            required=False,
        ),
        _field(
            "not_tried",
            "Hvis forhåndsgodkjente legemidler ikke er prøvd: hvorfor?",
            "choice",
            "La stå tom når noe er prøvd.",
            required=False,
            options=NOT_TRIED,
        ),
    ]


def _addictive(product: Json) -> list[Json]:
    if product.get("group") not in ADDICTIVE:
        return []
    return [
        _field("daily_dose", "Høyeste døgndose", "text", "Mengde og enhet, for eksempel 40 mg."),
        _field("plan", "Finnes det en behandlingsplan?", "yesno", ""),
        _field("risk", "Er faren for avhengighet vurdert?", "yesno", ""),
        _field("pain", "Er smerteanalyse gjort?", "yesno", ""),
    ]


def _weight(product: Json) -> list[Json]:
    if not str(product.get("atc", "")).startswith(WEIGHT):
        return []
    return [_field("bmi", "KMI ved start", "number", "kg/m²")]


def _last() -> list[Json]:
    return [_field("reason", "Begrunnelse", "long", "Hvorfor pasienten trenger dette legemidlet.")]


def _field(
    name: str,
    label: str,
    kind: str,
    help_text: str,
    *,
    required: bool = True,
    options: tuple[tuple[str, str], ...] = (),
) -> Json:
    listed = [{"value": value, "label": text} for value, text in options]
    return {
        "name": name,
        "label": label,
        "kind": kind,
        "required": required,
        "help": help_text,
        "options": listed,
    }


def missing(fields: list[Json], answers: Json) -> list[str]:
    """Labels of required fields without an answer."""
    return [
        field["label"]
        for field in fields
        if field["required"] and not str(answers.get(field["name"], "")).strip()
    ]
