"""What models cannot say: half-filled pages for the rows that change at every message, and the server's row."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def make_server(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("chat", "Server").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("chat", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE chat_roomcursor SET (fillfactor = 50)",
            "ALTER TABLE chat_roomcursor RESET (fillfactor)",
        ),
        migrations.RunSQL(
            "ALTER TABLE chat_usercursor SET (fillfactor = 50)",
            "ALTER TABLE chat_usercursor RESET (fillfactor)",
        ),
        migrations.RunPython(make_server, migrations.RunPython.noop),
    ]
