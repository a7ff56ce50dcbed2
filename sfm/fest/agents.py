"""From what a person wrote to what a warning can match: the FEST id of a substance or brand."""

from __future__ import annotations

from sfm.fest.models import Drug, Substance


def code_of(kind: str, text: str) -> str:
    """The FEST key of the substance or brand with exactly this name; "" when there is none."""
    if kind == "substance":
        found = Substance.objects.filter(name__iexact=text, expired_on=None).order_by("key").first()
        return found.key if found else ""
    brand = Drug.objects.filter(kind="brand", brand__iexact=text, expired_on=None).order_by("key").first()
    return brand.key if brand else ""
