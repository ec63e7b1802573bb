# SPDX-License-Identifier: AGPL-3.0-or-later
"""Settings: whatever an installation can change comes from the environment.

With no environment at all this is a workstation on the embedded PostgreSQL, reachable from
localhost only. Production sets `DJANGO_ALLOWED_HOSTS`, `DJANGO_SECRET_KEY`, `DATABASE_URL` and
`DATABASE_OWNER_URL` (see README); `manage.py check --deploy` says what is still missing.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from cycle import corriere
from cycle.database.config import databases
from cycle.database.segreti import chiave_segreta

BASE_DIR = Path(__file__).resolve().parent.parent
CYCLE_DATA = (BASE_DIR / Path(os.environ.get("CYCLE_DATA") or ".data").expanduser()).resolve()

# The demo is switched on by `manage.py demo` alone: one-click logins and a movable clock.
DEMO = os.environ.get("CYCLE_DEMO") == "1"
DEBUG = os.environ.get("DJANGO_DEBUG") == "1"

_hosts = [host for host in os.environ.get("DJANGO_ALLOWED_HOSTS", "").split(",") if host]
PRODUZIONE = bool(_hosts) and not DEMO
ALLOWED_HOSTS = _hosts or ["localhost", "127.0.0.1", "[::1]"]
SECRET_KEY = os.environ.get("DJANGO_SECRET_KEY") or chiave_segreta(CYCLE_DATA)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "bootstrap_italia_template",  # for its static files only
    "django_htmx",
    "guardian",
    "axes",
    "channels",
    "csp",
    "ninja",
    "procrastinate.contrib.django",
    "viewflow.workflow",  # the engine alone: its site and middleware stay out
    "notifications",
    "workflows",
    "cycle",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "cycle.views.scarichi.Statici",
    "cycle.accesso.RispostaPrivata",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "cycle.accesso.AccessoObbligatorio",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "cycle.urls"
ASGI_APPLICATION = "cycle.asgi.application"
WSGI_APPLICATION = "cycle.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cycle.contesto.pagina",
            ],
            "loaders": ["django.template.loaders.filesystem.Loader"]
            if DEBUG
            else [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader"],
                )
            ],
        },
    }
]

DATABASES = databases(os.environ, base_dir=BASE_DIR, pool=os.environ.get("CYCLE_SERVER") == "1")
DATABASE_ROUTERS = ["cycle.database.router.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "cycle.Utente"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "accedi"
LOGIN_REDIRECT_URL = "inizio"
LOGOUT_REDIRECT_URL = "accedi"

# An invitation lives as long as this; a lost password's link much less (`services.posta`).
PASSWORD_RESET_TIMEOUT = timedelta(days=7).total_seconds()

URL_BASE = corriere.indirizzo_di_base(os.environ, _hosts)
_posta = corriere.impostazioni(os.environ, CYCLE_DATA)
EMAIL_BACKEND = _posta["EMAIL_BACKEND"]
EMAIL_FILE_PATH = _posta.get("EMAIL_FILE_PATH")
EMAIL_HOST = _posta.get("EMAIL_HOST", "localhost")
EMAIL_PORT = _posta.get("EMAIL_PORT", 25)
EMAIL_HOST_USER = _posta.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = _posta.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = _posta.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _posta.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = _posta["EMAIL_TIMEOUT"]
DEFAULT_FROM_EMAIL = _posta["DEFAULT_FROM_EMAIL"]

ANONYMOUS_USER_NAME = None  # guardian would otherwise create a user for nobody
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "429.html"
AXES_RESET_ON_SUCCESS = True

LANGUAGE_CODE = "it"
LANGUAGES = [("it", _("Italiano"))]
LOCALE_PATHS = [BASE_DIR / "cycle" / "locale"]
TIME_ZONE = "Europe/Rome"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles" if PRODUZIONE else None
WHITENOISE_USE_FINDERS = not PRODUZIONE
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": CYCLE_DATA / "allegati"},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUZIONE
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        # Bootstrap Italia draws its arrows and checks as data: images in its own stylesheet
        "img-src": [SELF, "data:"],
        # and embeds there the icon font of a video player, which browsers load at once
        "font-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_AGE = 60 * 60 * 10  # a working day
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "cycle.views.errori.csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = PRODUZIONE
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUZIONE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUZIONE
if os.environ.get("DJANGO_BEHIND_PROXY") == "1":
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # else everybody would share the proxy's address, and lock each other out
    AXES_CLIENT_IP_CALLABLE = "cycle.accesso.indirizzo_dietro_il_proxy"
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in _hosts if "*" not in host]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000  # a report grid of a large settore
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]  # rights are asked of incarichi, not of a backend

# Jobs wait in the database; those done leave no trace there, the registro has what they did.
PROCRASTINATE_IMPORT_PATHS = ["cycle.lavori"]
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
PROCRASTINATE_WORKER_DEFAULTS = {"delete_jobs": "successful"}

# The worker in the ASGI process itself: for an installation of one process, and for the demo.
OPERAIO = os.environ.get("CYCLE_OPERAIO") == "1"

# The news reach the screens in memory where one process serves them all, else through Redis.
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [os.environ["REDIS_URL"]], "prefix": "ciclo"},
    }
    if os.environ.get("REDIS_URL")
    else {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 10_000}}
}

# Where the source can be had (AGPL-3.0, R92): shown in every page's footer.
URL_SORGENTE = os.environ.get("CYCLE_SOURCE_URL", "")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    # an address that is a key is not written where others read
    "filters": {"senza_gettoni": {"()": "cycle.tracce.SenzaGettoni"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["senza_gettoni"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
