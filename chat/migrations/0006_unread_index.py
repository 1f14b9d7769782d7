"""The unique index of a message's place gets what unread messages are counted by: a new one is made beside it
without keeping anybody from writing, and takes its place in a moment."""

from django.db import migrations, models

INCLUDED = ["author", "deleted_at", "hidden_at", "held_at"]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("chat", "0005_message_lists")]

    operations = [
        # One that failed half-way is begun again.
        migrations.RunSQL(
            "DROP INDEX CONCURRENTLY IF EXISTS one_message_a_place_new", migrations.RunSQL.noop
        ),
        migrations.RunSQL(
            "CREATE UNIQUE INDEX CONCURRENTLY one_message_a_place_new ON chat_message (room_id, seq)"
            " INCLUDE (author_id, deleted_at, hidden_at, held_at)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "BEGIN; ALTER TABLE chat_message DROP CONSTRAINT one_message_a_place;"
            " ALTER INDEX one_message_a_place_new RENAME TO one_message_a_place; COMMIT",
            "BEGIN; DROP INDEX one_message_a_place;"
            " ALTER TABLE chat_message ADD CONSTRAINT one_message_a_place UNIQUE (room_id, seq); COMMIT",
            state_operations=[
                migrations.RemoveConstraint("message", "one_message_a_place"),
                migrations.AddConstraint(
                    "message",
                    models.UniqueConstraint(
                        fields=["room", "seq"], include=INCLUDED, name="one_message_a_place"
                    ),
                ),
            ],
        ),
    ]
