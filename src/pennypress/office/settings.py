"""Django's settings, worked out of the paper's configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pennypress.config import Config
from pennypress.messages.languages import catalogue_of
from pennypress.office.installation import Installation, install
from pennypress.readers.keys import Keys

PREFIX = "/-/pennypress/"
LANGUAGES = (("en", "English"), ("cy", "Cymraeg"), ("de", "Deutsch"), ("es", "Español"), ("fr", "Français"))
"""The languages in which the office's pages exist."""

_HERE = Path(__file__).parent
_DAY = 24 * 60 * 60
_MIDDLEWARE = (
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "pennypress.office.headers.SafeHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "pennypress.office.signin.joining.Joining",
    "auditlog.middleware.AuditlogMiddleware",
)
_APPS = (
    "pennypress.office.apps.OfficeConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "auditlog",
)


def configure(config: Config, keys: Keys) -> None:
    """Set Django up for this paper; once a process. Raises ConfigurationError for secrets that cannot be read."""
    import django
    from django.conf import settings

    install(Installation(config, keys))
    settings.configure(**values(config, keys))
    django.setup()


def values(config: Config, keys: Keys) -> dict[str, Any]:
    """Every setting of Django that differs from its own."""
    office = config.office
    newest, *older = (key.hex() for key in keys.derive("office"))
    secure = config.paper.secure
    host = urlsplit(config.paper.url).hostname if config.paper.url else None
    return {
        "SECRET_KEY": newest,
        "SECRET_KEY_FALLBACKS": older,
        "DEBUG": False,
        "ALLOWED_HOSTS": [host] if host else ["*"],
        "INSTALLED_APPS": list(_APPS),
        "MIDDLEWARE": list(_MIDDLEWARE),
        "ROOT_URLCONF": "pennypress.office.urls",
        "APPEND_SLASH": False,
        "DATABASES": {"default": database(config.store.records, config.base)},
        "TEMPLATES": [_templates(config)],
        "AUTH_USER_MODEL": "office.Account",
        "AUTHENTICATION_BACKENDS": ["allauth.account.auth_backends.AuthenticationBackend"],
        "LOGIN_URL": office.sign_in,
        "LOGIN_REDIRECT_URL": office.account,
        "USE_TZ": True,
        "TIME_ZONE": config.paper.timezone.key,
        "USE_I18N": True,
        "LANGUAGE_CODE": languages(config)[0],
        "LANGUAGES": [pair for pair in LANGUAGES if pair[0] in languages(config)],
        "LOCALE_PATHS": [str(_HERE / "locale")],
        "FORMAT_MODULE_PATH": "pennypress.office.formats",
        "LANGUAGE_COOKIE_NAME": "pennypress-language",
        "STATIC_URL": f"{PREFIX}static/",
        "WHITENOISE_USE_FINDERS": True,
        "WHITENOISE_AUTOREFRESH": False,
        "SESSION_COOKIE_NAME": "__Host-pennypress-account" if secure else "pennypress-account",
        "SESSION_COOKIE_AGE": int(office.session.total_seconds()),
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_USE_SESSIONS": True,
        "CSRF_FAILURE_VIEW": "pennypress.office.errors.csrf_failure",
        "CSRF_TRUSTED_ORIGINS": [config.paper.url] if config.paper.url else [],
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "X_FRAME_OPTIONS": "DENY",
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 10_000_000,
        "SILENCED_SYSTEM_CHECKS": ["urls.W002", "auth.W004"],
        "LOGGING_CONFIG": None,
        **mail(config),
        **allauth(config),
    }


def languages(config: Config) -> tuple[str, ...]:
    """The languages of the office's pages, of those that exist, the default first; English where none does."""
    known = {tag for tag, _ in LANGUAGES}
    wanted = config.office.languages or config.paper.languages
    chosen = dict.fromkeys(tag.partition("-")[0].lower() for tag in wanted if catalogue_of(tag) is not None)
    return tuple(tag for tag in chosen if tag in known) or ("en",)


def database(url: str, base: Path) -> dict[str, Any]:
    """Django's words for ``[store] records``."""
    if url.startswith("sqlite:"):
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(base / url.removeprefix("sqlite:")),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 10,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)) | {"connect_timeout": 3},
    }


def mail(config: Config) -> dict[str, Any]:
    """Django's words for ``[mail]``."""
    server = config.mail.server
    common = {"DEFAULT_FROM_EMAIL": config.mail.sender, "SERVER_EMAIL": config.mail.sender, "EMAIL_TIMEOUT": 10}
    if server.startswith("folder:"):
        folder = config.base / server.removeprefix("folder:")
        return {
            **common,
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": str(folder),
        }
    parts = urlsplit(server)
    secure = parts.scheme == "smtps"
    return {
        **common,
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname or "",
        "EMAIL_PORT": parts.port or (465 if secure else 587 if "starttls" in parts.scheme else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": _password(config),
        "EMAIL_USE_SSL": secure,
        "EMAIL_USE_TLS": parts.scheme == "smtp+starttls",
    }


def allauth(config: Config) -> dict[str, Any]:
    """The settings of django-allauth: accounts by mail address, without passwords."""
    return {
        "ACCOUNT_USER_MODEL_USERNAME_FIELD": None,
        "ACCOUNT_USER_MODEL_EMAIL_FIELD": "email",
        "ACCOUNT_LOGIN_METHODS": {"email"},
        "ACCOUNT_SIGNUP_FIELDS": ["email*"],
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "ACCOUNT_PREVENT_ENUMERATION": True,
        "ACCOUNT_ADAPTER": "pennypress.office.signin.adapters.Accounts",
        "MFA_ADAPTER": "pennypress.office.signin.adapters.SecondFactors",
        "SOCIALACCOUNT_ADAPTER": "pennypress.office.signin.adapters.Providers",
        "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
        "MFA_PASSKEY_LOGIN_ENABLED": True,
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": not config.paper.secure,
        "SOCIALACCOUNT_STORE_TOKENS": False,
        "SOCIALACCOUNT_EMAIL_AUTHENTICATION": False,
    }


def _password(config: Config) -> str:
    from pennypress.office.installation import installation

    file = config.mail.password
    return installation().secret(file, "[mail] password")[0] if file else ""


def _templates(config: Config) -> dict[str, Any]:
    own = [str(config.articles.templates / "office")] if config.articles.templates else []
    return {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": own,
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "pennypress.office.context.paper",
            ],
            "builtins": ["pennypress.office.templatetags.office"],
        },
    }
