"""Settings shared by every way of running. Each environment variable is named once, here or in the file that
overrides it, and explained in docs/configuration.md."""

from __future__ import annotations

from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parents[2]
env = environ.Env()

# --- where things are -------------------------------------------------------------------------------------------
PUBLIC_ORIGIN = env(
    "SFM_PUBLIC_ORIGIN", default="http://localhost:8000"
)  # compared with DPoP `htu`; never from Host
ALLOWED_HOSTS = env.list("SFM_ALLOWED_HOSTS", default=["localhost", "127.0.0.1"])
ROOT_URLCONF = "sfm.urls"
WSGI_APPLICATION = "sfm.wsgi.application"
SECRET_KEY = env("SFM_SECRET_KEY")
DEBUG = False
SFM_ENVIRONMENT = env(
    "SFM_ENVIRONMENT", default="test"
)  # production | test | demo: which national ids are accepted
SCHEMAS_DIR = env("SFM_SCHEMAS_DIR", default="")  # the official XSDs; without them our own checks stand alone

# --- applications -----------------------------------------------------------------------------------------------
SHARED_APPS = [
    "django_tenants",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.staticfiles",
    "django_htmx",
    "sfm.tenancy",
    "sfm.fest",
]
TENANT_APPS = [
    "sfm.identity",
    "sfm.audit",
    "sfm.outbox",
    "sfm.patients",
    "sfm.medication",
    "sfm.exchange",
    "sfm.migration",
]
INSTALLED_APPS = [*SHARED_APPS, *TENANT_APPS]
AUTH_USER_MODEL = (
    "tenancy.ProviderStaff"  # service-provider staff alone log in to SFM itself; all others come by EPJ
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- one PostgreSQL schema per journal --------------------------------------------------------------------------
TENANT_MODEL = "tenancy.Journal"
TENANT_LIMIT_SET_CALLS = True
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
DATABASES = {"default": env.db_url("DATABASE_URL", engine="django_tenants.postgresql_backend")}
DATABASES["default"]["CONN_MAX_AGE"] = None
DATABASES["default"]["OPTIONS"] = {"prepare_threshold": None}  # prepared statements break across schemas

REDIS_URL = env("REDIS_URL")

# --- requests ---------------------------------------------------------------------------------------------------
MIDDLEWARE = [
    "portals.shared.middleware.TraceMiddleware",
    "portals.shared.middleware.SecurityHeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portals.shared.middleware.PidInAddressMiddleware",
    "portals.shared.middleware.OriginCheckMiddleware",
    "portals.shared.middleware.PartitionedCookieMiddleware",
    "portals.shared.ending.LastingSessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
SESSION_ENGINE = "sfm.identity.web_session"
SESSION_COOKIE_NAME = "__Host-sfm"
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "None"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_USE_SESSIONS = True
CSRF_FAILURE_VIEW = "portals.shared.errors.csrf_refused"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "portals.shared.jinja.environment",
            "context_processors": [],
            "auto_reload": False,
        },
    },
]

LANGUAGE_CODE = "nb"
TIME_ZONE = "Europe/Oslo"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "static_root"
WHITENOISE_USE_FINDERS = True

# --- HelseID and sessions (security.md 2–4) ---------------------------------------------------------------------
HELSEID_ISSUER = env("SFM_HELSEID_ISSUER", default="")
HELSEID_AUDIENCE = "e-helse:sfm.api"
SFM_ALLOW_BEARER = env.bool("SFM_ALLOW_BEARER", default=False)
SFM_ALLOW_NULL_ORIGIN = env.bool("SFM_ALLOW_NULL_ORIGIN", default=False)
SFM_SESSION_CODE_TTL = env.int("SFM_SESSION_CODE_TTL", default=60)  # seconds
SFM_SESSION_IDLE = env.int("SFM_SESSION_IDLE", default=30 * 60)  # seconds
SFM_REJECT_REUSED_NONCE = env.bool("SFM_REJECT_REUSED_NONCE", default=False)
SFM_TICKET_SLIDING = env.int("SFM_TICKET_SLIDING", default=60 * 60)  # seconds
SFM_TICKET_ABSOLUTE = env.int("SFM_TICKET_ABSOLUTE", default=12 * 60 * 60)  # seconds

# --- keys -------------------------------------------------------------------------------------------------------
SFM_KEY_PROVIDER = env("SFM_KEY_PROVIDER", default="sfm.tenancy.keys.FileKeyProvider")
SFM_KEY_DIR = env(
    "SFM_KEY_DIR", default=""
)  # root key and the organisation's signing certificate (file driver)
SFM_ORGNR = env(
    "SFM_ORGNR", default="310000019"
)  # synthetic; who signs: subject of the enterprise certificate
SFM_ORGANISATION_NAME = env("SFM_ORGANISATION_NAME", default="Open SFM")

# --- the services outside ---------------------------------------------------------------------------------------
RF_URL = env("SFM_RF_URL", default="")
KJ_URL = env("SFM_KJ_URL", default="")
FEST_SOURCE = env("SFM_FEST_SOURCE", default="")  # file or address; "" updates nothing by itself
FEST_DRIVER = env("SFM_FEST_DRIVER", default="zip")  # zip: the whole file. soap: FestService251, increments
HELFO_URL = env("SFM_HELFO_URL", default="")
ADDRESS_REGISTER_URL = env("SFM_ADDRESS_REGISTER_URL", default="")  # "" offers no ekspederingsanmodning
HPR_URL = env("SFM_HPR_URL", default="")  # "" asks nobody: rights stay as last read
RF_ASYNC_SECRET = env(
    "SFM_RF_ASYNC_SECRET", default=""
)  # shown by the adapter at /integrasjon/rf/inn; "" closes it
RF_RECEIVER_ORGNR = env("SFM_RF_RECEIVER_ORGNR", default="994598759")
RF_RECEIVER_HER_ID = env("SFM_RF_RECEIVER_HER_ID", default="80624")
SFM_SIGNATURE_AUTHORITIES = env("SFM_SIGNATURE_AUTHORITIES", default="")  # "" checks nobody's
RF_SYSTEM_CODE = env("SFM_RF_SYSTEM_CODE", default="OpenSFM")  # given at the e-prescription approval
RF_INBOX_KEY = env(
    "SFM_RF_INBOX_KEY", default="SFMInbox"
)  # AdditionalInfo of Verify: ours until NHN's is known
RF_INBOX_ADDRESS_KEY = env("SFM_RF_INBOX_ADDRESS_KEY", default="SFMInboxAddress")
SFM_VERSION, SFM_VERSION_FROM = "0.1.0", "2026-11-22T00:00:00+01:00"
SFM_CORRESPONDENCE_NAMESPACE = env(
    "SFM_CORRESPONDENCE_NAMESPACE", default="http://www.kith.no/xmlstds/plo/1.6/legemiddelopplysninger"
)  # ours until the official schema of PLO 1.6 is at hand
SFM_WIRE_EXTENSIONS = env.bool("SFM_WIRE_EXTENSIONS", default=False)
SFM_REMINDERS = env.list("SFM_REMINDERS", cast=int, default=[])  # task types of a date: 111, 115, 116
SFM_EXPIRY_DAYS = env.int("SFM_EXPIRY_DAYS", default=30)  # before a prescription expires (task type 116)
SFM_DECISION_WARNING_DAYS = env.int("SFM_DECISION_WARNING_DAYS", default=30)  # before a vedtak runs out
DRAFTS_ALLOW_DEFER = env.bool("SFM_DRAFTS_ALLOW_DEFER", default=True)
SFM_NEWER_STOP_REASONS = env.bool("SFM_NEWER_STOP_REASONS", default=True)  # D and P of 7494
HPR_MAX_AGE = 12 * 60 * 60  # seconds an answer of HPR is good for; asked again at login and by the beat
BASIS_SOURCE_WAIT = env.int(
    "SFM_BASIS_SOURCE_WAIT", default=20
)  # seconds `$getMedication` waits for each source
BASIS_SEND_WAIT = env.int(
    "SFM_BASIS_SEND_WAIT", default=25
)  # seconds `$sendMedication` waits for RF's receipts
# Record systems that know SFM's own task codes (101–116); «*» is all. Others get the documented code each falls back on
EXTENDED_TASK_CLIENTS = env.list("SFM_EXTENDED_TASK_CLIENTS", default=[])
NATIONAL_FORM_CLIENTS = env.list("SFM_NATIONAL_FORM_CLIENTS", default=[])
API_PER_MINUTE = env.int("SFM_API_PER_MINUTE", default=600)  # FHIR calls of one client in one journal
LOOKUP_DEBOUNCE = 60  # seconds, per patient and user
SFM_TASK_LOOKUP_WAIT = env.float("SFM_TASK_LOOKUP_WAIT", default=10.0)  # seconds Task waits for the sources
SEND_HOLD = env.int("SFM_SEND_HOLD", default=0)  # seconds «Angre sending» keeps a signed message in the house
OUTBOX_LEASE = env.int("SFM_OUTBOX_LEASE", default=60)  # seconds; longer than any answer is waited for

# --- Celery -----------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    "outbox": {"task": "sfm.exchange.dispatch.drain_all", "schedule": 5.0},
    "fest": {"task": "sfm.exchange.catalogue_update.update", "schedule": 8 * 60 * 60.0},
    "fest-news": {"task": "sfm.exchange.catalogue_update.announce", "schedule": 60.0},
    "helfo": {"task": "sfm.exchange.helfo.ask_again", "schedule": 60.0},
    "hpr": {"task": "sfm.exchange.hpr_lookup.ask_again", "schedule": 60 * 60.0},
    "migration": {"task": "sfm.migration.tasks.sweep", "schedule": 60.0},
    "multidose": {"task": "sfm.exchange.multidose_changes.ask_all", "schedule": 24 * 60 * 60.0},
    "reminders": {"task": "sfm.exchange.reminding.remind_all", "schedule": 6 * 60 * 60.0},
    "quarantine": {"task": "sfm.exchange.quarantine.empty", "schedule": 24 * 60 * 60.0},
    "audit-heads": {"task": "sfm.exchange.sealing.tell_heads", "schedule": 60 * 60.0},
    "audit-seal": {"task": "sfm.exchange.sealing.seal_all", "schedule": 5.0},
}

TALKATIVE = (
    "httpx", "weasyprint", "django.db.backends", "celery.worker.strategy", "celery.app.trace", "celery.beat",
)  # fmt: skip
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"trace": {"()": "portals.shared.trace.TraceFilter"}},
    "formatters": {
        "line": {
            "()": "sfm.core.logs.Scrubber",
            "fmt": "%(asctime)s %(levelname)s %(trace_id)s %(name)s %(message)s",
        }
    },
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["trace"]}},
    "root": {"handlers": ["out"], "level": "INFO"},
    "loggers": {name: {"level": "WARNING"} for name in TALKATIVE},
}

# --- SFM's own HelseID clients: token exchange, and login of the service provider's staff (sfm.identity.oidc) ----
HELSEID_CLIENT_ID = env("SFM_HELSEID_CLIENT_ID", default="sfm")
HELSEID_CLIENT_KEY = env(
    "SFM_HELSEID_CLIENT_KEY", default=""
)  # file with a private JWK; default: made in SFM_KEY_DIR
RF_SCOPE = env(
    "SFM_RF_SCOPE", default="nhn:reseptformidleren/api"
)  # undocumented by NHN: ours until it is known
KJ_SCOPE = env("SFM_KJ_SCOPE", default="nhn:kjernejournal/api")
HELFO_SCOPE = env("SFM_HELFO_SCOPE", default="nhn:helfo/blaresept")  # undocumented: ours until it is known
HPR_SCOPE = env("SFM_HPR_SCOPE", default="nhn:hpr/basic nhn:hpr/extended")
AUTHENTICATION_BACKENDS = ["sfm.identity.oidc.HelseIdBackend"]
LOGIN_URL = "/tjeneste/oidc/inn/"
LOGIN_REDIRECT_URL = "/tjeneste/"
LOGOUT_REDIRECT_URL = "/tjeneste/"
OIDC_RP_CLIENT_ID = env("SFM_PROVIDER_CLIENT_ID", default="sfm-tjeneste")
OIDC_RP_CLIENT_SECRET = ""  # none: private_key_jwt
OIDC_OP_USER_ENDPOINT = ""  # none: the ID token says it all
OIDC_RP_SCOPES = (
    "openid profile helseid://scopes/identity/pid helseid://scopes/identity/security_level "
    "helseid://scopes/identity/assurance_level"
)
OIDC_USE_PKCE = True
OIDC_CREATE_USER = False
