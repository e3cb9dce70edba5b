"""Finds what is secret: the API key, the state's password, the addresses of notices, and others."""

from __future__ import annotations

import importlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from reconcile.config import Settings
from reconcile.errors import ConfigurationError

_LONGEST: Final = 10_000
KeyringModule = Any
"""The optional library has no types of its own that we may rely on."""


def api_key(settings: Settings, environ: Mapping[str, str]) -> str:
    """The key of the profile; INTROW_API_KEY wins. Raises ConfigurationError where there is none."""
    file, service = settings.profile.api_key_file, settings.profile.keyring
    found = _secret(settings, environ, "INTROW_API_KEY", "key", ("api_key_file", file), service)
    if found is not None:
        return found
    raise ConfigurationError(
        "There is no API key. Set INTROW_API_KEY, or name an api_key_file in the profile "
        f"{settings.profile_name} of reconcile.toml."
    )


def state_password(settings: Settings, environ: Mapping[str, str]) -> str:
    """The password of the state's database; RECONCILE_STATE_PASSWORD wins. Empty where it needs none.

    Raises ConfigurationError where it should be somewhere and is not.
    """
    file, service = settings.profile.state_password_file, settings.profile.state_keyring
    place = ("state_password_file", file)
    return _secret(settings, environ, "RECONCILE_STATE_PASSWORD", "password", place, service) or ""


def notice_addresses(settings: Settings, environ: Mapping[str, str]) -> str:
    """The addresses that notices go to, one a line; RECONCILE_NOTIFY wins. Empty where there are none.

    Raises ConfigurationError for a file that cannot be read, or that others can read.
    """
    place = ("notify.targets_file", settings.notices.targets_file)
    return _secret(settings, environ, "RECONCILE_NOTIFY", "list of addresses", place) or ""


def client_secret(settings: Settings, environ: Mapping[str, str]) -> str:
    """The secret that the sign-in provider gave this desk; RECONCILE_CLIENT_SECRET wins.

    Raises ConfigurationError where there is none, or others can read it.
    """
    place = ("sign_in.client_secret_file", settings.sign_in.client_secret_file)
    service = settings.sign_in.client_secret_keyring
    found = _secret(settings, environ, "RECONCILE_CLIENT_SECRET", "secret", place, service)
    if found is not None:
        return found
    raise ConfigurationError(
        "There is no secret for [sign_in]. Set RECONCILE_CLIENT_SECRET, or name a client_secret_file there."
    )


def mailbox_password(settings: Settings, environ: Mapping[str, str]) -> str:
    """The password of the mailbox of [pickup]; RECONCILE_MAILBOX_PASSWORD wins.

    Raises ConfigurationError where there is none, or others can read it.
    """
    place = ("pickup.mail_password_file", settings.pickup.mail_password_file)
    service = settings.pickup.mail_password_keyring
    found = _secret(settings, environ, "RECONCILE_MAILBOX_PASSWORD", "password", place, service)
    if found is not None:
        return found
    raise ConfigurationError(
        "The mailbox of [pickup] needs a password. Set RECONCILE_MAILBOX_PASSWORD, or name a "
        "mail_password_file."
    )


def key_source(settings: Settings, environ: Mapping[str, str]) -> str:
    """Where the key comes from, in words; empty where there is none."""
    if environ.get("INTROW_API_KEY"):
        return "INTROW_API_KEY"
    profile = settings.profile
    return profile.api_key_file or (f"the keyring's {profile.keyring}" if profile.keyring else "")


def _secret(
    settings: Settings,
    environ: Mapping[str, str],
    variable: str,
    what: str,
    place: tuple[str, str | None],
    service: str | None = None,
) -> str | None:
    """A secret: the variable wins, then the file, then the keyring; None where none of them is named.

    place: the setting that names the file, and the file. service: of the keyring.
    """
    setting, file = place
    if environ.get(variable):
        return environ[variable]
    if file:
        return _from_file(file, what, setting)
    return _from_keyring(service, settings.profile_name, what) if service else None


def _from_file(name: str, what: str, setting: str) -> str:
    """The secret in a file that only its owner can read. A pipe or a device is refused, not waited for."""
    file = Path(name).expanduser()
    try:
        # `open` of the module, since only it can be told not to wait for the other end of a pipe.
        with open(file, "rb", opener=_not_waiting) as stream:
            mode = os.fstat(stream.fileno()).st_mode
            if not stat.S_ISREG(mode):
                raise ConfigurationError(f"The {what} file {file} is not a file. Check {setting}.")
            if os.name != "nt" and mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise ConfigurationError(f"Others can read the {what} file {file}. Run: chmod 600 {file}")
            content = stream.read(_LONGEST + 1)
        if len(content) > _LONGEST:
            raise ConfigurationError(f"The {what} file {file} is too long for a {what}. Check {setting}.")
        return content.decode("utf-8").strip()
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"The {what} file {file} cannot be read. Check {setting}.") from error


def _not_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def keyring_module() -> KeyringModule:
    """The library that keeps secrets. Raises ConfigurationError without the extra."""
    try:
        return importlib.import_module("keyring")
    except ImportError as error:
        raise ConfigurationError("The keyring needs an extra: pip install 'reconcile[keyring]'.") from error


def _from_keyring(service: str, profile: str, what: str) -> str:
    keyring = keyring_module()
    try:
        key: str | None = keyring.get_password(service, profile)
    except keyring.errors.KeyringError as error:
        raise ConfigurationError(f"The keyring cannot be opened: {error}.") from error
    if not key:
        raise ConfigurationError(f"The keyring has no {what}. Store it: keyring set {service} {profile}.")
    return key
