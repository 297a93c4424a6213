"""All settings, from the environment, with safe defaults for a laptop; production refuses an unsafe one."""

from __future__ import annotations

import os
import secrets
import sqlite3
import sys
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()

# laptop (default): SQLite, mail in files, demo page. production: everything must be given.
MODE: str = env.str("NNMKB_MODE", "laptop")
PRODUCTION = MODE == "production"
TESTING = "pytest" in sys.modules
VAR = Path(env.str("NNMKB_VAR", str(ROOT / "var")))
VAR.mkdir(parents=True, exist_ok=True)

DEBUG = False
INSECURE_KEY = "laptop-only-not-secret-" + "x" * 40
# What a laptop and docker-compose.yml have for trying; nobody can be reached there, and everybody knows it.
OUR_EXAMPLE, EXAMPLE_PHONE = "@noordoverdegrens.example", "088 000 00 00"
TRYING_PASSWORD, TRYING_MAIL = "for-trying-only", "smtp://mail:1025"


def laptop_key(path: Path) -> str:
    """Return the key of this laptop, made on first use: links in mails stay good after a restart."""
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as fresh:
            fresh.write(secrets.token_urlsafe(64))
    except FileExistsError:
        pass
    return path.read_text() or INSECURE_KEY


SECRET_KEY: str = env.str("SECRET_KEY", INSECURE_KEY if PRODUCTION or TESTING else laptop_key(VAR / "secret_key"))
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
# The address that links in mails and dossiers start with.
SITE_URL: str = env.str("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])

SITE_NAME: str = env.str("SITE_NAME", "Noord over de grens")
SITE_TAGLINE: str = env.str("SITE_TAGLINE", "Groningen, Fryslân en Drenthe")
SITE_PHONE: str = env.str("SITE_PHONE", EXAMPLE_PHONE)
SITE_EMAIL: str = env.str("SITE_EMAIL", f"hulp{OUR_EXAMPLE}")

# An electronic seal on dossiers, off until a key file is named: see docs/dossier.md.
SEAL_PKCS12: str = env.str("SEAL_PKCS12", "")
SEAL_PASSWORD: str = env.str("SEAL_PASSWORD", "")
SEAL_TSA_URL: str = env.str("SEAL_TSA_URL", "")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "nnmkb.apps.ServedFilesConfig",
    "crispy_forms",
    "csp",
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "nnmkb.apps.NnmkbConfig",
    "nnmkb.ledger",
    "nnmkb.web",
    "intake",
    "referrals",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "nnmkb.middleware.GzipPagesMiddleware",
    "nnmkb.middleware.RequestIdMiddleware",
    "csp.middleware.CSPMiddleware",
    "nnmkb.middleware.PrivateByDefaultMiddleware",
    "nnmkb.middleware.ClearRefusalMiddleware",
    "nnmkb.middleware.SessionKeyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "nnmkb.middleware.LargestBodyMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "referrals.signing_in.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "nnmkb.urls"
WSGI_APPLICATION = "nnmkb.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "nnmkb.context.site",
            ],
        },
    }
]
CRISPY_TEMPLATE_PACK = "nlds"
CRISPY_ALLOWED_TEMPLATE_PACKS = ["nlds"]
CRISPY_FAIL_SILENTLY = False

# --- database -------------------------------------------------------------------------------------------------------
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Say whether this SQLite has the fix for the WAL-reset race (3.51.3, 3.50.7, 3.44.6), which can lose a commit."""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


def database(url: str) -> dict[str, Any]:
    """Return the settings of the database at this url, with the traps of each engine closed."""
    settings: dict[str, Any] = environ.Env.db_url_config(url)
    if settings["ENGINE"] == "django.db.backends.sqlite3":
        journal = "WAL" if wal_is_safe(sqlite3.sqlite_version_info) else "DELETE"
        # IMMEDIATE: a read-then-write transaction that starts deferred fails at once under concurrent writers.
        settings["OPTIONS"] = {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": f"PRAGMA journal_mode={journal}; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON;",
        }
        # A file: an in-memory test database gives "database table is locked" with threads.
        settings["TEST"] = {"NAME": str(VAR / "test.sqlite3")}
    else:
        settings["CONN_MAX_AGE"] = 60
        settings["CONN_HEALTH_CHECKS"] = True
    return settings


DATABASE_URL: str = env.str("DATABASE_URL", f"sqlite:///{VAR / 'nnmkb.sqlite3'}")
DATABASES = {"default": database(DATABASE_URL)}

# --- history: where the nightly anchors are written beside the database (docs/audit.md) ------------------------------
ANCHORS_FILE = Path(env.str("ANCHORS_FILE", str(VAR / "anchors.txt")))

# --- language and time ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", "Nederlands"), ("en", "English")]
TIME_ZONE = "Europe/Amsterdam"
USE_TZ = True
USE_I18N = True
LOCALE_PATHS = [ROOT / "locale"]

# --- static files ---------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # whitenoise warns when it is not there
STATICFILES_DIRS = [ROOT / "static"]
# The tests serve the files from the folder: hashed names need collectstatic, and would give pages without CSS.
STATICFILES_BACKEND = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
    if TESTING
    else "whitenoise.storage.CompressedManifestStaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": STATICFILES_BACKEND},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = TESTING

# --- people ---------------------------------------------------------------------------------------------------------
LOGIN_URL = "/inloggen/"
LOGIN_REDIRECT_URL = "/werkbak/"
LOGOUT_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# Staff who have a second factor always use it; this asks that they have one. Partners' people always must.
SECOND_FACTOR_FOR_STAFF: bool = env.bool("SECOND_FACTOR_FOR_STAFF", PRODUCTION)
OTP_TOTP_ISSUER = SITE_NAME
# A code of half a minute early or late is good; more than that is a clock that is wrong, and not followed.
OTP_TOTP_SYNC = False
# The link in a mail for a new password: an hour.
PASSWORD_RESET_TIMEOUT = 3600
# Staff: a working day at most. The entrepreneur's browser keeps its draft longer (intake sets that itself).
SESSION_COOKIE_AGE = 10 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "nnmkb"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "nnmkb.pages.csrf_failure"
# What a form may weigh: little, except where the whole text of a version of the policy is written.
LARGEST_BODY = 256 * 1024
LARGEST_BODIES = {"/api/": 32 * 1024, "/beleid/": 5 * 1024 * 1024}
DATA_UPLOAD_MAX_MEMORY_SIZE = max(LARGEST_BODY, *LARGEST_BODIES.values())
# How many fields a form may have. A condition is 80 lines with their answers, a review a note for each warning.
MOST_FIELDS = 400
MOST_FIELDS_AT = {"/beleid/": 4000}
DATA_UPLOAD_MAX_NUMBER_FIELDS = max(MOST_FIELDS, *MOST_FIELDS_AT.values())

# --- security headers -----------------------------------------------------------------------------------------------
HTTPS = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^gezond/"]
SECURE_HSTS_SECONDS = 63_072_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
# Not no-referrer: with it a browser sends "Origin: null" with every form, and Django then refuses the form.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
BEHIND_PROXY: bool = env.bool("BEHIND_PROXY", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

# --- mail -----------------------------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", f"{SITE_NAME} <post{OUR_EXAMPLE}>")
# On the laptop mail is written to files, and /post/ shows them; production needs EMAIL_URL (smtp+tls://…).
EMAIL_URL: str = env.str("EMAIL_URL", "")
LOCAL_POST = not EMAIL_URL and not PRODUCTION
POST_FOLDER = VAR / "post"
vars().update(environ.Env.email_url_config(EMAIL_URL or "consolemail://"))
EMAIL_TIMEOUT = 20
if LOCAL_POST:
    EMAIL_BACKEND = "nnmkb.post.FolderBackend"

# --- outgoing: the database is the queue of record (docs/bezorging.md) ----------------------------------------------
OUTGOING_LEASE_S: int = env.int("OUTGOING_LEASE_S", 180)
OUTGOING_REQUEUE_S: int = env.int("OUTGOING_REQUEUE_S", 300)
# A cap on what the plans in nnmkb/ledger/terms.py allow, and a factor on their waits.
OUTGOING_MAX_ATTEMPTS: int = env.int("OUTGOING_MAX_ATTEMPTS", 10)
OUTGOING_BACKOFF_SCALE: float = env.float("OUTGOING_BACKOFF_SCALE", 1.0)
OUTGOING_TIME_LIMIT_S: int = env.int("OUTGOING_TIME_LIMIT_S", 90)
# For the kinds in `LONG` of nnmkb/ledger/terms.py.
OUTGOING_LONG_LIMIT_S: int = env.int("OUTGOING_LONG_LIMIT_S", 1800)
# Where mail that could not be delivered comes back: imaps://name:password@host/INBOX or maildir:///folder.
BOUNCES_URL: str = env.str("BOUNCES_URL", "")
CELERY_BROKER_URL: str | None = env.str("CELERY_BROKER_URL", None)
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
# A child that warms the renderer on a busy machine needs more than the usual four seconds.
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 60
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = OUTGOING_TIME_LIMIT_S
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "socket_timeout": 5,
    "socket_connect_timeout": 1,
    "socket_keepalive": True,
    "health_check_interval": 10,
}

# --- webhooks (docs/webhooks.md) -------------------------------------------------------------------------------------
# Lets messages go to this machine itself, over http too: for tests and the crash benchmark, never for a real site.
WEBHOOK_LOOPBACK: bool = env.bool("WEBHOOK_LOOPBACK", False)
# Whom to trust for the certificates of receivers; empty: what this machine trusts.
WEBHOOK_CA_FILE: str = env.str("WEBHOOK_CA_FILE", "")

# --- terms ----------------------------------------------------------------------------------------------------------
POLICY_NAME: str = env.str("POLICY_NAME", "2013")
POLICY_ROOT = ROOT / "fixtures" / "policy"
DRAFT_DAYS: int = env.int("DRAFT_DAYS", 30)
# After that an unsent scan is erased; until then its owner can still ask for a new link.
DRAFT_GRACE_DAYS: int = env.int("DRAFT_GRACE_DAYS", 14)
FOLLOW_DAYS: int = env.int("FOLLOW_DAYS", 730)
# So long the name of who left a partner stays readable beside what that person did.
LEAVER_DAYS: int = env.int("LEAVER_DAYS", 180)
# Counters per address and action; 0 switches one off (only the tests do that).
RATE_LIMITS: dict[str, tuple[int, int]] = {
    "start": (60, 3600),
    "answer": (600, 3600),
    "mail_link": (6, 3600),
    # To one address, whoever asks: nobody may fill the mailbox of somebody else.
    "mail_to": (5, 3600),
    "submit": (20, 3600),
    # From one address, for whatever offers; for one offer three, in referrals/services/access.py.
    "code_send": (20, 3600),
    "code_try": (30, 3600),
    "follow": (120, 3600),
    "login": (10, 900),
    # Of one partner: test messages, and messages sent once more.
    "webhook_test": (20, 3600),
    "webhook_again": (60, 3600),
    "verify": (120, 3600),
    # Wrong codes and passkeys of one person, wherever they come from.
    "second_step": (10, 900),
    "invite": (30, 3600),
    "invitation": (30, 3600),
    # The partner API: requests of a key, and wrong keys from an address.
    "api": (60, 60),
    "api_key": (30, 900),
}
# A request of the API that has run longer than this counts as lost: its repeat is carried out. Should it still run,
# the key of its event lets one of the two through.
API_REQUEST_LIMIT_S: int = env.int("API_REQUEST_LIMIT_S", 60)

# --- logs: JSON, no personal data -----------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "nnmkb.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "WARNING" if not PRODUCTION else "INFO")},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "nnmkb": {"level": "INFO"},
    },
}

SILENCED_SYSTEM_CHECKS: list[str] = []


def unsafe() -> list[str]:
    """Name every setting that must not go to production as it is now."""
    checks = {
        "SECRET_KEY: give a random text of at least 50 characters": SECRET_KEY == INSECURE_KEY or len(SECRET_KEY) < 50,
        "ALLOWED_HOSTS: name the hosts of this site": not env.list("ALLOWED_HOSTS", default=[]) or "*" in ALLOWED_HOSTS,
        "SITE_URL: give the https address of this site": not HTTPS,
        "DATABASE_URL: give a PostgreSQL address": "postgresql" not in DATABASES["default"]["ENGINE"],
        "POSTGRES_PASSWORD: give one of your own": DATABASES["default"].get("PASSWORD") == TRYING_PASSWORD,
        "CELERY_BROKER_URL: give the Redis address": not CELERY_BROKER_URL,
        "EMAIL_URL: give the mail server, as smtp+tls://…": not EMAIL_URL.startswith("smtp"),
        "EMAIL_URL: give your own mail server; that for trying sends nothing on": EMAIL_URL == TRYING_MAIL,
        "DEFAULT_FROM_EMAIL: give the address that our mail comes from": OUR_EXAMPLE in DEFAULT_FROM_EMAIL,
        "SITE_EMAIL: give the address where people can ask for help": SITE_EMAIL.endswith(OUR_EXAMPLE),
        "SITE_PHONE: give the number where people can ask for help": SITE_PHONE == EXAMPLE_PHONE,
        "OUTGOING_LEASE_S: longer than the limit, or two do one delivery": OUTGOING_LEASE_S <= OUTGOING_TIME_LIMIT_S,
        "OUTGOING_MAX_ATTEMPTS: at least 1, or nothing is ever sent": OUTGOING_MAX_ATTEMPTS < 1,
        "OUTGOING_BACKOFF_SCALE: more than 0, or all attempts are made in one minute": OUTGOING_BACKOFF_SCALE <= 0,
        "SECOND_FACTOR_FOR_STAFF: leave it on": not SECOND_FACTOR_FOR_STAFF,
        "WEBHOOK_LOOPBACK: leave it off, or a partner can have messages sent to this machine": WEBHOOK_LOOPBACK,
        "BOUNCES_URL: use imaps:// or maildir://": bool(BOUNCES_URL)
        and not BOUNCES_URL.startswith(("imaps://", "maildir://")),
    }
    return [text for text, wrong in checks.items() if wrong]


if PRODUCTION and unsafe():
    raise ImproperlyConfigured("nnmkb does not start in production with:\n- " + "\n- ".join(unsafe()))
if MODE not in {"laptop", "production"}:
    raise ImproperlyConfigured(f"NNMKB_MODE is «{MODE}»; use laptop or production.")
