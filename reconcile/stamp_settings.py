"""Reads `[timestamp]` of the settings, and the root certificates that it names.

    [timestamp]
    url = "https://tsa.example.com/tsr"
    roots = "tsa-root.pem"         # beside this file: whose answers are believed
    allow_http = false
    seconds = 30

The section: `domain.policy.stamp`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from reconcile.domain.policy.stamp import StampPolicy
from reconcile.errors import ConfigurationError
from reconcile.loopback import is_loopback
from reconcile.setting_values import made

_LONGEST: Final = 300


def stamps(content: Mapping[str, Any], file: Path | None) -> StampPolicy:
    """Who stamps packs. Raises ConfigurationError naming file, section and key."""
    policy = made(StampPolicy, content.get("timestamp", {}), file, "timestamp")
    if problem := _problem_of(policy):
        raise ConfigurationError(f"{file}: timestamp.{problem}.")
    return policy


def _problem_of(policy: StampPolicy) -> str:
    """What is wrong, by key; empty where nothing is. The address is not shown: it may hold a key."""
    if not 0 < policy.seconds <= _LONGEST:
        return f"seconds must be more than 0 and at most {_LONGEST}"
    problem = _problem_of_url(policy) if policy.url else ""
    if policy.url and not problem and not policy.roots:
        return "roots must name a file with the root certificate of the authority"
    return problem


def _problem_of_url(policy: StampPolicy) -> str:
    try:
        url = urlsplit(policy.url)
        host, _ = url.hostname or "", url.port
    except ValueError:
        return "url is not the address of an authority, such as https://tsa.example.com/tsr"
    if url.scheme not in ("https", "http") or not host:
        return "url must begin with https:// and a host name"
    if url.username or url.password or url.fragment:
        return "url may hold no user, password or fragment"
    if url.scheme == "http" and not policy.allow_http and not is_loopback(host):
        return "url must begin with https://; allow_http = true lets others on the way see the hash"
    return ""
