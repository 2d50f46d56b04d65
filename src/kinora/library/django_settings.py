"""Django's settings, all of them derived from `kinora.config`."""

from __future__ import annotations

import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

from kinora import config

_settings = config.current()
_package = Path(__file__).resolve().parent.parent


def _secret_key() -> str:
    """Return the signing key, made once and readable by its owner only."""
    if _settings.secret_key:
        return _settings.secret_key
    path = _settings.home / "secret_key"
    if not path.exists():
        _settings.home.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"secret_key.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50), encoding="ascii")
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass  # another process made it first; its key counts
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()


def _database() -> dict[str, object]:
    if not _settings.database_url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(_settings.home / "kinora.sqlite3"),
            "TEST": {"NAME": str(_settings.home / "test.sqlite3")},  # a file: threads of a test share it as in life
            "OPTIONS": {
                "timeout": 30,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000;",
            },
        }
    parts = urlsplit(_settings.database_url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


_site = urlsplit(_settings.site_url)

SECRET_KEY = _secret_key()
DEBUG = _settings.debug
ALLOWED_HOSTS = sorted(
    {"localhost", "127.0.0.1", "[::1]", _site.hostname or ""}
    | {name.strip() for name in _settings.allowed_hosts.split(",") if name.strip()}
)
CSRF_TRUSTED_ORIGINS = [_settings.site_url]
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "library.User"
ROOT_URLCONF = "kinora.site.urls"
WSGI_APPLICATION = "kinora.site.wsgi.application"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("fr", "Français")]  # each by its own name, as in the menu
LOCALE_PATHS = [_package / "locale"]
FORMAT_MODULE_PATH = ["kinora.site.formats"]
SITE_ID = 1

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "ninja",
    "kinora.library.apps.LibraryConfig",
    "kinora.site",
]

MIDDLEWARE = [
    "kinora.site.request_log.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "kinora.site.security.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "kinora.site.language.LanguageMiddleware",
    "kinora.site.opened.OpenedVideosMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "kinora.site.rate_limits.RateLimitMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "kinora.site.error_pages.KinoraErrorMiddleware",
    "kinora.site.request_log.MaintenanceMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_package / "site" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "kinora.site.context.site",
            ]
        },
    }
]

CACHES = {"default": {"BACKEND": "kinora.library.moderation.shared_cache.SharedCache"}}  # allauth counts there too
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "kinora.site.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_FORMS = {"signup": "kinora.site.accounts.KinoraSignupForm"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*" if _settings.email_host else "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "optional" if _settings.email_host else "none"  # the adapter asks for it where it must be
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""  # the adapter says the name of the site
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _site.scheme
SOCIALACCOUNT_ADAPTER = "kinora.site.accounts.SocialAdapter"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": _settings.oidc_apps()}}
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10
ACCOUNT_LOGOUT_ON_GET = False
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "/accounts/login/"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = _site.scheme == "http" and _site.hostname in ("localhost", "127.0.0.1")
MFA_FORMS = {"add_webauthn": "kinora.site.accounts.AddPasskeyForm"}
MFA_TOTP_ISSUER = _settings.site_name

EMAIL_BACKEND = "kinora.library.operating.mail.Backend"  # by the mail server that is set when something is sent
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = _settings.email_from or f"{_settings.site_name} <kinora@{_site.hostname}>"
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "kinora.site.error_pages.csrf_failure"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_NAME = "kinora_language"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _site.scheme == "https"
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "kinora.library.operating.logs.LineFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        },
        "json": {"()": "kinora.library.operating.logs.JsonFormatter"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": _settings.log_formatter()}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
}
