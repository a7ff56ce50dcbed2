from __future__ import annotations

from django.apps import AppConfig


class SimulatorsConfig(AppConfig):
    name = "sfm.simulators"
