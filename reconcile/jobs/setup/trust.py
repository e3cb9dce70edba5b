"""Trusts a configuration file as it is now, after it was found to be one."""

from __future__ import annotations

from pathlib import Path

from reconcile.config import Choices, load
from reconcile.errors import ConfigurationError
from reconcile.jobs.setup.api_key import key_source
from reconcile.setting_values import beside, read_bytes
from reconcile.trusted_files import remember


def trust(file: Path) -> list[str]:
    """Lets a file be used wherever it lies, until it changes. Answers what it decides, a sentence each.

    Raises ConfigurationError for a file that is not there or is not a configuration.
    """
    if not file.is_file():
        raise ConfigurationError(f"There is no configuration file {file}.")
    content = read_bytes(file)
    settings = load(Choices(config=file), {}, Path.cwd())
    if content != read_bytes(file):
        raise ConfigurationError(f"{file} changes while it is read. Try again.")
    remember(file, content)
    named = settings.team.policy.people_file
    if named:
        remember(beside(named, file), read_bytes(beside(named, file)))
    sections = sorted({name.partition(".")[0] for name in settings.sources} - {"profiles"})
    key = key_source(settings, {}) or "the environment"
    return [
        f"Trusted: {file.resolve()}, until it changes.",
        f"Profile {settings.profile_name}: the key from {key} goes to {settings.profile.base_url}.",
        *([f"Trusted with it: {beside(named, file)}."] if named else []),
        f"It sets: {', '.join(f'[{name}]' for name in sections) or 'nothing else'}.",
    ]
