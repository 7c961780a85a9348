"""One settings module for all apps; every value that differs between sites comes from `config.env`."""

import sys

from csp.constants import NONE, SELF

from config.env import ENV, ROOT
from config.runtime import databases
from config.telemetry.logs import least_level

SECRET_KEY = ENV.secret_key
SECRET_KEY_FALLBACKS = ENV.secret_key_fallbacks
DEBUG = ENV.debug
ALLOWED_HOSTS = ENV.allowed_hosts
CSRF_TRUSTED_ORIGINS = ENV.csrf_trusted_origins
BASE_URL = ENV.base_url
DEBUG_AUTH_LINKS = ENV.debug_auth_links
TRUSTED_PROXIES = ENV.trusted_proxies
APP_ENV = ENV.app_env
RELEASE = ENV.monitoring.release
METRICS_TOKEN, ALARM_EMAILS = ENV.monitoring.metrics_token, ENV.monitoring.alarm_emails
WORKER_PING_URL = ENV.monitoring.worker_ping_url
BACKUPS, BACKUP_PING_URL = ENV.backups, ENV.monitoring.backup_ping_url

INSTALLED_APPS = [
    "config.apps.SiteConfig",
    "config.apps.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "django_htmx",
    "tenants",
    "catalog",
    "entries",
]

MIDDLEWARE = [
    "config.http.middleware.RequestIdMiddleware",
    "config.telemetry.timing.WatchMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.http.middleware.LanguageMiddleware",
    "config.http.middleware.CleanInputMiddleware",
    "config.http.middleware.BusyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "tenants.signin.sessions.UserMiddleware",
    "config.http.sent_again.SentAgainMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.http.maintenance.MaintenanceMiddleware",
    "tenants.middleware.ScopeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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
                "config.http.context.site",
            ],
            "builtins": ["entries.templatetags.nitsys"],
        },
    },
]

DATABASES = databases.databases(ENV)
DATABASE_ROUTERS = ["tenants.replica.PublicReads"]
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    (ROOT / "var").mkdir(exist_ok=True)

AUTH_USER_MODEL = "tenants.User"
AUTHENTICATION_BACKENDS = ["tenants.signin.backend.EmailBackend"]
PASSWORD_HASHERS = [
    "tenants.signin.hashers.OwaspArgon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/auth/login"

SESSION_ENGINE = "tenants.signin.sessions"
SESSION_COOKIE_NAME = "nitsys_session" if ENV.is_dev else "__Host-nitsys_session"
CSRF_COOKIE_NAME = "nitsys_csrf" if ENV.is_dev else "__Host-nitsys_csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not ENV.is_dev
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_FAILURE_VIEW = "config.http.sent_again.csrf_failure"
SECURE_SSL_REDIRECT = not ENV.is_dev
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked from inside, past the proxy
SECURE_PROXY_SSL_HEADER = None if ENV.is_dev else ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 0 if ENV.is_dev else 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not ENV.is_dev
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# A sheet of 400 athletes has about 2,500 fields; uploads are bounded again where they are read (requirements I2, I3).
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # larger files wait on disk for their turn to be read

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
LOCALE_PATHS = [ROOT / "locale"]
FORMAT_MODULE_PATH = "config.formats"
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = ROOT / "var" / "static"
STATICFILES_DIRS = [ROOT / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.runtime.static_names.KeptNames"},
}
MEDIA_ROOT = ROOT / "var" / "media"

# Defaults of the commands create_platform_admin and import_master_products_from_sqlite.
PLATFORM_ADMIN_PASSWORD = ENV.platform_admin_password
IMPORT_TENANT_ID, IMPORT_SQLITE_PATH = ENV.import_tenant_id, ENV.import_sqlite_path
IMPORT_BATCH_SIZE = ENV.import_batch_size
MAX_ATHLETES_PER_TEAM, MAX_TEAMS_PER_USER = ENV.max_athletes_per_team, ENV.max_teams_per_user

DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENV.mail.sender
EMAIL_BACKEND = ENV.mail.backend
EMAIL_HOST, EMAIL_PORT = ENV.mail.host, ENV.mail.port
EMAIL_USE_TLS, EMAIL_USE_SSL = ENV.mail.use_tls, ENV.mail.use_ssl
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = ENV.mail.user, ENV.mail.password
EMAIL_TIMEOUT = 15
ANYMAIL, ANYMAIL_ESP, ANYMAIL_WEBHOOK_SECRET = ENV.mail.anymail, ENV.mail.esp, ENV.mail.webhook_secret

ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL = ENV.drafting.api_key, ENV.drafting.base_url
CATALOG_DRAFT_MODEL = ENV.drafting.model

CACHES = databases.caches(ENV)
RECENT_MEET_SECONDS = 1.0
SHARED_PAGES = bool(ENV.growth.cache_url)
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "config.telemetry.logs.RequestIdFilter"},
        "nobodys_fault": {"()": "config.telemetry.logs.NobodysFault"},
    },
    "formatters": {"json": {"()": "config.telemetry.logs.JsonFormatter", "tells_all": DEBUG}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "filters": ["request_id"],
            "formatter": "json",
            "level": least_level(sys.argv),
        }
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.security.DisallowedModelAdminLookup": {"filters": ["nobodys_fault"]},
    },
}
