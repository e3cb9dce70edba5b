"""Keeps web pages out: a page in a browser on this computer could reach a server on 127.0.0.1, too.

A page whose host name was pointed at 127.0.0.1 (DNS rebinding) sends its own name as Host. A page of another
site sends an Origin or Sec-Fetch-Site. Programs send neither.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.types import Scope

from reconcile.loopback import is_loopback
from reconcile.sandbox.api import problems
from reconcile.sandbox.api.problems import Problem
from reconcile.sandbox.api.visit import API

_DOCUMENT = "/openapi.json"
_OWN_SITE = ("same-origin", "none")


def refusal_of(scope: Scope, keys: Collection[str]) -> Problem | None:
    """Why a request is not let in at all, whatever it asks for; None for one that is.

    keys: one of them is needed for every path but the API's, which the gate checks, and the document.
    """
    headers = [(name, value.decode("latin-1")) for name, value in scope["headers"]]
    hosts = [value for name, value in headers if name == b"host"]
    if len(hosts) != 1 or not is_loopback(_host_of(f"//{hosts[0]}")):
        return Problem(421, "MISDIRECTED_REQUEST", "The Host header does not name this computer.")
    if any(_is_foreign(name, value, hosts[0]) for name, value in headers):
        return Problem(403, "CROSS_SITE", "A page of another site may not use the sandbox.")
    path = scope["path"]
    if path == _DOCUMENT or path.startswith(f"{API}/"):
        return None
    return None if dict(headers).get(b"x-api-key") in keys else problems.unauthorized()


def _is_foreign(name: bytes, value: str, host: str) -> bool:
    if name == b"sec-fetch-site":
        return value not in _OWN_SITE
    return name == b"origin" and value not in (f"http://{host}", f"https://{host}")


def _host_of(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
