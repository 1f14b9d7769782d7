"""scripts/run as a person starts it: what it serves, what it refuses, and what it leaves behind (nothing)."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest
import redis

from scripts.local.processes import free_port, started_at
from tests.support.server import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.e2e]

STOPS_WITHIN = 15
PATIENCE = 240  # the first start may have to install the requirements


class Run:
    """One call of scripts/run on the data folder `var`."""

    def __init__(self, var: Path, port: int, **env: str) -> None:
        self.var = var
        self.url = f"http://127.0.0.1:{port}"
        kept = {
            name: value
            for name, value in os.environ.items()
            if name in {"PATH", "HOME", "LANG"} or "PIP_" in name
        }
        self.process = subprocess.Popen(
            [ROOT / "scripts" / "run"],
            env=kept | {"CHAT_VAR": str(var), "PORT": str(port), "CHAT_LIMITS": "off"} | env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait_served(self) -> None:
        """Returns when the page answers; fails with what was printed when the program ends instead."""
        self.wait_until(lambda: (self.var / "run.json").exists() and _status(f"{self.url}/readyz") == 200)

    def wait_until(self, done: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not done():
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < end
            time.sleep(0.1)

    def facts(self) -> dict:
        return json.loads((self.var / "run.json").read_text())

    def has_replaced(self, pid: int) -> bool:
        return pid not in _numbers(self.facts()["pids"])

    def refusal(self) -> str:
        """What it says when it will not start: exactly one line."""
        out, err = self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode not in {0, None}
        assert out == ""
        assert err.count("\n") == 1
        return err

    def stop(self, by: signal.Signals = signal.SIGTERM) -> str:
        """Sends the signal, checks that it ended in time with nothing left, and returns what was printed."""
        began = time.monotonic()
        self.process.send_signal(by)
        out, _ = self.process.communicate(timeout=STOPS_WITHIN)
        assert time.monotonic() - began < STOPS_WITHIN
        assert left_of(self.var) == []
        return out


def left_of(var: Path) -> list[str]:
    """The processes that have to do with the data folder."""
    mark = os.fsencode(var)
    left = []
    for process in Path("/proc").glob("[0-9]*"):
        if int(process.name) == os.getpid():
            continue
        try:
            texts = [(process / name).read_bytes() for name in ("cmdline", "environ")]
        except OSError:
            continue
        if any(mark in text for text in texts):
            left.append(texts[0].replace(b"\0", b" ").decode())
    return left


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status
    except (urllib.error.URLError, OSError):
        return 0


@pytest.fixture
def var(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "data"
    yield folder
    assert left_of(folder) == []
    elsewhere = folder / "services-folder"
    if elsewhere.exists():
        shutil.rmtree(elsewhere.read_text().strip())


def browser() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))


def sign_in(opener: urllib.request.OpenerDirector, url: str, password: str) -> None:
    page = opener.open(f"{url}/accounts/login/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token
    form = {"login": "admin", "password": password, "csrfmiddlewaretoken": token[1]}
    opener.open(f"{url}/accounts/login/", urllib.parse.urlencode(form).encode()).read()


def is_signed_in(opener: urllib.request.OpenerDirector, url: str) -> bool:
    return "/accounts/login/" not in opener.open(f"{url}/").url


def test_it_serves_keeps_up_stops_cleanly_and_finds_everything_again(var):
    port = free_port()
    run = Run(var, port)
    run.wait_served()
    facts = run.facts()
    assert stat.S_IMODE((var / "run.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((var / "secrets.json").stat().st_mode) == 0o600
    assert facts["ports"] == [port]
    with psycopg.connect(facts["database_url"]) as connection:
        assert connection.execute("SELECT count(*) FROM accounts_user").fetchone() == (1,)
    assert redis.from_url(facts["redis_url"]).config_get("maxmemory-policy", "appendonly") == {
        "maxmemory-policy": "noeviction",
        "appendonly": "yes",
    }

    run.wait_until(
        lambda: run.facts()["pids"].keys() >= {"supervisor", "web", "worker", "beat", "postgres", "redis"}
    )
    for dead in (*run.facts()["pids"]["web"], run.facts()["pids"]["redis"]):
        os.kill(dead, signal.SIGKILL)
        run.wait_until(partial(run.has_replaced, dead))
    run.wait_served()

    assert "already runs" in Run(var, free_port()).refusal()

    out = run.stop(signal.SIGINT)
    assert out.count(f"ChatConnet is at http://127.0.0.1:{port}/\n") == 1
    password = re.search(r"password: (\S+)", out)
    assert password

    opener = browser()
    again = Run(var, port)
    again.wait_served()
    sign_in(opener, again.url, password[1])
    assert is_signed_in(opener, again.url)
    assert "password:" not in again.stop()

    third = Run(var, port)
    third.wait_served()
    assert is_signed_in(opener, third.url)
    third.stop()


def _numbers(pids: dict) -> list[int]:
    return [pid for value in pids.values() for pid in (value if isinstance(value, list) else [value])]


def test_killed_outright_it_leaves_nothing_and_starts_again(var):
    port = free_port()
    run = Run(var, port)
    run.wait_served()
    pids = _numbers(run.facts()["pids"])
    run.process.kill()
    run.process.communicate()
    end = time.monotonic() + STOPS_WITHIN
    while any(started_at(pid) for pid in pids):
        assert time.monotonic() < end
        time.sleep(0.1)
    again = Run(var, port)
    again.wait_served()
    again.stop()


def test_a_stop_in_the_middle_of_the_start_leaves_nothing(var):
    run = Run(var, free_port())
    run.wait_until(lambda: (var / "services" / "postgres").exists() or (var / "services-folder").exists())
    run.stop()


def test_several_web_processes_share_the_data(var):
    first = free_port()
    while not all(_is_free(port) for port in (first, first + 1)):
        first = free_port()
    run = Run(var, first, WEB_PROCESSES="2")
    run.wait_until(
        lambda: all(_status(f"http://127.0.0.1:{port}/readyz") == 200 for port in (first, first + 1))
    )
    assert run.facts()["ports"] == [first, first + 1]
    assert len(run.facts()["pids"]["web"]) == 2
    run.stop()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_given_servers_are_used_and_none_are_started(var):
    urls = {"DATABASE_URL": os.environ["DATABASE_URL"], "REDIS_URL": os.environ["REDIS_URL"]}
    run = Run(var, free_port(), **urls)
    run.wait_served()
    assert not run.facts()["pids"].keys() & {"postgres", "redis"}
    assert not (var / "services").exists()
    run.stop()


def test_a_taken_port_is_refused_before_anything_is_started(var):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"Port {port} of 127.0.0.1 is taken" in Run(var, port).refusal()
    assert not (var / "services").exists()


@pytest.mark.parametrize(
    ("variable", "value"), [("PORT", "http"), ("PORT", "0"), ("PORT", "65536"), ("WEB_PROCESSES", "-1")]
)
def test_a_number_that_is_none_is_refused(var, variable, value):
    assert value in Run(var, free_port(), **{variable: value}).refusal()


def test_a_wrong_python_is_refused(var, tmp_path):
    old = tmp_path / "python3.10"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.10.12 && exit 0\nexit 1\n')
    old.chmod(0o755)
    assert "needs Python 3.11, 3.12 or 3.13" in Run(var, free_port(), PYTHON=str(old)).refusal()


def test_data_of_another_postgresql_is_not_opened(var):
    data = var / "services" / "postgres"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("14\n")
    assert "written by PostgreSQL 14" in Run(var, free_port()).refusal()
