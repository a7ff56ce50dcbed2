"""Settings of the demo: simulators instead of the national services, synthetic people only. `manage.py demo` sets
the addresses of the PostgreSQL, Redis and simulators it started."""

from __future__ import annotations

import os

os.environ.setdefault("SFM_SECRET_KEY", "demo-only")
os.environ.setdefault("DATABASE_URL", "postgres://postgres@/sfm")
os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:6379/0")

from sfm.settings.base import *  # noqa: F403
from sfm.settings.base import INSTALLED_APPS, SHARED_APPS, env

SFM_ENVIRONMENT = "demo"
SHARED_APPS = [*SHARED_APPS, "sfm.demo"]
INSTALLED_APPS = [*INSTALLED_APPS, "sfm.demo"]
SFM_ALLOW_BEARER = env.bool("SFM_ALLOW_BEARER", default=True)
EXTENDED_TASK_CLIENTS = env.list("SFM_EXTENDED_TASK_CLIENTS", default=["*"])
STATIC_ROOT = None  # type: ignore[assignment]  # served from where they lie; collected only in an installation
