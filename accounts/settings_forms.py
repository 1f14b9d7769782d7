"""What people may set for themselves, a form a page. Services check the values."""

from __future__ import annotations

import zoneinfo
from itertools import groupby
from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts import names, services
from accounts.models import Theme, User

Choices = list[Any]


class SettingsForm(forms.Form):
    """Begins with what the user has; `save` stores it, or ties what the service refuses to the fields."""

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data, initial={name: getattr(user, name) for name in self.base_fields})
        self.label_suffix = ""
        self.user = user

    def save(self) -> bool:
        try:
            self.store()
        except forms.ValidationError as error:
            self.add_error(None, error)
        return not self.errors

    def store(self) -> None:
        services.change_profile(self.user, **self.cleaned_data)


class ProfileForm(SettingsForm):
    display_name = forms.CharField(
        label=_("Display name"),
        max_length=names.DISPLAY_NAME_MAX,
        help_text=_("Shown beside your messages."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


def languages() -> Choices:
    return [("", _("As the browser")), *settings.LANGUAGES]


def time_zones() -> Choices:
    """IANA's names by continent; those without one are old aliases."""
    zones = sorted(name for name in zoneinfo.available_timezones() if "/" in name)
    named = [(name, name.partition("/")) for name in zones if not name.startswith(("Etc/", "SystemV/"))]
    groups = groupby(named, key=lambda zone: zone[1][0])
    return [
        ("", _("As the browser")),
        *(
            (continent, [(name, place.replace("_", " ")) for name, (_start, _slash, place) in members])
            for continent, members in groups
        ),
        ("UTC", "UTC"),
    ]


class LanguageForm(SettingsForm):
    language = forms.ChoiceField(label=_("Language"), required=False, choices=languages)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False, choices=time_zones)


class AppearanceForm(SettingsForm):
    theme = forms.ChoiceField(
        label=_("Theme"), required=False, choices=Theme.choices, widget=forms.RadioSelect
    )


def switch(name: str) -> forms.BooleanField:
    """For a yes or no of the user, in the words of the model."""
    field: Any = User._meta.get_field(name)
    return forms.BooleanField(label=capfirst(field.verbose_name), required=False, help_text=field.help_text)


class PrivacyForm(SettingsForm):
    shows_activity = switch("shows_activity")

    def store(self) -> None:
        services.change_privacy(self.user, **self.cleaned_data)


class KeysForm(SettingsForm):
    enter_sends = switch("enter_sends")
    single_keys = switch("single_keys")

    def store(self) -> None:
        services.change_keys(self.user, **self.cleaned_data)
