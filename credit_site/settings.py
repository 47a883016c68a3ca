"""Settings, all from the environment; the embedded default (SQLite, no Redis) needs none of it set.

`DATABASE_URL` switches to PostgreSQL, `REDIS_URL` to Celery on Redis. In the embedded default the keys are made
once and kept in `var/`; with `DATABASE_URL` set they must be given, so that two processes never differ.
"""

from datetime import date
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from environs import Env
from redis.backoff import NoBackoff
from redis.retry import Retry

from credit_site.keys import key_from

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()

VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

EMBEDDED = not env.str("DATABASE_URL", "")
DEBUG = env.bool("DEBUG", False)
DEMONSTRATION = env.bool("DEMONSTRATION", EMBEDDED)

SECRET_KEY = key_from(env.str("SECRET_KEY", ""), VAR_DIR / "secret_key", required=not EMBEDDED)
# Personal data: first key encrypts, all decrypt. FIELD_HASH_KEY keys the look-up hash of document numbers.
FIELD_KEYS = env.list("FIELD_KEYS", []) or [key_from("", VAR_DIR / "field_key", required=not EMBEDDED)]
FIELD_HASH_KEY = key_from(env.str("FIELD_HASH_KEY", ""), VAR_DIR / "field_hash_key", required=not EMBEDDED)

# Demonstration only: pretend that today is another day (ISO date). Refused by a system check elsewhere.
PRETEND_TODAY: date | None = env.date("PRETEND_TODAY", None)

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "testserver"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])

INSTALLED_APPS = [
    "credit_site.apps.CreditSiteConfig",
    "disclosure.apps.DisclosureConfig",
    "repair.apps.RepairConfig",
    "incentives.apps.IncentivesConfig",
    "sanctions.apps.SanctionsConfig",
    "registry.apps.RegistryConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "simple_history",
    "rest_framework",
    "drf_spectacular",
    "oauth2_provider",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "credit_site.api.middleware.ApiMiddleware",
    "credit_site.middleware.DatabaseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "credit_site.middleware.QueryMiddleware",
    "credit_site.middleware.EntranceMiddleware",
    "axes.middleware.AxesMiddleware",
    "credit_site.middleware.DomainErrorMiddleware",
]

ROOT_URLCONF = "credit_site.urls"
WSGI_APPLICATION = "credit_site.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "credit_site.context.site",
            ],
        },
    }
]

if EMBEDDED:
    DATABASES: dict[str, dict[str, Any]] = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": VAR_DIR / "db.sqlite3",
            # Browser journeys have a server thread beside the test's own: in memory the two would share one
            # connection's locks, in a file they wait for one another.
            "TEST": {"NAME": env.str("TEST_SQLITE", None)},
            # IMMEDIATE takes the write lock when a transaction begins, so a reader never fails on upgrading to a
            # writer; WAL lets readers go on while one writes.
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
            },
        }
    }
else:
    DATABASES = {"default": env.dj_db_url("DATABASE_URL", conn_max_age=60, conn_health_checks=True)}
    if "postgres" in DATABASES["default"]["ENGINE"]:
        # jit: compiling a query of half a second takes longer than running it. The others: a worker that is killed, or
        # whose machine is gone, is noticed in seconds even inside a long query, and what it held is free.
        DATABASES["default"].setdefault("OPTIONS", {}).setdefault(
            "options",
            "-c jit=off -c client_connection_check_interval=2s -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2"
            " -c tcp_keepalives_count=3",
        )

# How long a request waits for a database that is restarting, before it is answered 503.
DATABASE_WAIT_SECONDS = env.float("DATABASE_WAIT_SECONDS", 4.0)

REDIS_URL = env.str("REDIS_URL", "")
# The cache only counts (requests and searches a minute). A Redis that does not answer must not hold up a request: one short try.
REDIS_CACHE_OPTIONS = {"socket_connect_timeout": 0.25, "socket_timeout": 0.25, "retry": Retry(NoBackoff(), 0)}
if REDIS_URL:
    CACHES: dict[str, dict[str, Any]] = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": REDIS_CACHE_OPTIONS,
        }
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "registry.base.shared_cache.SharedFileCache",
            "LOCATION": str(VAR_DIR / "cache"),
            "OPTIONS": {"MAX_ENTRIES": 1000},
        }
    }

# --- accounts -----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "registry.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "workbench"
LOGOUT_REDIRECT_URL = "disclosure:home"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "credit_site.adapters.ClosedAccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False  # office machines are shared: the session ends with the browser, or when idle
ACCOUNT_FORMS = {
    "login": "credit_site.forms.EntranceForm",
    "reauthenticate": "credit_site.forms.PasswordAgainForm",
    "change_password": "credit_site.forms.PasswordChangeForm",
}
MFA_ADAPTER = "credit_site.adapters.SealedMFAAdapter"
# axes locks, for passwords and codes alike (credit_site/forms.py); two counters would contradict each other.
ACCOUNT_RATE_LIMITS: dict[str, str] | bool = False
MFA_FORMS = {"authenticate": "credit_site.forms.CodeForm", "reauthenticate": "credit_site.forms.CodeAgainForm"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "县域信用监管平台"
# Officers must hold a second factor; the demonstration county lets them do without.
REQUIRE_SECOND_FACTOR = env.bool("REQUIRE_SECOND_FACTOR", not DEMONSTRATION)
AXES_FAILURE_LIMIT = env.int("AXES_FAILURE_LIMIT", 5)
AXES_COOLOFF_TIME = 0.5
# By name alone: a whole bureau sits behind one address and must not be locked out by one forgetful colleague.
AXES_LOCKOUT_PARAMETERS = ["username"]
# Beside it a limit far above a bureau's forgetfulness, against one password tried on many names.
LOGIN_FAILURES_AN_ADDRESS = env.int("LOGIN_FAILURES_AN_ADDRESS", 50)
AXES_CLIENT_IP_CALLABLE = "registry.views.addresses.request_address"
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
SESSION_COOKIE_AGE = env.int("SESSION_IDLE_SECONDS", 30 * 60)
SESSION_SAVE_EVERY_REQUEST = True  # the age counts from the last request: idle log-out
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "credit_site.views.errors.csrf_failure"
SECURE_SSL = env.bool("SECURE_SSL", not EMBEDDED)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL
SECURE_SSL_REDIRECT = SECURE_SSL
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
METRICS_TOKEN = env.str("METRICS_TOKEN", "")  # shown by monitoring; without it /metrics answers this machine alone
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_SSL else 0
# How many proxies of our own stand in front: the search throttle counts by the address that the outermost one saw.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
SEARCHES_A_MINUTE = env.int("SEARCHES_A_MINUTE", 30)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- language and time --------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

# --- files --------------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(VAR_DIR / "static")))  # the container image brings its own
STATICFILES_DIRS = [BASE_DIR / "templates" / "static"]
STORAGES = {
    "default": {"BACKEND": "registry.base.sealed_files.SealedFileStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG
MEDIA_ROOT = VAR_DIR / "private"  # never served by the web server: every download passes a view that logs it
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
EVIDENCE_MAX_BYTES = env.int("EVIDENCE_MAX_BYTES", 20 * 1024 * 1024)
# What anybody may hand in with a report of misconduct, at a time; at most three times as many files in all.
TIP_FILES_MOST = env.int("TIP_FILES_MOST", 5)
TIP_FILE_MAX_BYTES = env.int("TIP_FILE_MAX_BYTES", 10 * 1024 * 1024)
# Codes of departments that confirm claims of accounts besides the credit office.
CLAIM_DEPARTMENTS: list[str] = env.list("CLAIM_DEPARTMENTS", [])
TIPS_A_MINUTE = env.int("TIPS_A_MINUTE", 5)
TIP_CODES_A_MINUTE = env.int("TIP_CODES_A_MINUTE", 10)
CLAMD_ADDRESS = env.str("CLAMD_ADDRESS", "")  # host:port of a malware scanner
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", 50 * 1024 * 1024)
IMPORT_MAX_ROWS = env.int("IMPORT_MAX_ROWS", 100_000)
IMPORT_CHUNK_ROWS = env.int("IMPORT_CHUNK_ROWS", 2_000)  # rows taken in per transaction

# --- API ----------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    # Default deny: a view without a scope of its own lets nobody in, and a session is nobody here.
    "DEFAULT_AUTHENTICATION_CLASSES": ["registry.api.authentication.ClientAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["registry.api.authentication.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["registry.api.throttling.ClientThrottle"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["registry.api.rendering.ApiJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["registry.api.parsing.ApiJSONParser"],
    "EXCEPTION_HANDLER": "registry.api.problems.problem_response",
}
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"
OAUTH2_PROVIDER = {
    "SCOPES_BACKEND_CLASS": "registry.services.clients.ClientScopes",
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    # Tokens lie in the database as digests; what only other grants use stays shut.
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
}
API_REQUESTS_A_MINUTE = env.int("API_REQUESTS_A_MINUTE", 600)
API_TOKENS_A_MINUTE = env.int("API_TOKENS_A_MINUTE", 30)
# Where events may be pushed: https and public addresses, and what is named here (a county's own network, by CIDR).
WEBHOOK_HTTP = env.bool("WEBHOOK_HTTP", DEBUG or DEMONSTRATION)
_networks: list[str] = env.list("WEBHOOK_NETWORKS", [])
WEBHOOK_NETWORKS = [ip_network(text) for text in _networks]
# Signs the manifests of open data (32 bytes, URL-safe base64); without it a key is derived from SECRET_KEY.
OPEN_DATA_KEY = env.str("OPEN_DATA_KEY", "")
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.1",
    "TITLE": "县域信用监管平台接口",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "DESCRIPTION": "供县级部门业务系统使用：办理前核查、公开名单、联合惩戒任务、双公示和信用记录报送、事件推送、清单和政策。"
    "使用说明、版本与停用办法见 docs/api/README.md，事件推送见 docs/api/webhooks.md；公开名单的批量下载见网站的“开放数据”。",
    "WEBHOOKS": [
        f"credit_site.api.pushes.{name}"
        for name in (
            "entry_listed",
            "entry_changed",
            "entry_ended",
            "order_dispatched",
            "order_ending",
            "order_paused",
            "order_resumed",
            "record_voided",
            "record_changed",
        )
    ],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "registry.api.document.document_complete",
    ],
}

# --- history and jobs ---------------------------------------------------------------------------------------------
SIMPLE_HISTORY_REVERT_DISABLED = True
CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_LOST_WAIT = 2.0  # seconds until a killed child's message is given back; ten by default

# The county's other sites below the same domain are not ours to promise HTTPS for (W005, W021); lock-out goes by
# name alone on purpose, see AXES_LOCKOUT_PARAMETERS (W006).
SILENCED_SYSTEM_CHECKS = ["axes.W006", "security.W005", "security.W021"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "WARNING")},
    "loggers": {"axes": {"level": "ERROR"}},
}
