"""allauth's forms, where ours do more."""

from __future__ import annotations

from typing import Any

from allauth.account import forms
from allauth.core import context
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import names, services
from accounts.models import User


class LoginForm(forms.LoginForm):  # type: ignore[misc]
    def clean_login(self) -> str:
        return names.normalize_username(self.cleaned_data["login"])


class SignupForm(forms.SignupForm):  # type: ignore[misc]
    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Account and address in one transaction; a name taken since it was checked shows the form again."""
        try:
            with transaction.atomic():
                user, response = super().try_save(request)
        except ValidationError as error:
            self.add_error("username", error)
            return None, render(request, "account/signup.html", {"form": self})
        return user, response


class ChangePasswordForm(forms.ChangePasswordForm):  # type: ignore[misc]
    def save(self) -> None:
        services.set_password(
            self.user, self.cleaned_data["password1"], keep=context.request.session.session_key
        )


class SetPasswordForm(forms.SetPasswordForm):  # type: ignore[misc]
    def save(self) -> None:
        services.set_password(
            self.user, self.cleaned_data["password1"], keep=context.request.session.session_key
        )


class ResetPasswordKeyForm(forms.ResetPasswordKeyForm):  # type: ignore[misc]
    def save(self) -> None:
        """Whoever comes by mail may have lost the account to somebody: every session ends, this one too."""
        request: Any = context.request
        if request.user.is_authenticated:
            logout(request)
        services.set_password(self.user, self.cleaned_data["password1"])
