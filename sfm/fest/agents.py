"""From what a person wrote to what a warning can match: the FEST id of a substance or brand."""

from __future__ import annotations

from sfm.fest.models import Drug, Substance


def code_of(kind: str, text: str) -> str:
    """The FEST key of the substance or brand with exactly this name; "" when there is none."""
    if kind == "substance":
        found = Substance.objects.filter(name__iexact=text, expired_on=None)
    else:
        found = Drug.objects.filter(kind="brand", brand__iexact=text, expired_on=None)
    return str(found.order_by("key").values_list("key", flat=True).first() or "")


def names(kind: str, beginning: str, *, limit: int = 12) -> tuple[str, ...]:
    """Names to choose from while writing."""
    if kind == "substance":
        rows = Substance.objects.filter(name__istartswith=beginning, expired_on=None).values_list(
            "name", flat=True
        )
    else:
        rows = Drug.objects.filter(kind="brand", brand__istartswith=beginning, expired_on=None).values_list(
            "brand", flat=True
        )
    return tuple(rows.order_by(rows.query.values_select[0]).distinct()[:limit])
