"""From what a person wrote to what a warning can match: the FEST id of a substance or brand."""

from __future__ import annotations

from sfm.fest.models import Drug, Substance


def code_of(kind: str, text: str) -> str:
    """The FEST key of the substance or brand with exactly this name; "" when there is none."""
    if kind == "substance":
        keys = Substance.objects.filter(name__iexact=text, expired_on=None).values_list("key", flat=True)
    else:
        brands = Drug.objects.filter(kind="brand", brand__iexact=text, expired_on=None)
        keys = brands.values_list("key", flat=True)
    return str(keys.order_by("key").first() or "")
