"""The files for containers keep their promises; there is no engine here to build and run them with."""

import re
import shlex
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text()
SERVICES = yaml.safe_load(TEXT)["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
IGNORED = (ROOT / ".dockerignore").read_text().split()
OURS = ("migrate", "web", "worker", "beat")
SECRETS = ("SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD")


def test_every_part_is_there():
    assert SERVICES.keys() == {"postgres", "redis", *OURS}


def test_only_the_web_is_published_and_only_to_this_machine():
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"web": ["127.0.0.1:${PORT:-8000}:8000"]}


def test_the_databases_are_on_the_inner_network_only():
    assert yaml.safe_load(TEXT)["networks"]["inside"]["internal"] is True
    assert [SERVICES[name]["networks"] for name in ("postgres", "redis")] == [["inside"], ["inside"]]


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_has_no_default(name):
    uses = re.findall(rf"\$\{{{name}([^}}]*)\}}", TEXT)
    assert uses
    assert all(use.startswith(":?") and len(use) > 2 for use in uses)


@pytest.mark.parametrize("name", sorted(SERVICES.keys() - {"migrate"}))
def test_a_part_tells_its_health_and_comes_back(name):
    assert SERVICES[name]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", OURS)
def test_our_containers_share_an_image_and_have_no_privileges(name):
    service = SERVICES[name]
    assert service["image"] == "chatconnet"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "user" not in service  # the image's own


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_the_chat_starts_after_the_migration_and_the_databases(name):
    assert SERVICES[name]["depends_on"] == {
        "migrate": {"condition": "service_completed_successfully"},
        "postgres": {"condition": "service_healthy"},
        "redis": {"condition": "service_healthy"},
    }


def test_the_image_runs_as_somebody_who_is_not_root():
    users = re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)
    assert users
    assert users[-1] not in {"root", "0"}


def test_the_image_installs_the_locked_requirements():
    assert "--require-hashes -r /tmp/requirements.txt" in DOCKERFILE


def test_the_image_gets_only_what_the_site_needs():
    assert IGNORED[0] == "**"
    allowed = {line.removeprefix("!") for line in IGNORED if line.startswith("!")}
    assert {
        "accounts",
        "chat",
        "chatconnet",
        "manage.py",
        "static",
        "templates",
        "requirements.txt",
    } <= allowed
    assert not allowed & {"var", "tests", "scripts", ".env", ".git"}


@pytest.mark.parametrize("name", ["worker", "beat"])
def test_celery_has_its_two_containers(name):
    assert SERVICES[name]["command"][:4] == ["celery", "-A", "chatconnet", name]


def test_the_health_check_of_the_web_is_python_that_compiles():
    code = SERVICES["web"]["healthcheck"]["test"][3]
    compile(code, "healthcheck", "exec")
    assert "/readyz" in code


def test_the_shell_of_redis_is_well_formed_and_lists_no_password():
    shell = SERVICES["redis"]["command"][2]
    assert shlex.split(shell.replace("$$", "$"))
    assert "requirepass %s" in shell
    assert "${REDIS_PASSWORD" not in shell
