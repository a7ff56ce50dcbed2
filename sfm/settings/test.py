"""Settings of the test run: everything real, nothing outside this machine. tests/conftest.py starts PostgreSQL and
Redis and sets the addresses after this file is read and before anything connects."""

from __future__ import annotations

import os

os.environ.setdefault("SFM_SECRET_KEY", "test-only")
# Placeholders that nobody answers on; tests/conftest.py puts the servers it started in their place.
PLACEHOLDERS = {"DATABASE_URL": "postgres://postgres@/sfm", "REDIS_URL": "redis://127.0.0.1:0/0"}
for _name, _address in PLACEHOLDERS.items():
    os.environ.setdefault(_name, _address)

from sfm.settings.base import *  # noqa: E402, F403
from sfm.settings.base import INSTALLED_APPS, SHARED_APPS  # noqa: E402

SFM_ENVIRONMENT = "test"
SHARED_APPS = [*SHARED_APPS, "sfm.demo"]
INSTALLED_APPS = [*INSTALLED_APPS, "sfm.demo"]
PUBLIC_ORIGIN = "http://testserver"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
SFM_ALLOW_BEARER = True
API_PER_MINUTE = 10**6  # a test of the limit sets its own
HELSEID_ISSUER = "http://127.0.0.1:9001"
WHITENOISE_AUTOREFRESH = True  # each test client would else read every static file before its first request
STATIC_ROOT = None  # type: ignore[assignment]  # served from where they lie; collected only in an installation
