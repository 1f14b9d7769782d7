"""Who you are: people, bots and their sessions."""

from __future__ import annotations

import secrets
import zoneinfo
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import names


def new_public_id() -> str:
    """22 characters of base64url, 128 random bits: what outsiders know a row by."""
    return secrets.token_urlsafe(16)


def check_time_zone(name: str) -> None:
    """Raises ValidationError unless `name` is empty or an IANA time zone."""
    if name and name not in zoneinfo.available_timezones():
        raise ValidationError(_("This time zone is not known."), code="time_zone")


def check_language(code: str) -> None:
    """Raises ValidationError unless `code` is empty or one of the site's languages."""
    if code and code not in dict(settings.LANGUAGES):
        raise ValidationError(_("This language is not on offer."), code="language")


def check_theme(theme: str) -> None:
    """Raises ValidationError unless `theme` is one of `Theme`."""
    if theme not in Theme.values:
        raise ValidationError(_("This theme is not on offer."), code="theme")


class UserManager(BaseUserManager["User"]):
    def build(self, username: str, *, password: str | None = None, **fields: Any) -> User:
        """A user that is not stored yet, with its names normalised. Without `password` nobody can sign in.

        Raises ValidationError where a name breaks a rule; reserved names are allowed here.
        """
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.fold_names()
        names.check_username(user.username)
        return user

    def create_user(self, username: str, email: str = "", password: str | None = None, **fields: Any) -> User:
        user = self.build(username, email=email, password=password, **fields)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, username: str, email: str = "", password: str | None = None, **fields: Any
    ) -> User:
        return self.create_user(
            username, email, password, **fields | {"is_staff": True, "is_superuser": True}
        )

    def create_bots(self, usernames: Iterable[str]) -> list[User]:
        """Stores bots with one statement a thousand; they sign in with tokens only."""
        bots = [self.build(username, is_bot=True) for username in usernames]
        return self.bulk_create(bots, batch_size=1000)


class Theme(models.TextChoices):
    SYSTEM = "", _("As the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class User(AbstractBaseUser, PermissionsMixin):
    """A person or a bot. `skeleton` follows `username` at each save."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    username = models.CharField(
        _("user name"), max_length=names.USERNAME_MAX, validators=[names.check_username]
    )
    skeleton = models.CharField(
        max_length=255,
        unique=True,
        editable=False,
        error_messages={"unique": _("This user name looks too much like one that is taken.")},
    )
    display_name = models.CharField(
        _("display name"), max_length=names.DISPLAY_NAME_MAX, validators=[names.check_display_name]
    )
    email = models.EmailField(_("e-mail address"), blank=True)
    language = models.CharField(
        _("language"),
        max_length=8,
        blank=True,
        validators=[check_language],
        help_text=_("Empty: the browser’s."),
    )
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, validators=[check_time_zone])
    theme = models.CharField(_("theme"), max_length=5, blank=True, choices=Theme, default="", db_default="")
    enter_sends = models.BooleanField(
        _("Enter sends"),
        default=True,
        db_default=True,
        help_text=_("Off: Enter breaks the line, and Ctrl+Enter sends."),
    )
    single_keys = models.BooleanField(
        _("single keys"),
        default=True,
        db_default=True,
        help_text=_("Keys without Ctrl or Alt, such as R to reply. Turn this off if you use voice control."),
    )
    shows_activity = models.BooleanField(
        _("show activity"),
        default=True,
        db_default=True,
        help_text=_("Others see whether you are here, and that you are writing."),
    )
    is_bot = models.BooleanField(_("bot"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(
        _("staff"), default=False, help_text=_("May use the administration pages.")
    )
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            # Upper, because `username__iexact` compares so: the index also serves sign-in and mentions.
            models.UniqueConstraint(
                Upper("username"),
                name="accounts_user_username_ci",
                violation_error_message=_("This user name is taken."),
            ),
        ]
        indexes = [
            # Finds the accounts of an address at sign-in and reset. Not unique: an address belongs to one
            # account only once it is verified (allauth's EmailAddress), else anybody could block anybody's.
            models.Index(fields=["email"], condition=~Q(email=""), name="accounts_user_email"),
        ]

    def __str__(self) -> str:
        return self.username

    def fold_names(self) -> None:
        """Brings the names and the address into the form that is stored, and derives the skeleton."""
        self.username = names.normalize_username(self.username)
        self.skeleton = names.skeleton(self.username)
        self.display_name = self.display_name or self.username
        self.email = self.email.lower()

    def clean(self) -> None:
        self.fold_names()

    def save(self, *args: Any, **kwargs: Any) -> None:
        fields = kwargs.get("update_fields")
        if fields is None or "username" in fields:
            self.fold_names()
            kwargs["update_fields"] = fields and {*fields, "skeleton"}
        super().save(*args, **kwargs)

    @classmethod
    def normalize_username(cls, username: str) -> str:
        return names.normalize_username(username)

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name


class Session(AbstractBaseSession):
    """One browser's session. The row is the truth: without it, or past `expire_date`, the cookie is dead.

    `session_key` is the cookie's secret and changes with the password; `public_id` stays the same from
    sign-in to sign-out, so that sockets and lists of sessions name the session by it.
    """

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="sessions"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    address = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=200, blank=True)

    if TYPE_CHECKING:
        user_id: int | None

    @classmethod
    def get_session_store_class(cls) -> type[Any]:
        from accounts.sessions import SessionStore

        return SessionStore
