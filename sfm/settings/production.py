"""Settings of a real installation: refuses to start without real services, and refuses simulators."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from sfm.settings.base import *  # noqa: F403
from sfm.settings.base import (
    HELSEID_ISSUER,
    KJ_URL,
    PUBLIC_ORIGIN,
    RF_URL,
    SFM_ALLOW_BEARER,
    SFM_ALLOW_NULL_ORIGIN,
)

SFM_ENVIRONMENT = "production"
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_SSL_REDIRECT = False  # TLS ends in front of us
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SFM_REJECT_REUSED_NONCE = True

for _name, _url in {
    "SFM_PUBLIC_ORIGIN": PUBLIC_ORIGIN,
    "SFM_HELSEID_ISSUER": HELSEID_ISSUER,
    "SFM_RF_URL": RF_URL,
    "SFM_KJ_URL": KJ_URL,
}.items():
    if urlsplit(_url).scheme != "https" or urlsplit(_url).hostname in {"localhost", "127.0.0.1", "::1"}:
        raise ImproperlyConfigured(f"{_name} must be the https address of a real service, not {_url!r}")
if SFM_ALLOW_BEARER or SFM_ALLOW_NULL_ORIGIN:
    raise ImproperlyConfigured("SFM_ALLOW_BEARER and SFM_ALLOW_NULL_ORIGIN are for test and demo only")
