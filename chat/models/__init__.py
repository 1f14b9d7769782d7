"""What is stored: tables, constraints and the indexes that name the queries they serve. No I/O."""

from chat.models.bot import BotToken
from chat.models.membership import Block, Membership, UserCursor
from chat.models.message import Mention, Message, MessageSearch, MessageVersion, Reaction
from chat.models.moderation import Flag, Sanction, WordRule
from chat.models.room import Room, RoomCursor, public_id
from chat.models.server import Server, new_epoch
from chat.models.work import Lease, PendingCheck

__all__ = [
    "Block",
    "BotToken",
    "Flag",
    "Lease",
    "Membership",
    "Mention",
    "Message",
    "MessageSearch",
    "MessageVersion",
    "PendingCheck",
    "Reaction",
    "Room",
    "RoomCursor",
    "Sanction",
    "Server",
    "UserCursor",
    "WordRule",
    "new_epoch",
    "public_id",
]
