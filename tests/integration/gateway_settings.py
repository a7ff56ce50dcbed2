"""The gateway as a process of its own, for tests with a real server and several workers."""

from __future__ import annotations

import os

from sfm.settings.test import *  # noqa: F403

ROOT_URLCONF = "tests.integration.gateway_urls"
MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware"]
HELSEID_ISSUER = os.environ["SFM_HELSEID_ISSUER"]
PUBLIC_ORIGIN = os.environ["SFM_PUBLIC_ORIGIN"]
