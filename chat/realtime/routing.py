from django.urls import path, re_path

from chat.realtime.consumer import ChatConsumer, nowhere

websocket_urlpatterns = [
    path("ws/", ChatConsumer.as_asgi()),
    re_path("", nowhere),  # type: ignore[arg-type]  # Channels puts applications in the place of views
]
