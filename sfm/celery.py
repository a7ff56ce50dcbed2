"""The Celery application. Tasks live in sfm.exchange and sfm.migration alone; they take ids, never content."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sfm.settings.demo")
app = Celery("sfm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["sfm.exchange", "sfm.migration"], related_name="tasks")
