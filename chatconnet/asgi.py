"""What daphne serves: static files, pages through Django, `/ws/` through the chat's consumer."""

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

from chatconnet.env import use_settings_module

use_settings_module()
pages = get_asgi_application()

from chat.realtime.routing import sockets  # noqa: E402  (needs the apps loaded)
from chatconnet.statics import StaticFirst  # noqa: E402  (needs the settings)

application = ProtocolTypeRouter({"http": StaticFirst(pages), "websocket": sockets})
