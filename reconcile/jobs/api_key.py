"""Finds the API key: in the environment, in the profile's file, or in the keyring."""

from __future__ import annotations

import importlib
import stat
from collections.abc import Mapping
from pathlib import Path

from reconcile.config import Settings
from reconcile.errors import ConfigurationError


def api_key(settings: Settings, environ: Mapping[str, str]) -> str:
    """The key of the profile; INTROW_API_KEY wins. Raises ConfigurationError where there is none."""
    profile = settings.profile
    if environ.get("INTROW_API_KEY"):
        return environ["INTROW_API_KEY"]
    if profile.api_key_file:
        return _from_file(Path(profile.api_key_file).expanduser())
    if profile.keyring:
        return _from_keyring(profile.keyring, settings.profile_name)
    raise ConfigurationError(
        "There is no API key. Set INTROW_API_KEY, or name an api_key_file in the profile "
        f"{settings.profile_name} of reconcile.toml."
    )


def _from_file(file: Path) -> str:
    try:
        if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise ConfigurationError(f"Others can read the key file {file}. Run: chmod 600 {file}")
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The key file {file} cannot be read. Check api_key_file.") from error


def _from_keyring(service: str, profile: str) -> str:
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
