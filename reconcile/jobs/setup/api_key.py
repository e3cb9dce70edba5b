"""Finds what is secret: the API key, the state's password, the addresses of notices, and others."""

from __future__ import annotations

import importlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from reconcile.config import Settings
from reconcile.errors import ConfigurationError

_LONGEST: Final = 10_000


def api_key(settings: Settings, environ: Mapping[str, str]) -> str:
    """The key of the profile; INTROW_API_KEY wins. Raises ConfigurationError where there is none."""
    profile = settings.profile
    if environ.get("INTROW_API_KEY"):
        return environ["INTROW_API_KEY"]
    if profile.api_key_file:
        return _from_file(profile.api_key_file, "key", "api_key_file")
    if profile.keyring:
        return _from_keyring(profile.keyring, settings.profile_name, "key")
    raise ConfigurationError(
        "There is no API key. Set INTROW_API_KEY, or name an api_key_file in the profile "
        f"{settings.profile_name} of reconcile.toml."
    )


def state_password(settings: Settings, environ: Mapping[str, str]) -> str:
    """The password of the state's database; RECONCILE_STATE_PASSWORD wins. Empty where it needs none.

    Raises ConfigurationError where it should be somewhere and is not.
    """
    profile = settings.profile
    if environ.get("RECONCILE_STATE_PASSWORD"):
        return environ["RECONCILE_STATE_PASSWORD"]
    if profile.state_password_file:
        return _from_file(profile.state_password_file, "password", "state_password_file")
    if profile.state_keyring:
        return _from_keyring(profile.state_keyring, settings.profile_name, "password")
    return ""


def notice_addresses(settings: Settings, environ: Mapping[str, str]) -> str:
    """The addresses that notices go to, one a line; RECONCILE_NOTIFY wins. Empty where there are none.

    Raises ConfigurationError for a file that cannot be read, or that others can read.
    """
    if environ.get("RECONCILE_NOTIFY"):
        return environ["RECONCILE_NOTIFY"]
    name = settings.notices.targets_file
    return _from_file(name, "list of addresses", "notify.targets_file") if name else ""


def client_secret(settings: Settings, environ: Mapping[str, str]) -> str:
    """The secret that the sign-in provider gave this desk; RECONCILE_CLIENT_SECRET wins.

    Raises ConfigurationError where there is none, or others can read it.
    """
    policy = settings.sign_in
    if environ.get("RECONCILE_CLIENT_SECRET"):
        return environ["RECONCILE_CLIENT_SECRET"]
    if policy.client_secret_file:
        return _from_file(policy.client_secret_file, "secret", "sign_in.client_secret_file")
    if policy.client_secret_keyring:
        return _from_keyring(policy.client_secret_keyring, settings.profile_name, "secret")
    raise ConfigurationError(
        "There is no secret for [sign_in]. Set RECONCILE_CLIENT_SECRET, or name a client_secret_file there."
    )


def mailbox_password(settings: Settings, environ: Mapping[str, str]) -> str:
    """The password of the mailbox of [pickup]; RECONCILE_MAILBOX_PASSWORD wins.

    Raises ConfigurationError where there is none, or others can read it.
    """
    policy = settings.pickup
    if environ.get("RECONCILE_MAILBOX_PASSWORD"):
        return environ["RECONCILE_MAILBOX_PASSWORD"]
    if policy.mail_password_file:
        return _from_file(policy.mail_password_file, "password", "pickup.mail_password_file")
    if policy.mail_password_keyring:
        return _from_keyring(policy.mail_password_keyring, settings.profile_name, "password")
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


def _from_keyring(service: str, profile: str, what: str) -> str:
    try:
        keyring = importlib.import_module("keyring")
    except ImportError as error:
        raise ConfigurationError("The keyring needs an extra: pip install 'reconcile[keyring]'.") from error
    try:
        key: str | None = keyring.get_password(service, profile)
    except keyring.errors.KeyringError as error:
        raise ConfigurationError(f"The keyring cannot be opened: {error}.") from error
    if not key:
        raise ConfigurationError(f"The keyring has no {what}. Store it: keyring set {service} {profile}.")
    return key
