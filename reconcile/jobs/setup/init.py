"""Makes the first configuration: keeps the key, looks at the connection, writes `reconcile.toml`."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from reconcile.atomic import make_folder, write_text
from reconcile.config import FILE_NAME, Choices, Settings, load
from reconcile.domain.policy.names_and_limits import Names
from reconcile.errors import ConfigurationError
from reconcile.introw.connection import origin_of
from reconcile.jobs.doctor.check_result import Check
from reconcile.jobs.doctor.server_words import STATUS, setting_of
from reconcile.jobs.doctor.setup_checks import check_connection
from reconcile.jobs.session import Caller, Session, whoami
from reconcile.jobs.setup.api_key import keyring_module

HOSTS: Final = {"production": "https://api.introw.io", "staging": "https://api.staging.introw.io"}
"""The hosts of Introw (introw-api.md 1)."""
KEEPING: Final = ("file", "keyring", "variable")
"""Where a key can be kept; the variable is INTROW_API_KEY."""
KEYRING: Final = "reconcile"
"""The service under which the keyring keeps the keys, by profile."""
_NEEDED: Final = ("Connection", "Host", "Key")
"""The checks without which a configuration is of no use."""
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")
_TEXT: Final = """\
# Settings of reconcile. Every setting: reconcile help settings

default_profile = "{name}"

[profiles.{name}]
base_url = {base_url}
{key}
writes = "off"      # apply changes nothing in Introw until this says "on"

# [names]           # words of your Introw that are not documented; reconcile doctor shows what it saw
# {pending}
# voided_statuses = ["VOIDED", "DECLINED"]

# [policy]
# po_required_stages = ["PENDING_PAYMENT", "PAID"]
# locale = "de"     # how people write numbers in text cells

# [limits]          # plans beyond these wait for a person: reconcile help limits
# max_money_share = 0.25
"""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a person chose.

    profile: its name. base_url: where the API is. keeping: where the key is kept, one of KEEPING. key: what
    was typed; empty where the file, the keyring or the variable has it already. key_file: the file of the
    key. target: the configuration file to write.
    """

    profile: str
    base_url: str
    keeping: str
    target: Path
    key_file: Path
    key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it. checks: those of the doctor. written: the files; none where the setup fails."""

    checks: list[Check]
    written: tuple[Path, ...] = ()


def refuse_unfit(setup: Setup) -> None:
    """Raises ConfigurationError where the setup cannot be made: asked before the key is typed."""
    if not _NAME.fullmatch(setup.profile):
        raise ConfigurationError(f"{setup.profile!r} is no name of a profile: letters, digits, - and _ only.")
    origin = origin_of(setup.base_url)
    variable = os.environ.get("INTROW_BASE_URL")
    if variable and origin_of(variable) != origin:
        raise ConfigurationError(
            f"INTROW_BASE_URL is {variable} and wins over every file. Unset it, or choose that address."
        )
    if setup.target.exists():
        raise ConfigurationError(
            f"{setup.target} is there already, and is not overwritten. Add a profile to it by hand, or name "
            "another file with --file."
        )


def needs_key(setup: Setup) -> bool:
    """Whether the key must be typed: it is kept in a file or keyring that does not have it yet."""
    if setup.keeping == "file":
        return not setup.key_file.exists()
    return setup.keeping == "keyring" and not keyring_module().get_password(KEYRING, setup.profile)


def init(caller: Caller, setup: Setup) -> Made:
    """Keeps the key, looks at the connection with harmless reads, and writes the configuration.

    What was kept is taken away again where the server refuses the key or cannot be reached: a half-finished
    setup leaves nothing. Raises ConfigurationError.
    """
    refuse_unfit(setup)
    forget = _keep_key(setup)
    try:
        unknown: dict[str, Mapping[str, int]] = {}
        checks = check_connection(Session(_settings(setup), caller, whoami()), unknown)
        works = not any(one.ok is False and one.name in _NEEDED for one in checks)
        if works:
            make_folder(setup.target.parent)
            write_text(setup.target, text_of(setup, unknown.get(STATUS, {})), private=True)
    except BaseException:
        forget()
        raise
    if not works:
        forget()
        return Made(checks)
    kept = (setup.key_file,) if setup.keeping == "file" and setup.key else ()
    return Made(checks, (*kept, setup.target))


def text_of(setup: Setup, statuses: Mapping[str, int] | None = None) -> str:
    """The configuration file, with what else can be set in comments.

    statuses: those that were seen and are not known; the comment offers them.
    """
    key = {
        "file": f"api_key_file = {_quoted(str(setup.key_file.absolute()))}",
        "keyring": f"keyring = {_quoted(KEYRING)}",
        "variable": "# the key comes from INTROW_API_KEY",
    }[setup.keeping]
    pending = setting_of(statuses or {}, Names())
    return _TEXT.format(name=setup.profile, base_url=_quoted(setup.base_url), key=key, pending=pending)


def _settings(setup: Setup) -> Settings:
    """The settings as the file will give them, read from a draft of it."""
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder, FILE_NAME)
        write_text(draft, text_of(setup), private=True)
        return load(Choices(config=draft), os.environ, Path(folder))


def _keep_key(setup: Setup) -> Callable[[], object]:
    """Keeps the key where it was asked for. Answers how it is taken away again."""
    if setup.keeping != "variable" and os.environ.get("INTROW_API_KEY"):
        raise ConfigurationError(
            "INTROW_API_KEY is set, and wins over every file and keyring. Unset it, or keep the key there: "
            "--key variable."
        )
    if not setup.key:
        if setup.keeping == "variable" and not os.environ.get("INTROW_API_KEY"):
            raise ConfigurationError("INTROW_API_KEY is not set. Set it, or choose --key file.")
        return lambda: None
    if setup.keeping == "keyring":
        keyring_module().set_password(KEYRING, setup.profile, setup.key)
        return lambda: keyring_module().delete_password(KEYRING, setup.profile)
    make_folder(setup.key_file.parent)
    write_text(setup.key_file, setup.key + "\n", private=True)
    return setup.key_file.unlink


def _quoted(text: str) -> str:
    """A text as TOML writes it; its basic strings are those of JSON."""
    return json.dumps(text, ensure_ascii=False)
