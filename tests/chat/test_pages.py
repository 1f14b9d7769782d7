"""The document of the chat."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from chat.access import Actor
from chat.models import Room
from tests.chat.test_admin import signed_in
from tests.support import people
from tests.support.people import say
from tests.support.wire import Recorder


def reader(actor: Actor) -> Client:
    return signed_in(User.objects.get(pk=actor.id))


def test_the_document_costs_as_many_queries_however_much_there_is(
    ana: Actor, bo: Actor, garden: Room, wire: Recorder, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Rooms and messages come by the socket."""
    client = reader(bo)
    pages = {"home": 3, "room": 6, "message": 7}
    for more in range(2):
        for n in range(10 * more):
            people.room(ana, bo, name=f"Room {n}")
            say(ana, garden, f"message {n}")
        seq = say(bo, garden, "Here").seq
        for name, number in pages.items():
            arguments = {"home": [], "room": [garden.slug], "message": [garden.slug, seq]}[name]
            with django_assert_num_queries(number):
                assert client.get(reverse(f"chat:{name}", args=arguments)).status_code == 200
