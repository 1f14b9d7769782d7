"""A client of the wire contract for tests: keeps to it strictly, and says where the server does not."""

from __future__ import annotations

import asyncio
import itertools
import json
import uuid
from types import TracebackType
from typing import Any, Self

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

PATIENCE_SECONDS = 30


class Refusal(Exception):
    """The server answered a command with an error."""

    def __init__(self, frame: dict[str, Any]) -> None:
        super().__init__(frame["code"], frame)
        self.code: str = frame["code"]
        self.frame = frame


class Client:
    """One socket. `positions` and `messages` are what a client must hold; `frames` is all that came.

    A `changes` frame that does not continue where the last one ended is a failed assertion, except
    between a `sync` and its answer.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        cookie: str | None = None,
        origin: str | None = None,
        forwarded_for: str | None = None,
        subprotocols: tuple[str, ...] = ("chatconnet.v1",),
    ) -> None:
        headers = {}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if cookie is not None:
            headers["Cookie"] = f"sessionid={cookie}"
        if forwarded_for is not None:
            headers["X-Forwarded-For"] = forwarded_for
        self._connecting = connect(
            url,
            subprotocols=list(subprotocols) or None,  # type: ignore[arg-type]
            origin=origin,  # type: ignore[arg-type]
            additional_headers=headers,
            user_agent_header=None,
            compression=None,
            max_size=None,
            open_timeout=PATIENCE_SECONDS,
            ping_interval=None,
        )
        self.frames: list[dict[str, Any]] = []
        self.positions: dict[str, int] = {}
        self.messages: dict[str, dict[int, dict[str, Any]]] = {}
        self.order: dict[str, list[tuple[int, int]]] = {}
        self.rooms: dict[str, dict[str, Any]] = {}
        self.syncing: set[str] = set()
        self._ids = itertools.count(1)
        self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._news = asyncio.Event()
        self.failure: BaseException | None = None

    async def __aenter__(self) -> Self:
        self.socket: ClientConnection = await self._connecting
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.socket.close()
        await self._reader
        if error is None and self.failure:
            raise self.failure

    async def open(self) -> Self:
        """Waits for the welcome and syncs from the heads it named."""
        await self.wait_for("welcome")
        await self.sync({})
        return self

    @property
    def welcome(self) -> dict[str, Any]:
        return next(frame for frame in self.frames if frame["type"] == "welcome")

    @property
    def close_code(self) -> int | None:
        return self.socket.close_code

    async def say(self, frame: dict[str, Any] | str | bytes) -> None:
        await self.socket.send(json.dumps(frame) if isinstance(frame, dict) else frame)

    async def ask(self, type: str, **fields: Any) -> dict[str, Any]:
        """The `ok` or `pong`; raises `Refusal` for an error."""
        return await (await self.start(type, **fields))

    async def start(self, type: str, **fields: Any) -> asyncio.Future[dict[str, Any]]:
        """Gives a command without waiting for its answer."""
        id = str(next(self._ids))
        answer = self._answers[id] = asyncio.get_running_loop().create_future()
        await self.say({"type": type, "id": id, **fields})
        return asyncio.ensure_future(self._within(answer, type))

    async def _within(self, answer: asyncio.Future[dict[str, Any]], type: str) -> dict[str, Any]:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                frame = await answer
        except TimeoutError:
            raise AssertionError(f"no answer to {type}; close code {self.close_code}") from None
        if frame["type"] == "error":
            raise Refusal(frame)
        return frame

    async def sync(self, positions: dict[str, int], epoch: str | None = None) -> dict[str, Any]:
        self.syncing |= positions.keys()
        self.positions |= positions
        return await self.ask("sync", epoch=epoch or self.welcome["epoch"], rooms=positions)

    async def send(self, room: str, body: str, key: str | None = None, **fields: Any) -> dict[str, Any]:
        answer = await self.ask("send", room=room, key=key or str(uuid.uuid4()), body=body, **fields)
        message: dict[str, Any] = answer["message"]
        return message

    async def wait_for(self, type: str, **fields: Any) -> dict[str, Any]:
        """The first frame, come or to come, of this type with these fields."""

        def found() -> dict[str, Any] | None:
            return next((f for f in self.frames if f["type"] == type and fields.items() <= f.items()), None)

        frame = await self.until(found, f"{type} {fields}")
        assert frame is not None
        return frame

    async def until(self, condition: Any, what: str = "condition") -> Any:
        """The condition's first true value."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not (value := condition()):
                    if self._reader.done():
                        raise AssertionError(f"closed with {self.close_code} while waiting for {what}")
                    self._news.clear()
                    await self._news.wait()
                return value
        except TimeoutError:
            raise AssertionError(f"waited in vain for {what}; last: {self.frames[-3:]}") from None

    async def closed(self) -> int | None:
        """The code that the server closes with."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._reader
        return self.close_code

    async def _read(self) -> None:
        try:
            async for text in self.socket:
                frame = msgspec.json.decode(text)
                self.frames.append(frame)
                self._apply(frame)
                self._news.set()
        except ConnectionClosed:
            pass
        except AssertionError as error:
            self.failure = error
            await self.socket.close()
        finally:
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(self.failure or AssertionError(f"closed with {self.close_code}"))
                    answer.exception()
            self._news.set()

    def _apply(self, frame: dict[str, Any]) -> None:
        match frame["type"]:
            case "welcome":
                for room in frame["rooms"]:
                    self.rooms[room["id"]] = room
                    self.positions[room["id"]] = room["head"]
            case "room":
                self._entered(frame["room"])
            case "reset":
                self.messages.pop(frame["room"], None)
                self.positions[frame["room"]] = frame["head"]
            case "revoked":
                self.positions.pop(frame["room"], None)
                self.rooms.pop(frame["room"], None)
            case "changes":
                self._changes(frame)
            case "ok" | "pong" | "error" if frame.get("re") in self._answers:
                if frame["type"] == "ok" and "room" in frame:
                    self._entered(frame["room"])
                answer = self._answers.pop(frame["re"])
                if not answer.done():
                    answer.set_result(frame)

    def _entered(self, room: dict[str, Any]) -> None:
        self.rooms[room["id"]] = room
        self.positions.setdefault(room["id"], room["head"])

    def _changes(self, frame: dict[str, Any]) -> None:
        room = frame["room"]
        assert room in self.positions, f"changes of a room that is not open: {frame}"
        if frame["from"] != self.positions[room]:
            assert room in self.syncing, (
                f"from {frame['from']} does not continue {self.positions[room]} of {room}"
            )
            return
        assert frame["to"] > frame["from"], f"an empty range: {frame}"
        self.syncing.discard(room)
        self.positions[room] = frame["to"]
        known = self.messages.setdefault(room, {})
        for message in frame["messages"]:
            self.order.setdefault(room, []).append((message["seq"], message["pos"]))
            if message["pos"] >= known.get(message["seq"], message)["pos"]:
                known[message["seq"]] = message
