from __future__ import annotations

from django.apps import AppConfig


class MedicationConfig(AppConfig):
    name = "sfm.medication"
