"""What happens to people and their sessions: one function a change, each in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import hooks, names
from accounts.models import Session, User, check_language, check_theme, check_time_zone


def sign_up(user: User) -> User:
    """Stores a new person, built by the caller, together with all that receivers of `signed_up` add to it.

    Raises ValidationError where another sign-up took the name, or one that looks like it, in the meantime.
    """
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            hooks.signed_up.send(sender=User, user=user)
    except IntegrityError as error:
        if User.objects.filter(skeleton=user.skeleton).exists():
            raise name_taken() from error
        raise
    return user


def check_name_free(username: str) -> None:
    """Raises ValidationError where `username`, normalised, is taken or looks like one that is."""
    if (
        User.objects.filter(username__iexact=username).exists()
        or User.objects.filter(skeleton=names.skeleton(username)).exists()
    ):
        raise name_taken()


def name_taken() -> ValidationError:
    return ValidationError(
        _("This user name is taken, or looks too much like one that is."), code="username_taken"
    )


def create_administrator(username: str, password: str, email: str = "") -> User:
    """A new superuser, joined to whatever new people join; the name may be a reserved one."""
    return sign_up(
        User.objects.build(username, password=password, email=email, is_staff=True, is_superuser=True)
    )


def set_password(user: User, password: str, *, keep: str | None = None) -> None:
    """A new password, already validated; ends the user's sessions but the one whose session key is `keep`."""
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        _end(user.sessions.exclude(session_key=keep))
        hooks.announce_access_changed([user.pk])


CHECKS: dict[str, Callable[[str], None]] = {
    "display_name": names.check_display_name,
    "language": check_language,
    "time_zone": check_time_zone,
    "theme": check_theme,
}


def change_profile(user: User, **changes: str) -> None:
    """What others see of somebody, and how the pages look to them; fields that are not named stay.

    Raises ValidationError, by field, where a value is not acceptable; then nothing is changed.
    """
    errors = {}
    for field, value in changes.items():
        try:
            CHECKS[field](value)
        except ValidationError as error:
            errors[field] = error
    if errors:
        raise ValidationError(errors)
    with transaction.atomic():
        if "display_name" in changes:
            changes["display_name"] = names.clean_display_name(changes["display_name"])
            hooks.announce_appearance_changed([user.pk])
        _store(user, changes)


def change_keys(user: User, *, enter_sends: bool, single_keys: bool) -> None:
    """What the keyboard does in the chat."""
    _store(user, {"enter_sends": enter_sends, "single_keys": single_keys})


def change_privacy(user: User, *, shows_activity: bool) -> None:
    """Whether others see that somebody is here and writes, from now on."""
    with transaction.atomic():
        _store(user, {"shows_activity": shows_activity})
        hooks.announce_appearance_changed([user.pk])


def deactivate(user: User, *, actor: User) -> None:
    """Locks the user out, at once and on every device; twice is once.

    Raises PermissionDenied for oneself, and for a superuser unless the actor is one too.
    """
    _check_may_judge(user, actor)
    with transaction.atomic():
        user.is_active = False
        user.save(update_fields=["is_active"])
        _end(user.sessions.all())
        hooks.announce_access_changed([user.pk])


def reactivate(user: User, *, actor: User) -> None:
    """Lets the user sign in again. Raises as `deactivate` does."""
    _check_may_judge(user, actor)
    with transaction.atomic():
        user.is_active = True
        user.save(update_fields=["is_active"])
        hooks.announce_access_changed([user.pk])


def change_rights(user: User, *, actor: User, is_staff: bool, is_superuser: bool) -> None:
    """Who may use the administration. Raises PermissionDenied unless a superuser does it to somebody else."""
    if not actor.is_superuser:
        raise PermissionDenied
    _check_may_judge(user, actor)
    user.is_staff = is_staff
    user.is_superuser = is_superuser
    user.save(update_fields=["is_staff", "is_superuser"])


def end_session(session_key: str) -> None:
    """Signs out one browser; unknown keys are ignored."""
    _end(Session.objects.filter(session_key=session_key))


def end_own_session(user: User, public_id: str) -> int:
    """Signs out one browser of this user; returns 0 where it has ended already, or is somebody else's."""
    return _end(user.sessions.filter(public_id=public_id))


def end_other_sessions(user: User, *, keep: str | None) -> int:
    """Signs the user out everywhere but in the session with the key `keep`; returns how many were ended."""
    return _end(user.sessions.exclude(session_key=keep))


def end_all_sessions(user: User) -> int:
    """Signs the user out everywhere; returns how many sessions were ended."""
    return _end(user.sessions.all())


def _check_may_judge(user: User, actor: User) -> None:
    if user == actor or (user.is_superuser and not actor.is_superuser):
        raise PermissionDenied


def _store(user: User, values: Mapping[str, object]) -> None:
    for field, value in values.items():
        setattr(user, field, value)
    user.save(update_fields=list(values))


def _end(sessions: QuerySet[Session]) -> int:
    with transaction.atomic():
        users = set(User.objects.filter(sessions__in=sessions).values_list("pk", flat=True))
        ended, _models = sessions.delete()
        hooks.announce_access_changed(users)
    return ended
