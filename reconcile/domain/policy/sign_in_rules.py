"""How people sign in at the desk through a provider of OpenID Connect, and which proxies stand before it.

The settings stand in `[sign_in]` of `reconcile.toml`; the client's secret never does.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from reconcile.domain.policy.approval import ROLES

_LONGEST = 60


@dataclass(frozen=True, slots=True)
class SignInPolicy:
    """The provider, such as Google, Microsoft or Okta; none without an issuer.

    issuer: as its tokens name it, https but on this computer. client_id: what the provider calls this desk.
    client_secret_file, client_secret_keyring: where the client's secret is; RECONCILE_CLIENT_SECRET wins.
    name: the word on the button. groups: which roles a group of the provider gives somebody whom `[people]`
    does not name. groups_claim: where the token has the groups. scopes: asked for beside `openid email
    profile`. proxies: addresses or networks whose word counts for where a request comes from. seconds: the
    longest that the provider may take for one answer.
    """

    issuer: str = ""
    client_id: str = ""
    client_secret_file: str = ""
    client_secret_keyring: str = ""
    name: str = "your organisation"
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    groups_claim: str = "groups"
    scopes: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    seconds: float = 10

    def __post_init__(self) -> None:
        """Raises ValueError for a value that is none of its kind, and an issuer without a client."""
        parts = urlsplit(self.issuer)
        is_local = parts.hostname in ("127.0.0.1", "::1", "localhost")
        if self.issuer and (
            parts.scheme not in (("https", "http") if is_local else ("https",))
            or not parts.hostname
            or parts.query
            or parts.fragment
        ):
            raise ValueError("issuer must be an address such as https://accounts.google.com")
        if bool(self.issuer) != bool(self.client_id):
            raise ValueError("issuer and client_id go together")
        for group, roles in self.groups.items():
            if unknown := sorted(set(roles) - set(ROLES)):
                raise ValueError(f"groups: {group} has a role {unknown[0]!r}; there are: {', '.join(ROLES)}")
        for one in self.proxies:
            ipaddress.ip_network(one)
        if not 0 < self.seconds <= _LONGEST:
            raise ValueError(f"seconds must be more than 0 and at most {_LONGEST}")

    def roles_of(self, groups: Iterable[str]) -> tuple[str, ...]:
        """The roles that these groups of the provider give, in the order of ROLES."""
        given = {role for group in groups for role in self.groups.get(group, ())}
        return tuple(role for role in ROLES if role in given)

    def is_proxy(self, address: str) -> bool:
        """Whether a request from this address says truly for whom it comes."""
        try:
            place = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(place in ipaddress.ip_network(one) for one in self.proxies)
