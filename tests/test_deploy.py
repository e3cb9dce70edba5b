"""What samples/deploy holds is whole: files that are there, commands and settings that exist. Docker is not run."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from click import Context, Group

from reconcile.cli import reconcile as group
from reconcile.config import Choices, load
from reconcile.desk.opening import DEFAULT_PORT

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "samples" / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
DESK = COMPOSE["services"]["desk"]
README = (DEPLOY / "README.md").read_text(encoding="utf-8")
IN_README = re.findall(r"docker compose (?:run --rm desk|exec desk reconcile) ([^\n`]+)", README)


def _check(words: list[str]) -> None:
    """Fails where a command of ours would not take these words."""
    command: Any = group
    context = Context(group)
    while isinstance(command, Group) and words:
        found = command.get_command(context, words[0])
        assert found, words
        command, words = found, words[1:]
    with command.make_context(command.name, list(words)):
        pass


def test_the_command_of_the_desk_is_one_and_listens_where_the_proxy_looks() -> None:
    _check(DESK["command"])

    proxy = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    url = DESK["command"][DESK["command"].index("--url") + 1]
    assert f"reverse_proxy db:{DEFAULT_PORT}" in proxy
    assert DESK["network_mode"] == "service:db"
    assert f"{url.removeprefix('https://')} {{" in proxy


@pytest.mark.parametrize("text", IN_README)
def test_each_command_of_its_page_is_one(text: str) -> None:
    _check(shlex.split(text))


def test_the_page_has_the_commands_of_backup_and_upgrade() -> None:
    assert {"state migrate", "state verify", "state"} <= set(IN_README)


def test_every_file_and_secret_that_a_service_names_is_there_or_told_to_be_made() -> None:
    named = {one for service in COMPOSE["services"].values() for one in service.get("volumes", ())}
    sources = {one.split(":")[0] for one in named}
    made = {f"./{name}" for name in ("inbox", "backup")}
    places = {one for one in sources if one.startswith("./")} - made

    assert {place for place in places if not (DEPLOY / place).is_file()} == set()
    assert {one for one in sources if not one.startswith("./")} == COMPOSE["volumes"].keys()
    for service in COMPOSE["services"].values():
        assert set(service.get("secrets", ())) <= COMPOSE["secrets"].keys()
    assert all(Path(one["file"]).name in README for one in COMPOSE["secrets"].values())


def test_the_settings_are_read_and_name_what_the_container_has() -> None:
    settings = load(Choices(config=DEPLOY / "reconcile.toml"), DESK["environment"], DEPLOY)
    targets = {one.split(":")[1] for one in DESK["volumes"]}

    assert settings.server
    assert settings.server.is_local
    assert settings.pickup.folder in targets
    secrets = (
        settings.profile.api_key_file,
        settings.profile.state_password_file,
        settings.notices.targets_file,
    )
    assert {Path(one).name for one in secrets} == set(DESK["secrets"])
    person = DESK["command"][DESK["command"].index("--person") + 1]
    assert settings.team.by_name(person)


def test_the_image_takes_files_and_extras_that_are_there_and_starts_our_command() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    known = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    copied = [name for line in re.findall(r"^COPY (.+)$", text, re.MULTILINE) for name in line.split()[:-1]]
    extras = {one for found in re.findall(r"\[([a-z,]+)\]", text) for one in found.split(",")}
    (start,) = re.findall(r"^ENTRYPOINT (.+)$", text, re.MULTILINE)

    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert extras <= known["optional-dependencies"].keys()
    assert json.loads(start)[0] in known["scripts"]
    assert re.search(r"^USER reconcile$", text, re.MULTILINE)
    build = DESK["build"]
    assert (DEPLOY / build["context"]).resolve() == ROOT
    assert (ROOT / build["dockerfile"]).is_file()
