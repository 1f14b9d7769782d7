"""The first steps of an administrator, as one form."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from chat.errors import Refused
from chat.models import Server
from chat.services import server


class SetUpForm(forms.Form):
    """Shows what the server is; `save` stores it and makes the rooms, or ties a refusal to its field."""

    name = forms.CharField(label=_("Name of the server"), max_length=Server.NAME_MAX)
    description = forms.CharField(
        label=_("What it is for"),
        max_length=Server.DESCRIPTION_MAX,
        required=False,
        help_text=Server._meta.get_field("description").help_text,
    )
    registration = forms.ChoiceField(
        label=_("Who may sign up"), choices=Server.Registration.choices, widget=forms.RadioSelect
    )
    rooms = forms.CharField(
        label=_("First rooms"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One name a line. New members join these rooms by themselves."),
    )

    def save(self, by: User) -> bool:
        values = dict(self.cleaned_data)
        names = [name for line in values.pop("rooms").splitlines() if (name := line.strip())]
        try:
            with transaction.atomic():
                server.describe(by, **values)
                server.first_rooms(by, names)
                server.finish_set_up(by)
        except Refused as refusal:
            self.add_error("rooms", str(refusal.detail))
        except ValidationError as error:
            self.add_error(None, error)
        return not self.errors
