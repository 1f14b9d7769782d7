"""Several statements in one trip to PostgreSQL, for what happens with every message.

A trip costs more than most statements: two threads wake up, and ours waits for Python's lock on its way back.
And planning costs more than running what reads a handful of rows, so it is done once a connection.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from django.db import connection
from psycopg import Cursor
from psycopg.errors import PipelineAborted


class Statement(NamedTuple):
    """A statement of the program's own, and its parameters. Rows are given to it as one JSON document
    (`document`): to write an array of each column costs Python more.

    Its plan is kept as long as the connection. To be good for tables of any size it looks up each row given
    by itself (LATERAL … LIMIT 1): a join, planned while a table was small, would read the whole of it.
    """

    sql: str
    values: dict[str, Any]


# For the same reason: of a table of one page the index is not worth while. And a plan for just these values
# would be no better.
_ALWAYS_ONE_PLAN = Statement(
    """
    SELECT set_config('enable_seqscan', 'off', true),
           set_config('plan_cache_mode', 'force_generic_plan', true)
    """,
    {},
)


def document(rows: Iterable[object]) -> str:
    """Rows (objects or dictionaries) for `json_to_recordset`."""
    return msgspec.json.encode(list(rows)).decode()


def ask(*statements: Statement) -> list[list[tuple[Any, ...]]]:
    """Runs these statements one after the other, in one trip and in the transaction at hand, and returns the
    rows of each. Each sees what was committed when its turn came: after a lock, what came before it.

    Raises what Django raises; nothing is run after the statement that fails.
    """
    with connection.wrap_database_errors:
        return [cursor.fetchall() for cursor in _run((_ALWAYS_ONE_PLAN, *statements))[1:]]


def tell(*statements: Statement) -> None:
    """The same for statements that return nothing."""
    with connection.wrap_database_errors:
        _run(statements)


def _run(statements: Sequence[Statement]) -> list[Cursor[tuple[Any, ...]]]:
    connection.ensure_connection()
    database = connection.connection
    cursors = [Cursor(database) for _ in statements]
    try:
        with database.pipeline():
            for cursor, statement in zip(cursors, statements, strict=True):
                cursor.execute(statement.sql, statement.values, prepare=True)
    except PipelineAborted as aborted:
        # psycopg may tell of a statement that was not run any more: why is what came before.
        raise (aborted.__context__ or aborted) from None
    return cursors
