"""The WSGI entry point."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sfm.settings.demo")
application = get_wsgi_application()

from sfm.celery import app as celery_app  # noqa: E402  (without it a request would wake nobody: Celery's own default broker)

celery_app.set_default()  # for every thread, not just this one
