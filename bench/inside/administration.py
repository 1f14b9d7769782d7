"""What each page of the administration costs; run in a site's shell by bench/page.py, prints a list as JSON.

Milliseconds are the best of three, from the request to the answer, without the network.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User

client = Client(SERVER_NAME="127.0.0.1")
client.force_login(User.objects.filter(is_superuser=True)[0])


def cost(path: str) -> tuple[Any, dict[str, Any]]:
    """The answer, and what it took."""
    times = []
    for _ in range(3):
        with CaptureQueriesContext(connection) as asked:
            begin = time.perf_counter()
            answer = client.get(path)
            times.append((time.perf_counter() - begin) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
    return answer, {"path": path, "ms": round(min(times), 1), "queries": len(asked)}


def pages() -> Iterator[dict[str, Any]]:
    yield cost("/admin/")[1]
    for model, model_admin in admin.site._registry.items():
        path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        answer, figure = cost(path)
        yield figure
        shown = answer.context_data["cl"]
        yield cost(f"{path}?p=2")[1]
        for spec in shown.filter_specs:
            for choice in spec.choices(shown):
                if not choice["selected"]:
                    yield cost(path + choice["query_string"])[1]
        if model_admin.search_fields:
            for words in ("ana", "zzzzz", "good morning"):
                yield cost(f"{path}?{urlencode({'q': words})}")[1]
    for field in ("user", "room"):
        asked = {"app_label": "chat", "model_name": "sanction", "field_name": field, "term": "an"}
        yield cost(f"/admin/autocomplete/?{urlencode(asked)}")[1]
    for words in ("mermelada", "from:ana", "in:welcome cafe"):
        yield cost(f"/admin/chat/message/?{urlencode({'q': words})}")[1]


print(json.dumps(list(pages())))  # noqa: T201 - it is what the caller reads
