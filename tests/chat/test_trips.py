from __future__ import annotations

import pytest
from django.db import DataError, connection, transaction

from chat.access import Actor
from chat.models import Room
from chat.trips import Statement, ask
from tests.support.people import say

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_rows_of_each_statement_come_in_its_order() -> None:
    with transaction.atomic():
        assert ask(Statement("SELECT 1", {}), Statement("SELECT %(a)s::int", {"a": 2})) == [[(1,)], [(2,)]]


def test_of_several_statements_the_one_that_failed_is_told_of() -> None:
    for _ in range(30):  # how much psycopg has heard of when it fails is a matter of chance
        with pytest.raises(DataError, match="division by zero"), transaction.atomic():
            ask(*[Statement("SELECT 1/0", {}), Statement("SELECT 1", {})] * 3)


def test_a_plan_made_while_there_were_no_messages_is_good_for_millions(garden: Room, bo: Actor) -> None:
    say(bo, garden)
    with transaction.atomic(), connection.cursor() as cursor:
        ask()  # plans are made under its settings
        cursor.execute("SELECT name FROM pg_prepared_statements WHERE statement LIKE '%FROM chat_wordrule%'")
        ((name,),) = cursor.fetchall()
        cursor.execute(f"EXPLAIN EXECUTE {name} (NULL, '[]', '[]')")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Scan using one_message_a_key" in plan
    assert "Index Cond: ((author_id = k.author) AND (key = k.key))" in plan
    assert "Scan using one_message_a_place" in plan
    assert "Seq Scan on chat_message" not in plan
