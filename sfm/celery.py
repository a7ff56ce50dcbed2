"""The Celery application. Tasks live in sfm.exchange and sfm.migration alone; they take ids, never content."""

from __future__ import annotations

import logging.config
import os

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sfm.settings.demo")
app = Celery("sfm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["sfm.exchange", "sfm.migration"], related_name="tasks")


@setup_logging.connect
def log_as_the_web_does(**_signal: object) -> None:
    """Celery would put handlers of its own in the place of ours, and what they write nobody scrubs."""
    logging.config.dictConfig(settings.LOGGING)
