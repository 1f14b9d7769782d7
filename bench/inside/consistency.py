"""Whether what is stored fits together; run in a site's shell by bench/page.py, prints mistakes as JSON.

Counted from the rows themselves, not by the queries that the site uses.
"""

from __future__ import annotations

import json
import random

from django.db import connection

from accounts.models import User
from chat import queries
from chat.models import Room

READERS = 50

# Each change of a room took one position. A message keeps its first and its last one only, so the number of
# changes tells that none was left out, and those that are kept tell that none was taken twice.
POSITIONS = """
WITH changes AS (
    SELECT room_id, pos, 1 AS n FROM chat_membership
    UNION ALL SELECT room_id, pos, 1 FROM chat_message WHERE pos <> seq
    UNION ALL SELECT room_id, seq, 1 FROM chat_message
), places AS (
    SELECT room_id, count(*) AS kept, count(DISTINCT pos) AS places, max(pos) AS last, min(pos) AS first
    FROM changes GROUP BY room_id
), made AS (
    SELECT room_id, sum(n) AS n FROM (
        SELECT room_id, count(*) AS n FROM chat_membership GROUP BY room_id
        UNION ALL SELECT room_id, count(*) + count(deleted_at) FROM chat_message GROUP BY room_id
        UNION ALL SELECT m.room_id, count(*) FROM chat_reaction r
            JOIN chat_message m ON m.id = r.message_id GROUP BY m.room_id
        UNION ALL SELECT m.room_id, count(*) FROM chat_messageversion v
            JOIN chat_message m ON m.id = v.message_id GROUP BY m.room_id
    ) AS each GROUP BY room_id
)
SELECT count(*) FILTER (WHERE p.kept <> p.places) AS taken_twice,
       count(*) FILTER (WHERE c.head <> p.last) AS head_is_not_the_last,
       count(*) FILTER (WHERE c.head <> made.n) AS holes,
       count(*) FILTER (WHERE p.first < 1) AS before_the_first
FROM chat_roomcursor c LEFT JOIN places p USING (room_id) LEFT JOIN made USING (room_id)
WHERE c.head > 0
"""

ORDER = """
SELECT count(*) FROM (
    SELECT at < lag(at) OVER (PARTITION BY room_id ORDER BY seq) AS is_back FROM chat_message
) AS each WHERE is_back
"""

MARKS = """
SELECT count(*) FROM chat_membership m JOIN chat_roomcursor c USING (room_id) WHERE m.read_seq > c.head
"""

UNREAD = """
SELECT m.room_id, m.read_seq,
       least(1000, count(*) FILTER (WHERE is_new)),
       least(1000, count(*) FILTER (WHERE is_new AND t.user_id IS NOT NULL))
FROM chat_membership m
LEFT JOIN LATERAL (
    SELECT *, x.seq > m.read_seq AND x.author_id <> m.user_id AND x.deleted_at IS NULL AS is_new
    FROM chat_message x WHERE x.room_id = m.room_id OFFSET 0
) AS x ON true
LEFT JOIN chat_mention t ON t.message_id = x.id AND t.user_id = m.user_id
WHERE m.user_id = %s GROUP BY m.room_id, m.read_seq
"""


def one_row(sql: str) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return dict(zip([column.name for column in cursor.description or ()], cursor.fetchone(), strict=True))


def wrong_badges() -> int:
    """Rooms of some people whose counts differ from what one counts by hand."""
    rooms = list(Room.objects.values_list("pk", flat=True))
    people = list(User.objects.filter(memberships__isnull=False).distinct().order_by("pk"))
    wrong = 0
    for person in random.Random(1).sample(people, min(READERS, len(people))):  # noqa: S311
        with connection.cursor() as cursor:
            cursor.execute(UNREAD, [person.pk])
            counted = {room: tuple(numbers) for room, *numbers in cursor.fetchall()}
        shown = queries.counts(person.pk, rooms)
        wrong += len(shown.keys() ^ counted.keys())
        wrong += sum((one.read, one.unread, one.mentions) != counted.get(room) for room, one in shown.items())
    return wrong


mistakes = {
    **one_row(POSITIONS),
    "time_runs_back": one_row(ORDER)["count"],
    "read_past_the_head": one_row(MARKS)["count"],
    "wrong_badges": wrong_badges(),
}
print(json.dumps(mistakes))  # noqa: T201 - it is what the caller reads
