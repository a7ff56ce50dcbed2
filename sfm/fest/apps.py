from __future__ import annotations

from django.apps import AppConfig


class FestConfig(AppConfig):
    name = "sfm.fest"
