"""Sentences of Django and allauth that people see here, marked so that our translation goes before theirs."""

from __future__ import annotations

from django.utils.translation import gettext_noop

THEIRS = (
    gettext_noop("Enter a valid email address."),
    gettext_noop("Forgot your password?"),
    gettext_noop("Invalid login."),
    gettext_noop("Please type your current password."),
    gettext_noop("You have confirmed %(email)s."),
    gettext_noop("You have signed out."),
    gettext_noop("You must type the same password each time."),
    gettext_noop("Your primary email address must be verified."),
)
