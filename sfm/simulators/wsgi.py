"""WSGI entry point of a simulator process: makes its tables, then serves."""

from __future__ import annotations

import os

import django
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sfm.simulators.settings")
django.setup()
call_command("migrate", run_syncdb=True, verbosity=0)
application = get_wsgi_application()
