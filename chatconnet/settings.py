"""Django's settings. Values that an operator may change are read through `env`."""

from __future__ import annotations

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from chatconnet import env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(env.text("CHAT_VAR", str(BASE_DIR / "var"), "Data folder: mail, static files, local services."))
HERE = env.site_here(VAR)

DEBUG = env.switch("DEBUG", False, "Django's debug pages. Never on a server that others reach.")
SECRET_KEY = env.text("SECRET_KEY", "", "Signs cookies and tokens; at least 50 random characters.")
SECRET_KEY = SECRET_KEY or HERE.get("SECRET_KEY", "")
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set. scripts/run makes one; a server needs its own.")
ALLOWED_HOSTS = env.items(
    "ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"], "Host names that are served, separated by commas."
)
HTTPS = env.switch("HTTPS", False, "The site is reached over https: secure cookies, HSTS, __Host- names.")

# --- Applications and requests -----------------------------------------------------------------
INSTALLED_APPS = [
    "allauth",
    "allauth.account",
    "django_celery_results",
    "accounts",
    "chat",
    "chatconnet",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "accounts.middleware.TimeZoneMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "chatconnet.urls"
ASGI_APPLICATION = "chatconnet.asgi.application"
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
                "accounts.context.page",
            ]
        },
    }
]

# --- Data --------------------------------------------------------------------------------------
DATABASE_URL = env.text("DATABASE_URL", "", "PostgreSQL 15 or newer: postgres://user:password@host/name")
DATABASE_URL = DATABASE_URL or HERE.get("DATABASE_URL", "")
REDIS_URL = env.text("REDIS_URL", "", "Redis 7 or Valkey: redis://host:port/0") or HERE.get("REDIS_URL", "")
if not DATABASE_URL or not REDIS_URL:
    raise ImproperlyConfigured("DATABASE_URL and REDIS_URL are not set. scripts/run starts both for you.")
DATABASE_THREADS = env.integer("DATABASE_THREADS", 8, "Threads a web process keeps for chat's own queries.")
DATABASES = {
    "default": environ.Env.db_url_config(DATABASE_URL)
    | {
        "ENGINE": "django.db.backends.postgresql",
        # Views run in a thread of their own each (ASGI), so connections are pooled by process, not kept by
        # thread; with health checks on, Django has the pool test a connection before it is handed out.
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": {
            # Lets `chat.trips` keep its plans; Django's own cursors never do.
            "prepare_threshold": 0,
            "pool": {
                "min_size": 1,
                "max_size": env.integer(
                    "DATABASE_CONNECTIONS", 20, "Connections to PostgreSQL a process may open at most."
                ),
                "timeout": env.number("DATABASE_WAIT_SECONDS", 5, "Longest wait for a free connection."),
            },
            # Compiling (JIT) takes longer than any query of a chat, and no disk seeks any more.
            "options": "-c jit=off -c random_page_cost=1.1 -c lock_timeout={}ms".format(
                env.integer("DATABASE_LOCK_MS", 5000, "Longest wait for a lock, in milliseconds.")
            ),
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "chatconnet.cache.ForgivingRedisCache", "LOCATION": REDIS_URL}}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": env.text(
            "CHANNEL_LAYER", "channels_redis.pubsub.RedisPubSubChannelLayer", "Class of the channel layer."
        ),
        "CONFIG": {
            "hosts": [{"address": REDIS_URL, "socket_timeout": 2, "socket_connect_timeout": 2}],
            "prefix": env.text("CHANNEL_PREFIX", "chat", "Names of this site's channels in Redis begin so."),
        },
    }
}

# --- People ------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_HASHERS = [
    "accounts.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = env.integer(
    "SESSION_SECONDS", 14 * 86400, "A session ends this long after its last use."
)
SESSION_ABSOLUTE_AGE = env.integer(
    "SESSION_MAX_SECONDS", 90 * 86400, "A session ends this long after its sign-in, used or not."
)
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
PASSWORD_RESET_TIMEOUT = 3600
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # user names are unique, without regard to case, by a constraint
CHAT_SIGNUP = env.switch(
    "CHAT_SIGNUP", True, "Strangers may sign up. Read at the first start; later an administrator says so."
)
EMAIL_VERIFICATION = env.text("EMAIL_VERIFICATION", "optional", "none, optional or mandatory.")

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "signup": "accounts.forms.SignupForm",
    "add_email": "accounts.forms.AddEmailForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "set_password": "accounts.forms.SetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
# Where no mails are sent, an address is of no use.
ACCOUNT_SIGNUP_FIELDS = [
    "username*",
    "email" if EMAIL_VERIFICATION == "none" else "email*",
    "password1*",
    "password2*",
]
ACCOUNT_EMAIL_VERIFICATION = EMAIL_VERIFICATION
# Sign-up tells nobody whether an address has an account, not even while verification is optional; until it is
# verified an address may stand in several accounts.
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"

# --- Limits (CHAT_LIMITS=off lifts rates, never sizes) -------------------------------------------
CHAT_LIMITS = env.switch("CHAT_LIMITS", True, "Rate limits. Off only for load tests on a closed machine.")
ACCOUNT_RATE_LIMITS = CHAT_LIMITS and {
    "login": "60/m/ip",
    "login_failed": "10/15m/key",  # the key is account and address: accounts.adapter
    "signup": "60/m/ip",
}
CHAT_BODY_MAX = env.integer("CHAT_BODY_MAX", 4000, "Longest message, in code points.")
CHAT_FRAME_MAX = env.integer("CHAT_FRAME_MAX", 64 * 1024, "Largest frame from a client, in bytes.")
CHAT_BAD_FRAMES = env.integer("CHAT_BAD_FRAMES", 20, "This many bad frames in a minute close the socket.")
CHAT_HEARTBEAT_SECONDS = env.integer("CHAT_HEARTBEAT_SECONDS", 30, "Clients ping at least this often.")
CHAT_SYNC_SECONDS = env.number("CHAT_SYNC_SECONDS", 10, "The first sync must come within this time.")
CHAT_SYNC_MAX = env.integer("CHAT_SYNC_MAX", 5000, "Catching up over more positions than this is a reset.")
CHAT_SEND_RATE = env.number(
    "CHAT_SEND_RATE", 1, "Messages a second and user, on average; each process counts for itself."
)
CHAT_SEND_BURST = env.integer("CHAT_SEND_BURST", 20, "Messages a user may send at once.")
CHAT_COMMAND_RATE = env.number(
    "CHAT_COMMAND_RATE", 2, "Commands a second and user, on average; each process counts for itself."
)
CHAT_COMMAND_BURST = env.integer("CHAT_COMMAND_BURST", 120, "Commands a user may give at once.")
CHAT_ROOMS_PER_HOUR = env.integer("CHAT_ROOMS_PER_HOUR", 5, "Rooms a user may create in an hour.")
CHAT_HANDSHAKES_PER_MINUTE = env.integer(
    "CHAT_HANDSHAKES_PER_MINUTE", 60, "Sockets an address may open at each process."
)
CHAT_SOCKETS_PER_USER = env.integer("CHAT_SOCKETS_PER_USER", 10, "Open sockets of one user at each process.")
CHAT_TYPING_SECONDS = env.number("CHAT_TYPING_SECONDS", 3, "One typing notice of a user passes in this time.")
CHAT_EDIT_SECONDS = env.integer("CHAT_EDIT_SECONDS", 86400, "How long authors may edit; moderators always.")
CHAT_REACTION_KINDS = env.integer("CHAT_REACTION_KINDS", 50, "Different emoji on one message.")
CHAT_PENDING_MAX = env.integer("CHAT_PENDING_MAX", 64, "Commands of one socket that may wait to be done.")
CHAT_OUTGOING_MAX = env.integer(
    "CHAT_OUTGOING_MAX", 512 * 1024, "Bytes that may wait for one socket to read them; past it, it is closed."
)
CHAT_HEADS_SECONDS = env.number("CHAT_HEADS_SECONDS", 1, "How often a process compares room heads.")
CHAT_PRESENCE_SECONDS = env.number(
    "CHAT_PRESENCE_SECONDS",
    10,
    "How often a process names its people; silent for three times that, it is forgotten.",
)
CHAT_AWAY_SECONDS = env.number("CHAT_AWAY_SECONDS", 600, "Who does nothing for so long is away.")
CHAT_RECHECK_SECONDS = env.number("CHAT_RECHECK_SECONDS", 2, "How often open sockets' rights are re-checked.")
CHAT_ORIGINS = env.items(
    "CHAT_ORIGINS",
    [],
    "Origins (scheme://host:port) that may open sockets. Empty: each address that is served.",
)
CSRF_TRUSTED_ORIGINS = CHAT_ORIGINS  # a proxy may speak https with browsers and http with us
CHAT_PROXIES = env.networks(
    "CHAT_PROXIES",
    [],
    "Addresses or networks of proxies, whose X-Forwarded-For and X-Forwarded-Proto are believed.",
)

# --- Background work -----------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = "django-db"
CELERY_RESULT_EXPIRES = 86400
CELERY_RESULT_EXTENDED = True  # else the results in the administration have no name
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_STORE_ERRORS_EVEN_IF_IGNORED = True  # the administration's front page counts them
CELERY_TASK_ACKS_LATE = True
# No task waits inside a worker: `visibility_timeout` below has to outlast one task's time limit, not several.
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for Redis however long it is away
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "global_keyprefix": env.text("CELERY_PREFIX", "chat:", "Names of this site's queues in Redis begin so."),
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    # With `expires`, a worker that comes back does not find a bell for each minute it was away.
    "sweep": {"task": "chat.sweep", "schedule": 60.0, "options": {"expires": 55}},
    "clear-sessions": {"task": "chat.clear_sessions", "schedule": 3600.0, "options": {"expires": 3500}},
}

# --- Mail ----------------------------------------------------------------------------------------
EMAIL_TIMEOUT = 10
EMAIL_URL = env.text("EMAIL_URL", "", "smtp+tls://user:password@host:587; empty: files in CHAT_VAR/mail.")
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "ChatConnet <chat@localhost>", "Sender of mails.")
if EMAIL_URL:
    vars().update(environ.Env.email_url_config(EMAIL_URL))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(VAR / "mail")

# --- Languages and time --------------------------------------------------------------------------
LANGUAGE_CODE = env.text("LANGUAGE_CODE", "en", "Language for those who ask for none: en or es.")
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

# --- Static files and headers --------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "chatconnet.storage.StaticStorage"},
}
MEDIA_ROOT = VAR / "media"
WHITENOISE_USE_FINDERS = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "object-src": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING, ERROR.")},
    "loggers": {
        "daphne": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        # Anybody can send any Host: its 400 says enough.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
