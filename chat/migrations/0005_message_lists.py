"""Indexes for lists of messages by time and by state; made without keeping anybody from writing."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("chat", "0004_server_facts")]

    operations = [
        AddIndexConcurrently("message", models.Index(fields=["at", "id"], name="message_at")),
        AddIndexConcurrently(
            "message",
            models.Index(fields=["id"], name="message_hidden", condition=models.Q(hidden_at__isnull=False)),
        ),
        AddIndexConcurrently(
            "message",
            models.Index(fields=["id"], name="message_held", condition=models.Q(held_at__isnull=False)),
        ),
        AddIndexConcurrently(
            "message",
            models.Index(fields=["id"], name="message_deleted", condition=models.Q(deleted_at__isnull=False)),
        ),
    ]
