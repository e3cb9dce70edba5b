"""One request under way, and what the request log keeps of it."""

from __future__ import annotations

from dataclasses import dataclass

from reconcile.sandbox.choices import Key

API = "/api/v1"


@dataclass
class Visit:
    """A request to the API, filled in as it goes through the gate and the endpoint."""

    seq: int
    at: str
    method: str
    path: str
    query: str
    body: bytes
    key: Key | None
    effect: bool = False
    status: int | None = None
    fault: str | None = None

    @property
    def route(self) -> str:
        """The path below /api/v1, which is what faults are matched against."""
        return self.path.removeprefix(API)

    @property
    def is_read(self) -> bool:
        """Whether a client of the API reads; the sandbox's own paths have no key and see the present."""
        return self.key is not None and self.method == "GET"

    @property
    def is_list(self) -> bool:
        """Whether it asks for a list: `/payouts`, not `/payouts/{id}`."""
        return self.route.count("/") == 1

    @property
    def scope(self) -> str:
        """The scope that this call needs (introw-api.md 1.3 and the table in 2)."""
        reads = self.method in ("GET", "HEAD")
        if self.route.startswith("/partners"):
            return "partners:read" if reads else "partners:write"
        if self.route.startswith("/comments"):
            return "collaborate:write"
        return "commissions:read" if reads else "commissions:write"
