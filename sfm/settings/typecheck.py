"""Settings for the type checker alone: it must know the simulators' models too, which no running process does."""

from __future__ import annotations

from sfm.settings.test import *  # noqa: F403
from sfm.settings.test import INSTALLED_APPS

SIMULATORS = ("helseid", "rf", "kj", "helfo", "hpr", "epj")
INSTALLED_APPS = [*INSTALLED_APPS, *(f"sfm.simulators.{name}" for name in SIMULATORS)]
