"""The WSGI entry point."""

from __future__ import annotations

import os
import threading

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sfm.settings.demo")
application = get_wsgi_application()

from django.db import DatabaseError, connection  # noqa: E402

from sfm.celery import app as celery_app  # noqa: E402  (without it a request would wake nobody: Celery's own default broker)
from sfm.core.errors import Unavailable  # noqa: E402
from sfm.fest import catalogue  # noqa: E402

celery_app.set_default()  # for every thread, not just this one


def _warm() -> None:
    """Every list is seen against FEST: read while the process starts, not while the first patient opens."""
    try:
        catalogue.warm()
    except (DatabaseError, Unavailable):
        return  # the first request says what is wrong
    finally:
        connection.close()


threading.Thread(target=_warm, daemon=True, name="warm").start()
