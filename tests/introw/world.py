"""A server of payouts, lines and partners that knows as much or as little as a test wants."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import httpx

Record = dict[str, Any]


@dataclass
class World:
    """A server with offset paging: what it holds, which filters it knows, what it says and counts.

    gone: the status of a record that it does not have.
    """

    payouts: list[Record] = field(default_factory=list)
    lines: list[Record] = field(default_factory=list)
    partners: list[Record] = field(default_factory=list)
    filters: tuple[str, ...] = ("stage", "payoutId", "partnerId", "status")
    refuses: tuple[str, ...] = ()
    page: int = 10
    gone: int = 404
    total: bool = True
    unlisted: tuple[str, ...] = ()
    statuses: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path, query = unquote(request.url.path).removeprefix("/api/v1"), dict(request.url.params)
        query.pop("limit", None)
        self.asked.append(path + "".join(f" {name}={value}" for name, value in query.items()))
        assert len(self.asked) < 300
        _, kind, *ids = path.split("/")
        if kind in self.statuses:
            return httpx.Response(self.statuses[kind])
        if set(query) & set(self.refuses):
            return httpx.Response(422, json={"message": "unknown parameter"})
        records = {"payouts": self.payouts, "commission-lines": self.lines, "partners": self.partners}[kind]
        return self.one(records, ids[0]) if ids else self.listed(records, query)

    def one(self, records: list[Record], name: str) -> httpx.Response:
        found = next((record for record in records if record["id"] == name), None)
        return httpx.Response(200, json={"data": found}) if found else httpx.Response(self.gone)

    def listed(self, records: list[Record], query: dict[str, str]) -> httpx.Response:
        start = int(query.pop("offset", 0))
        found = [
            record
            for record in records
            if record["id"] not in self.unlisted
            and all(record.get(name) == value for name, value in query.items() if name in self.filters)
        ]
        body: dict[str, Any] = {"data": found[start : start + self.page], "offset": start}
        body |= {"total": len(found)} if self.total else {"hasMore": start + self.page < len(found)}
        return httpx.Response(200, json=body)

    def requests(self, kind: str) -> list[str]:
        return [asked for asked in self.asked if asked.split()[0].split("/")[1] == kind]
