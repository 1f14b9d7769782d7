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
    for more in range(2):
        for n in range(10 * more):
            people.room(ana, bo, name=f"Room {n}")
            say(ana, garden, f"message {n}")
        seq = say(bo, garden, "Here").seq
        pages = {
            reverse("chat:home"): 4,
            reverse("chat:room", args=[garden.slug]): 6,
            reverse("chat:message", args=[garden.slug, seq]): 7,
        }
        for path, number in pages.items():
            with django_assert_num_queries(number):
                assert client.get(path).status_code == 200
