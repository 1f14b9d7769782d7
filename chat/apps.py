from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "chat"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Chat"

    def ready(self) -> None:
        from chat import receivers

        receivers.connect()
