"""The administration of the chat: an entrance like any other.

Looking costs at most twelve queries a list; every change goes through a service, and leaves a log entry.
Of private and direct rooms staff see nothing, unless a rule has flagged a message there: that message is
shown, and that the room exists. Superusers see which rooms there are and who is in them, never more of what
is said.
"""

from chat.admin import messages, people, rooms, rules, sanctions, server, work

__all__ = ["messages", "people", "rooms", "rules", "sanctions", "server", "work"]
