"""(Helfo-søknad) The form Helfo made, and what is left to answer. Helfo's words are read, never trusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS = ("text", "long", "yesno", "choice", "number")
LONGEST = 2_000  # characters of one answer
MOST_FIELDS = 40


@dataclass(frozen=True, kw_only=True)
class Field:
    """One question. An unknown kind is asked as text."""

    name: str
    label: str
    kind: str = "text"
    required: bool = False
    help: str = ""
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Form:
    title: str
    guidance: tuple[str, ...]
    fields: tuple[Field, ...]


def form_of(data: Mapping[str, Any]) -> Form:
    """:raises ValueError: the answer is not a form."""
    fields = data.get("fields")
    if not isinstance(fields, list) or not fields or len(fields) > MOST_FIELDS:
        raise ValueError("not a form")
    return Form(
        title=str(data.get("title", "")),
        guidance=tuple(str(text) for text in data.get("guidance", ())),
        fields=tuple(
            _field(one) for one in fields if isinstance(one, dict) and str(one.get("name", "")).isidentifier()
        ),
    )


def _field(data: Mapping[str, Any]) -> Field:
    kind = str(data.get("kind", "text"))
    return Field(
        name=str(data["name"]),
        label=str(data.get("label") or data["name"]),
        kind=kind if kind in KINDS else "text",
        required=bool(data.get("required")),
        help=str(data.get("help") or ""),
        options=tuple((str(one["value"]), str(one["label"])) for one in data.get("options", ())),
    )


def problems(form: Form, answers: Mapping[str, str]) -> dict[str, str]:
    """Field name → what is wrong with the answer; empty when the application can be sent."""
    found = {}
    for field in form.fields:
        said = answers.get(field.name, "").strip()
        if field.required and not said:
            found[field.name] = f"Svar på «{field.label}»."
        elif len(said) > LONGEST:
            found[field.name] = f"Høyst {LONGEST} tegn i «{field.label}»."
        elif said and field.kind == "number" and not said.replace(",", "", 1).replace(".", "", 1).isdigit():
            found[field.name] = f"«{field.label}» skal være et tall."
        elif said and not _allowed(field, said):
            found[field.name] = f"Velg et av svarene i «{field.label}»."
    return found


def _allowed(field: Field, said: str) -> bool:
    if field.kind == "yesno":
        return said in ("ja", "nei")
    return field.kind != "choice" or said in {value for value, _ in field.options}


def summary(form: Form, answers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Question and answer, in the words of the form; what was not answered is left out."""
    return tuple(
        (field.label, _said(field, answers[field.name].strip()))
        for field in form.fields
        if answers.get(field.name, "").strip()
    )


def _said(field: Field, said: str) -> str:
    if field.kind == "yesno":
        return {"ja": "Ja", "nei": "Nei"}.get(said, said)
    return dict(field.options).get(said, said)
