"""Settings of a simulator process. `SFM_SIMULATOR` names the one to run: helseid, rf, kj, helfo, hpr or epj. Each is a
process with a database of its own (SQLite), and shares nothing with the product but sfm.wire and sfm.core."""

from __future__ import annotations

import os
from pathlib import Path

NAME = os.environ["SFM_SIMULATOR"]
DATA_DIR = Path(os.environ.get("SFM_SIMULATOR_DIR", "."))

if os.environ.get("SFM_ENVIRONMENT") == "production":
    raise SystemExit("Simulators never run in production.")

DEBUG = False
SECRET_KEY = f"simulator-{NAME}"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", "testserver"]
ROOT_URLCONF = f"sfm.simulators.{NAME}.urls"
INSTALLED_APPS = [f"sfm.simulators.{NAME}"]
MIDDLEWARE: list[str] = []
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA_DIR / f"{NAME}.sqlite3",
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
        },
    }
}
MIGRATION_MODULES = {NAME: None}  # tables are made from the models; a simulator has no past to migrate
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [Path(__file__).parent / NAME / "templates"],
        "OPTIONS": {"autoescape": True},
    }
]
USE_TZ = True
TIME_ZONE = "Europe/Oslo"
SCHEMAS_DIR = os.environ.get("SFM_SCHEMAS_DIR", "")
