"""allauth's forms in our words, and with our services behind them."""

from __future__ import annotations

from typing import Any

from allauth.account import forms
from allauth.core import context
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from accounts import names, services
from accounts.backends import of_address
from accounts.models import User

LABELS = {
    "login": _("User name or e-mail address"),
    "username": _("User name"),
    "email": _("E-mail address"),
    "oldpassword": _("Current password"),
    "password": _("Password"),
    "password1": _("Password"),
    "password2": _("The same password again"),
}
NEW_LABELS = LABELS | {"password1": _("New password"), "email": _("New e-mail address")}
HINTS = {
    "username": _("Others see it and mention you by it: letters, digits, “-” and “_”."),
    "password1": _("At least 12 characters. A few words that do not belong together are good."),
}
NEVER_SPELLED = {"autocapitalize": "none", "spellcheck": "false"}


class _Worded(Form):
    """Gives the fields our labels and hints; placeholders go, since they vanish when one types."""

    labels = LABELS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self._focus(next(iter(self.fields), ""))
        for name, field in self.fields.items():
            field.label = self.labels.get(name, field.label)
            field.help_text = HINTS.get(name, field.help_text)
            field.widget.attrs.pop("placeholder", None)
            if name in {"login", "username"}:
                field.widget.attrs |= NEVER_SPELLED | {"autocomplete": "username"}

    def full_clean(self) -> None:
        """Also leads to the first field that is wrong."""
        super().full_clean()
        wrong = next((name for name in self.fields if name in self.errors), None)
        if wrong:
            self._focus(wrong)

    def _focus(self, chosen: str) -> None:
        for name, field in self.fields.items():
            field.widget.attrs.pop("autofocus", None)
            if name == chosen:
                field.widget.attrs["autofocus"] = True


class LoginForm(_Worded, forms.LoginForm):  # type: ignore[misc]
    def clean_login(self) -> str:
        return names.normalize_username(self.cleaned_data["login"])

    def user_credentials(self) -> dict[str, Any]:
        """Names and addresses cannot be mistaken for each other: tried as one of them only, a login costs
        one password check, whether there is such an account or not."""
        credentials: dict[str, Any] = super().user_credentials()
        if "email" in credentials:
            credentials.pop("username", None)
        return credentials


class SignupForm(_Worded, forms.SignupForm):  # type: ignore[misc]
    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Account and address in one transaction; a name taken since it was checked shows the form again."""
        try:
            with transaction.atomic():
                user, response = super().try_save(request)
        except ValidationError as error:
            self.add_error("username", error)
            return None, render(request, "account/signup.html", {"form": self})
        return user, response


class AddEmailForm(_Worded, forms.AddEmailForm):  # type: ignore[misc]
    labels = NEW_LABELS


class ReauthenticateForm(_Worded, forms.ReauthenticateForm):  # type: ignore[misc]
    pass


class ResetPasswordForm(_Worded, forms.ResetPasswordForm):  # type: ignore[misc]
    def clean_email(self) -> str:
        email: str = super().clean_email()
        self.users = [user for user in of_address(email) if user.is_active]
        return email


class ChangePasswordForm(_Worded, forms.ChangePasswordForm):  # type: ignore[misc]
    labels = NEW_LABELS

    def save(self) -> None:
        _set_password_from_inside(self)


class SetPasswordForm(_Worded, forms.SetPasswordForm):  # type: ignore[misc]
    def save(self) -> None:
        _set_password_from_inside(self)


class ResetPasswordKeyForm(_Worded, forms.ResetPasswordKeyForm):  # type: ignore[misc]
    labels = NEW_LABELS

    def save(self) -> None:
        """Whoever comes by mail may have lost the account to somebody: every session ends, this one too."""
        request: Any = context.request
        if request.user.is_authenticated:
            logout(request)
        services.set_password(self.user, self.cleaned_data["password1"])


def _set_password_from_inside(form: Any) -> None:
    services.set_password(form.user, form.cleaned_data["password1"], keep=context.request.session.session_key)
