"""What every job needs: settings, key, client, state store, clock and user."""

from __future__ import annotations

import getpass
import importlib
import os
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reconcile.errors import ConfigurationError

if TYPE_CHECKING:
    from reconcile.config import Settings
    from reconcile.introw.client import Client, Reader
    from reconcile.introw.connection import Connection
    from reconcile.store.store import Store


def settings_of(
    config: Path | None,
    profile: str | None,
    state: Path | None,
    templates: Path | None,
    locale: str | None = None,
) -> Settings:
    """The settings from the common options, the environment and the configuration file."""
    from reconcile.config import Choices, load

    if templates and not templates.is_dir():
        raise ConfigurationError(f"There is no folder {templates}. Check --templates.")
    return load(Choices(config, profile, state, templates, locale), os.environ, Path.cwd())


@contextmanager
def reading(settings: Settings) -> Iterator[Reader]:
    """A client that cannot write, for the API of the settings. Raises ConfigurationError without a key."""
    from reconcile.introw.client import Reader

    with Reader(_connection(settings)) as reader:
        yield reader


@contextmanager
def connected(settings: Settings) -> Iterator[Client]:
    """A client that can write, for the API of the settings. Raises ConfigurationError without a key."""
    from reconcile.introw.client import Client

    with Client(_connection(settings)) as client:
        yield client


def _connection(settings: Settings) -> Connection:
    from reconcile.introw.connection import Connection, Key

    profile = settings.profile
    return Connection(
        base_url=profile.base_url,
        key=Key(_key_text(settings)),
        key_source=lambda: Key(_key_text(settings)),
        timeout=profile.timeout,
        page_size=profile.page_size,
        attempts=profile.attempts,
        rate=profile.rate,
        window=profile.window,
    )


def _key_text(settings: Settings) -> str:
    """The key: from INTROW_API_KEY, from the profile's file, or from the keyring."""
    profile = settings.profile
    if os.environ.get("INTROW_API_KEY"):
        return os.environ["INTROW_API_KEY"]
    if profile.api_key_file:
        return _key_from_file(Path(profile.api_key_file).expanduser())
    if profile.keyring:
        return _key_from_keyring(profile.keyring, settings.profile_name)
    raise ConfigurationError(
        "There is no API key. Set INTROW_API_KEY, or name an api_key_file in the profile "
        f"{settings.profile_name} of reconcile.toml."
    )


def _key_from_file(file: Path) -> str:
    try:
        if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise ConfigurationError(f"Others can read the key file {file}. Run: chmod 600 {file}")
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The key file {file} cannot be read. Check api_key_file.") from error


def _key_from_keyring(service: str, profile: str) -> str:
    try:
        keyring = importlib.import_module("keyring")
    except ImportError as error:
        raise ConfigurationError("The keyring needs an extra: pip install 'reconcile[keyring]'.") from error
    try:
        key: str | None = keyring.get_password(service, profile)
    except keyring.errors.KeyringError as error:
        raise ConfigurationError(f"The keyring cannot be opened: {error}.") from error
    if not key:
        raise ConfigurationError(f"The keyring has no key. Store it: keyring set {service} {profile}.")
    return key


@contextmanager
def opened_store(settings: Settings, *, create: bool = True) -> Iterator[Store]:
    """The state store of the settings; a command that only reads does not make one."""
    from reconcile.store.store import Store

    with Store(settings.state, create=create) as store:
        yield store


def now() -> datetime:
    """The present moment, UTC."""
    return datetime.now(UTC)


def whoami() -> str:
    """Who runs the command, for the record."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def new_id(prefix: str, at: datetime) -> str:
    """An id that sorts by time: `run-20260405-093012-1f2e3d`."""
    return f"{prefix}-{at:%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:6]}"
