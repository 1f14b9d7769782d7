from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from chat.models.room import Room

if TYPE_CHECKING:
    from datetime import datetime

    Time = models.DateTimeField[datetime | None, datetime | None]


class Message(models.Model):
    """One message. `seq` is its place in the room, `pos` the position of its latest change.

    `digest` (SHA-256 of room, text, reply and files as first sent) never changes: a repeat of `key` is
    compared with it also after an edit, a deletion or a purge. A deleted message stays as a tombstone.
    """

    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="messages", db_index=False)
    seq = models.BigIntegerField()
    pos = models.BigIntegerField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="messages",
        db_index=False,
        verbose_name=_("author"),
    )
    key = models.UUIDField()
    digest = models.BinaryField(max_length=32)
    body = models.TextField(_("text"), blank=True)
    html = models.TextField(blank=True)
    at = models.DateTimeField(_("time"))
    reply_to = models.BigIntegerField(
        _("reply to"), null=True, help_text=_("The number of the message answered, same room.")
    )
    edited_at: Time = models.DateTimeField(_("edited"), null=True)
    deleted_at: Time = models.DateTimeField(_("deleted"), null=True)
    hidden_at: Time = models.DateTimeField(_("hidden"), null=True)
    held_at: Time = models.DateTimeField(_("held"), null=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            # history pages and permalinks; with what it includes, queries.counts reads nothing else
            models.UniqueConstraint(
                fields=["room", "seq"],
                include=["author", "deleted_at", "hidden_at", "held_at"],
                name="one_message_a_place",
            ),
            # sending is idempotent, for ever
            models.UniqueConstraint(fields=["author", "key"], name="one_message_a_key"),
        ]
        indexes = [
            # queries.changes: catching up is one range of it
            models.Index(fields=["room", "pos"], name="message_pos"),
            # admin.overview: messages a day, who wrote today; queries.search: the newest first
            models.Index(fields=["at", "id"], name="message_at"),
            # admin.messages.StateFilter: what is out of the ordinary; hardly any row is in them
            models.Index(fields=["id"], name="message_hidden", condition=models.Q(hidden_at__isnull=False)),
            models.Index(fields=["id"], name="message_held", condition=models.Q(held_at__isnull=False)),
            models.Index(fields=["id"], name="message_deleted", condition=models.Q(deleted_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.room_id}.{self.seq}"


class MessageVersion(models.Model):
    """What a message said before an edit: version 1 is the text as first sent."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="versions", db_index=False)
    number = models.IntegerField()
    body = models.TextField()
    at = models.DateTimeField()
    editor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "number"], name="one_version_a_number")]


class MessageSearch(models.Model):
    """The words of a message. Apart from it, since each change of `pos` would rewrite these indexes too."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, primary_key=True, related_name="search")
    vector = SearchVectorField()

    class Meta:
        indexes = [GinIndex(fields=["vector"], name="message_words")]


class Mention(models.Model):
    """A member named in the present text of a message."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+", db_index=False)
    seq = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "user"], name="one_mention")]
        indexes = [
            # queries.counts: mentions of a person after the read mark
            models.Index(fields=["user", "room", "seq"], name="mention_of"),
        ]


class Reaction(models.Model):
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="reactions", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    emoji = models.CharField(max_length=32)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            # also the order in which a message's reactions are read
            models.UniqueConstraint(fields=["message", "emoji", "user"], name="one_reaction")
        ]
