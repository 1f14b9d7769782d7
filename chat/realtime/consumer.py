"""The WebSocket's entrance: frames in, calls of services, frames out. It decides nothing about the chat."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from django.conf import settings
from django.http import parse_cookie
from django.utils import translation
from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header

from chat import access, frames
from chat.errors import Refused, SignedOut
from chat.limits import BadFrames, Limits
from chat.realtime import origins
from chat.realtime.hub import Hub, get_hub, shut_out
from chat.realtime.socket import AsgiOutlet, Send, Socket
from chat.realtime.threads import in_thread
from chat.realtime.together import Together
from chat.realtime.writer import Writer
from chat.services import live, messages, reading, rooms

RENDER_IN_THREAD = 500
BY_ITSELF = (frames.PingCommand, frames.SyncCommand)
"""What a client says whether somebody sits there or not."""
COMMANDS_THAT_ENTER = (frames.CreateCommand, frames.JoinCommand, frames.DirectCommand)

log = logging.getLogger(__name__)
limits = Limits()
writer = Writer()
arrivals = Together(access.arrivals)


async def deny(scope: dict[str, Any], send: Send, status: int, retry_after: float = 0) -> None:
    """An HTTP answer in place of the upgrade, where the server can give one."""
    if "websocket.http.response" in scope.get("extensions", {}):
        headers = [(b"retry-after", str(int(retry_after) + 1).encode())] if retry_after else []
        await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
        await send({"type": "websocket.http.response.body", "body": b""})
    else:
        await send({"type": "websocket.close"})


async def nowhere(scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Send) -> None:
    """What any other address of a WebSocket leads to."""
    await receive()
    await deny(scope, send, 404)


Handler = Callable[["ChatConsumer", Any], Awaitable[None]]


class ChatConsumer(AsyncConsumer):
    """One socket of one person: carries every room the person is in.

    It does not receive from the channel layer, as an error of the layer would end it: the hub does.
    """

    handlers: ClassVar[dict[type[frames.Command], Handler]]

    hub: Hub
    socket: Socket
    language: str

    async def __call__(
        self, scope: dict[str, Any], receive: Callable[[], Awaitable[dict[str, Any]]], send: Send
    ) -> None:
        """As the stock one, for a consumer that nothing else speaks to: without a task for each event."""
        self.scope = scope
        self.base_send = send
        try:
            while True:
                await self.dispatch(await receive())
        except StopConsumer:
            pass

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Without the stock thread hop a frame; whatever fails here closes one socket only."""
        match message["type"]:
            case "websocket.connect":
                await self._connect()
            case "websocket.receive":
                await self._receive(message.get("text"), message.get("bytes"))
            case "websocket.disconnect":
                self._disconnect()
                raise StopConsumer

    # --- The handshake ---------------------------------------------------------------------------

    async def _connect(self) -> None:
        self.socket = Socket(NOBODY, self.scope.get("outlet") or AsgiOutlet(self.send))
        headers = dict(self.scope["headers"])
        address = (self.scope.get("client") or ["unknown"])[0]
        if wait := limits.handshake_wait(address):
            await deny(self.scope, self.send, 429, wait)
            return
        authorization = headers.get(b"authorization", b"").decode("latin1")
        bearer = authorization[7:].strip() if authorization[:7].lower() == "bearer " else None
        allowed = bearer is not None or origins.is_allowed(headers.get(b"origin", b"").decode("latin1"))
        if not allowed or frames.SUBPROTOCOL not in self.scope["subprotocols"]:
            await deny(self.scope, self.send, 403)
            return
        await self.send({"type": "websocket.accept", "subprotocol": frames.SUBPROTOCOL})
        self.language = _accepted_language(headers.get(b"accept-language", b"").decode("latin1"))
        cookies = parse_cookie(headers.get(b"cookie", b"").decode("latin1"))
        session = cookies.get(settings.SESSION_COOKIE_NAME, "")
        try:
            await self._enter(access.Credential(session, bearer))
        except (SignedOut, Refused) as error:
            if isinstance(error, Refused) and error.code != "suspended":
                self.socket.close(frames.RESTART, error.code, retry_after=error.retry_after or 1)
            else:
                shut_out(self.socket, error)

    async def _enter(self, credential: access.Credential) -> None:
        """Signs in, welcomes, and begins to answer commands."""
        actor = await arrivals(credential)
        self.language = actor.language or self.language
        hub = get_hub()
        if settings.CHAT_LIMITS and hub.sockets_of(actor.id) >= settings.CHAT_SOCKETS_PER_USER:
            self.socket.close(frames.TOO_MANY_SOCKETS, "too_many_sockets")
            return
        self.socket.actor = actor
        self.hub = hub
        self.socket.answer(await hub.connect(self.socket))
        self._bad_frames = BadFrames()
        self._commands: asyncio.Queue[frames.Command] = asyncio.Queue(settings.CHAT_PENDING_MAX)
        self._sends = asyncio.Semaphore(settings.CHAT_PENDING_MAX)
        self._answering = asyncio.create_task(self._answer_commands())
        loop = asyncio.get_running_loop()
        self._sync_due = loop.call_later(
            settings.CHAT_SYNC_SECONDS, self.socket.close, frames.BROKEN, "no_sync"
        )

    def _disconnect(self) -> None:
        if hasattr(self, "hub"):
            self.hub.disconnect(self.socket)
        if hasattr(self, "_answering"):
            self._answering.cancel()
            self._sync_due.cancel()

    # --- Frames in -------------------------------------------------------------------------------

    async def _receive(self, text: str | None, data: bytes | None) -> None:
        if self.socket.closed or not hasattr(self, "hub"):
            return
        self.socket.heard_at = asyncio.get_running_loop().time()
        size = len(data or b"") if text is None else len(text)
        if size > settings.CHAT_FRAME_MAX or (text and _bytes(text) > settings.CHAT_FRAME_MAX):
            self.socket.close(frames.TOO_LARGE, "frame_too_large")
            return
        try:
            if text is None:
                raise frames.BadCommand(Refused("bad_frame"), None)
            command = frames.decode(text)
        except frames.BadCommand as bad:
            self._bad_command(bad)
        else:
            if isinstance(command, frames.SyncCommand):
                # It came in time; how long it takes is the server's affair.
                self._sync_due.cancel()
            await self._commands.put(command)

    def _bad_command(self, bad: frames.BadCommand) -> None:
        if bad.refused.code != "bad_field" and self._bad_frames.is_last():
            self.socket.close(frames.BROKEN, "bad_frames")
            return
        self._refuse(bad.re, bad.refused)

    async def _answer_commands(self) -> None:
        """In the order they came. Sends go to the writer, which keeps it; all else is done in turn."""
        while True:
            await self._answer(await self._commands.get())
            await self.socket.drained()

    async def _answer(self, command: frames.Command) -> None:
        socket = self.socket
        try:
            limits.check_command(socket.actor.id)
            if not isinstance(command, BY_ITSELF):
                self.hub.presence.acted(socket.actor.id)
            if isinstance(command, COMMANDS_THAT_ENTER):
                socket.entering += 1
                try:
                    await self.handlers[type(command)](self, command)
                finally:
                    socket.entering -= 1
                await self.hub.entered(socket)
            else:
                await self.handlers[type(command)](self, command)
        except Exception as error:  # noqa: BLE001 (an error answers, it does not close)
            self._failed(command.id, error)

    def _failed(self, re: str | None, error: BaseException) -> None:
        """An error never closes the socket, unless it says that the person may not be here at all."""
        if isinstance(error, Refused):
            self._refuse(re, error)
        elif isinstance(error, SignedOut):
            shut_out(self.socket, error)
        else:
            log.error("command failed", exc_info=error)
            self._refuse(re, Refused("internal"))

    def _refuse(self, re: str | None, refused: Refused) -> None:
        with translation.override(self.language):
            frame = frames.ErrorFrame(code=refused.code, detail=str(refused.detail))
        if re is not None:
            frame.re = re
        if refused.retry_after is not None:
            frame.retry_after = refused.retry_after
        if refused.field is not None:
            frame.field = refused.field
        if refused.message is not None:
            frame.message = refused.message
        self.socket.say(frame)

    def _ok(self, command: frames.Command, **result: Any) -> None:
        if command.id is not None:
            self.socket.say_soon(frames.OkFrame(re=command.id, **result))

    # --- Commands --------------------------------------------------------------------------------

    async def on_sync(self, command: frames.SyncCommand) -> None:
        await self.hub.sync(self.socket, command.epoch, command.rooms)
        self._ok(command)

    async def on_send(self, command: frames.SendCommand) -> None:
        limits.check_send(self.socket.actor.id)
        arguments = (
            self.socket.actor,
            command.room,
            command.key,
            command.body,
            command.reply_to,
            command.files or (),
        )
        if len(command.body) > RENDER_IN_THREAD:
            draft = await in_thread(messages.draft, *arguments)
        else:
            draft = messages.draft(*arguments)
        await self._sends.acquire()
        writer.post(draft).add_done_callback(lambda outcome: self._sent(command, outcome))

    def _sent(self, command: frames.SendCommand, outcome: asyncio.Future[frames.Message]) -> None:
        self._sends.release()
        if error := outcome.exception():
            self._failed(command.id, error)
        else:
            self._ok(command, message=outcome.result())

    async def on_edit(self, command: frames.EditCommand) -> None:
        actor = self.socket.actor
        self._ok(
            command,
            message=await in_thread(messages.edit, actor, command.message, command.body, command.pos),
        )

    async def on_delete(self, command: frames.DeleteCommand) -> None:
        self._ok(command, message=await in_thread(messages.delete, self.socket.actor, command.message))

    async def on_react(self, command: frames.ReactCommand) -> None:
        actor = self.socket.actor
        self._ok(
            command,
            message=await in_thread(messages.react, actor, command.message, command.emoji, command.on),
        )

    async def on_read(self, command: frames.ReadCommand) -> None:
        counts = await in_thread(
            reading.mark,
            self.socket.actor,
            command.room,
            command.seq,
            back=bool(command.back),
            origin=self.socket.name,
        )
        self._ok(command, read=counts.read, unread=counts.unread, mentions=counts.mentions)

    async def on_typing(self, command: frames.TypingCommand) -> None:
        if limits.passes_typing(self.socket.actor.id, command.room):
            await in_thread(live.typing, self.socket.actor, command.room)
        else:
            await in_thread(access.membership, self.socket.actor, command.room)
        self._ok(command)

    async def on_history(self, command: frames.HistoryCommand) -> None:
        page, more, more_after = await in_thread(
            reading.history,
            self.socket.actor,
            command.room,
            before=command.before,
            after=command.after,
            around=command.around,
            limit=command.limit,
        )
        newer = {} if more_after is None else {"more_after": more_after}
        self._ok(command, messages=page, more=more, **newer)

    async def on_create(self, command: frames.CreateCommand) -> None:
        limits.check_room(self.socket.actor.id)
        room = await in_thread(
            rooms.create, self.socket.actor, command.name, command.kind, command.topic or ""
        )
        await self._enter_room(command, room)

    async def on_direct(self, command: frames.DirectCommand) -> None:
        await self._enter_room(command, await in_thread(rooms.direct, self.socket.actor, command.user))

    async def on_join(self, command: frames.JoinCommand) -> None:
        await self._enter_room(command, await in_thread(rooms.join, self.socket.actor, command.room))

    async def on_update(self, command: frames.UpdateCommand) -> None:
        room = await in_thread(
            rooms.update,
            self.socket.actor,
            command.room,
            name=command.name,
            topic=command.topic,
            closed=command.closed,
        )
        await self._enter_room(command, room)

    async def _enter_room(self, command: frames.Command, room: frames.Room) -> None:
        await self.hub.enter(self.socket, room, lambda: self._ok(command, room=room))

    async def on_browse(self, command: frames.BrowseCommand) -> None:
        page, more = await in_thread(reading.browse, self.socket.actor, command.q, command.after)
        self._ok(command, rooms=page, more=more)

    async def on_people(self, command: frames.PeopleCommand) -> None:
        page, more = await in_thread(reading.people, self.socket.actor, command.q, command.after)
        self._ok(command, users=page, more=more)

    async def on_leave(self, command: frames.LeaveCommand) -> None:
        await in_thread(rooms.leave, self.socket.actor, command.room)
        self._ok(command)

    async def on_invite(self, command: frames.InviteCommand) -> None:
        self._ok(command, member=await in_thread(rooms.invite, self.socket.actor, command.room, command.user))

    async def on_remove(self, command: frames.RemoveCommand) -> None:
        self._ok(command, member=await in_thread(rooms.remove, self.socket.actor, command.room, command.user))

    async def on_role(self, command: frames.RoleCommand) -> None:
        actor = self.socket.actor
        self._ok(
            command,
            member=await in_thread(rooms.set_role, actor, command.room, command.user, command.role),
        )

    async def on_members(self, command: frames.MembersCommand) -> None:
        page, more = await in_thread(
            reading.members, self.socket.actor, command.room, command.q, command.after
        )
        self._ok(command, members=page, more=more)

    async def on_search(self, command: frames.SearchCommand) -> None:
        page, more = await in_thread(reading.search, self.socket.actor, command.q, command.before)
        self._ok(command, messages=page, more=more)

    async def on_ping(self, command: frames.PingCommand) -> None:
        pong = frames.PongFrame()
        if command.id is not None:
            pong.re = command.id
        if command.rooms:
            await self.hub.compare(self.socket, command.rooms)
            pong.rooms = await in_thread(reading.counts, self.socket.actor, list(command.rooms))
        self.socket.say(pong)


ChatConsumer.handlers = {
    frames.SyncCommand: ChatConsumer.on_sync,
    frames.SendCommand: ChatConsumer.on_send,
    frames.EditCommand: ChatConsumer.on_edit,
    frames.DeleteCommand: ChatConsumer.on_delete,
    frames.ReactCommand: ChatConsumer.on_react,
    frames.ReadCommand: ChatConsumer.on_read,
    frames.TypingCommand: ChatConsumer.on_typing,
    frames.HistoryCommand: ChatConsumer.on_history,
    frames.CreateCommand: ChatConsumer.on_create,
    frames.UpdateCommand: ChatConsumer.on_update,
    frames.DirectCommand: ChatConsumer.on_direct,
    frames.BrowseCommand: ChatConsumer.on_browse,
    frames.PeopleCommand: ChatConsumer.on_people,
    frames.JoinCommand: ChatConsumer.on_join,
    frames.LeaveCommand: ChatConsumer.on_leave,
    frames.InviteCommand: ChatConsumer.on_invite,
    frames.RemoveCommand: ChatConsumer.on_remove,
    frames.RoleCommand: ChatConsumer.on_role,
    frames.MembersCommand: ChatConsumer.on_members,
    frames.SearchCommand: ChatConsumer.on_search,
    frames.PingCommand: ChatConsumer.on_ping,
}

NOBODY = access.Actor(id=0, public_id="", name="", display="")


def _accepted_language(header: str) -> str:
    for code, _quality in parse_accept_lang_header(header):
        try:
            return get_supported_language_variant(code)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE


def _bytes(text: str) -> int:
    """The size of a text in UTF-8; the short way for most."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
