"""Filling HPR from JSON: `POST /api/seed {"people": […]}`. May be posted again; the same number is replaced.

{"hpr": "9400101", "pid": synthetic number, "given": "…", "family": "…", "category": "LE" (9060),
 "rights": {"prescribing": "none"|"limited"|"full", "not_a": true, "not_ab": true, "licence": true},
 "specialities": ["1"] (7426), "suspended": true, "until": date the approval ends}
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from sfm.simulators.hpr import answers
from sfm.simulators.hpr.models import Person


def plant(people: list[dict[str, Any]]) -> int:
    """All of them, or none."""
    with transaction.atomic():
        for one in people:
            Person.objects.filter(nin=one["pid"]).delete()
            Person.objects.update_or_create(
                hpr=one["hpr"].lstrip("0"), defaults={"nin": one["pid"], "body": answers.body(one)}
            )
    return Person.objects.count()
