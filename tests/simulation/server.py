"""The Introw server of a simulation: what introw-api.md says of it, and every bad habit it may have.

Written from the description of the API, not from the sandbox, so that a wrong reading of the one does not
hide in the other. It keeps every version of every record, so that a read can be late, and a log of every
effect, so that the journal can be held against it.
"""

from __future__ import annotations

import functools
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import httpx
from simulation.records import PARTNERS, Effect, Habits, Record, Refusal, line, payout, stamp

API: Final = "/api/v1"
CENT: Final = Decimal("0.01")
GONE: Final = "gone"
"""The kind of a record that was deleted."""
NOT_FOUND: Final = "not found"
_JSON: Final = {"content-type": "application/json"}
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)


@dataclass
class Introw:
    """All records with all their versions. `now` tells the time, in seconds."""

    habits: Habits
    now: Callable[[], float]
    versions: dict[str, list[tuple[float, Record]]] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    keys: dict[str, tuple[float, str]] = field(default_factory=dict)
    watch: Callable[[Effect], None] = lambda _: None

    # --- what is there -------------------------------------------------------------------------------

    def truth(self, record_id: str) -> Record | None:
        """A record as it really is."""
        versions = self.versions.get(record_id)
        return versions[-1][1] if versions and versions[-1][1]["kind"] != GONE else None

    def everything(self, kind: str) -> list[Record]:
        """All payouts or lines as they really are."""
        return [one[-1][1] for one in self.versions.values() if one[-1][1]["kind"] == kind]

    def lines_of(self, payout_id: str) -> list[Record]:
        """The lines that really count for a payout."""
        return [one for one in self.everything("line") if one["payoutId"] == payout_id and not _void(one)]

    def put(self, record: Record) -> None:
        """A record that was there from the beginning."""
        self.versions[record["id"]] = [(float("-inf"), record)]

    def settle_amounts(self) -> None:
        """Gives every payout the sum of its lines; for the beginning."""
        for one in self.everything("payout"):
            one["amount"] = {"value": str(self._sum(one["id"])), "currency": "USD"}

    # --- what is seen --------------------------------------------------------------------------------

    def seen(self, record_id: str, replica: int) -> Record | None:
        """A record as one replica shows it now."""
        shown = None
        for number, (at, record) in enumerate(self.versions.get(record_id, ())):
            if at + self._delay(record_id, number, replica) <= self.now():
                shown = record
        return shown

    def _delay(self, record_id: str, number: int, replica: int) -> float:
        if number == 0 and self.versions[record_id][0][0] == float("-inf"):
            return 0
        share = zlib.crc32(f"{self.habits.salt}/{record_id}/{number}/{replica}".encode()) % 101 / 100
        return self.habits.lag * share

    def _listed(self, kind: str, replica: int) -> list[Record]:
        found = [self.seen(one, replica) for one in self.versions]
        shown = [one for one in found if one is not None and one["kind"] == kind]
        if self.habits.hides_voided:
            shown = [one for one in shown if kind != "line" or not _void(one)]
        # The newest first: a record that is made between two pages moves all others down by one.
        return sorted(shown, key=lambda one: (one["createdAt"], one["id"]), reverse=True)

    # --- the endpoints -------------------------------------------------------------------------------

    def answer(self, request: httpx.Request, by: str, tag: int) -> httpx.Response:
        """Answers one request, after its effect if it has one."""
        path = request.url.path.removeprefix(API)
        try:
            if request.method == "GET":
                return self._read(path, request.url, tag)
            body = json.loads(request.content) if request.content else {}
            return self._write(request.method, path, body, by, tag)
        except Refusal as refusal:
            told = {"error": {"code": "VALIDATION_ERROR", "message": str(refusal)}}
            return answered(refusal.status, told)

    def _read(self, path: str, url: httpx.URL, tag: int) -> httpx.Response:
        query = _query(url)
        replica = zlib.crc32(f"{self.habits.salt}:{tag}".encode()) % self.habits.replicas
        _, collection, *ids = path.split("/")
        if collection == "partners":
            return _page([{"id": key, "name": name} for key, name in PARTNERS.items()], 0, 50)
        kind = {"payouts": "payout", "commission-lines": "line"}[collection]
        if ids:
            record = self.seen(ids[0], replica)
            if record is None or record["kind"] != kind:
                raise Refusal(404, NOT_FOUND)
            return answered(200, {"data": _shown(record)})
        wanted = {name: query[name] for name in ("stage", "payoutId", "partnerId", "status") if name in query}
        if kind == "payout" and self.habits.knows_partner_filter and "partnerId" in wanted:
            wanted["partner"] = {"id": wanted["partnerId"], "name": PARTNERS[wanted["partnerId"]]}
        found = [
            _shown(one)
            for one in self._listed(kind, replica)
            if all(one.get(name) == value for name, value in wanted.items() if name in one)
        ]
        return _page(found, int(query.get("offset", 0)), self.habits.page)

    def _write(self, method: str, path: str, body: Record, by: str, tag: int) -> httpx.Response:
        _, collection, *rest = path.split("/")
        if method == "POST" and not rest:
            create = {"payouts": self._open, "comments": self._comment}.get(collection, self._create)
            return create(body, by, tag)
        record_id = rest[0]
        if self.truth(record_id) is None:
            raise Refusal(404, NOT_FOUND)
        if method == "PATCH":
            record = self.patch(record_id, body, by, tag)
        else:
            record = {"decline": self.decline, "detach": self.detach}[rest[1]](record_id, by, tag, body)
        return answered(200, {"data": _shown(record)})

    def _create(self, body: Record, by: str, tag: int) -> httpx.Response:
        key = body.get("idempotencyKey", "")
        known = self.keys.get(key)
        expired = self.habits.keys == "expire" and known and self.now() - known[0] > self.habits.key_life
        if key and known and not expired and self.habits.keys != "ignored":
            return self._created(known[1], 200)
        line = self.create(body, by, tag)
        if key:
            self.keys[key] = (self.now(), line["id"])
        return self._created(line["id"], 201)

    def _created(self, record_id: str, status: int) -> httpx.Response:
        if self.habits.hides_id:
            return answered(status, {"message": "created successfully"})
        return answered(status, {"data": _shown(self.versions[record_id][-1][1])})

    def _open(self, body: Record, by: str, tag: int) -> httpx.Response:
        return self._created(*self.open(body, by, tag))

    def _comment(self, body: Record, by: str, tag: int) -> httpx.Response:
        """A comment on a payout, whose author must be of the team (introw-api.md 2.17)."""
        if not self.habits.knows_author:
            raise Refusal(422, "authorEmail is no member of the team")
        payout_id = body["commissionPayoutId"]
        if self.truth(payout_id) is None:
            raise Refusal(404, NOT_FOUND)
        self._note(Effect(self.now(), by, "comment", payout_id, {}, tag, body))
        return answered(201, {"data": {"id": f"cmt_{tag}"}})

    # --- what people and programs do -----------------------------------------------------------------

    def create(self, body: Record, by: str, tag: int = 0) -> Record:
        """Makes a line (introw-api.md 2.12)."""
        if Decimal(body["amount"]) == 0:
            raise Refusal(422, "amount must not be zero")
        payout_id = body.get("payoutId")
        payout = self.truth(payout_id) if payout_id else None
        if payout_id and (payout is None or payout["partner"]["id"] != body["partnerId"]):
            raise Refusal(422, "the payout is none of this partner")
        line_id = f"cln_made_{len(self.versions) + 1}"
        amount = self._kept_amount(body["amount"])
        made = {
            **line(line_id, body["partnerId"], payout_id, amount),
            "description": self._kept_text(body.get("description")),
            "sourceAmount": body.get("sourceAmount") or (amount if self.habits.fills_source else None),
            "currency": body["currency"],
            "createdAt": stamp(self.now()),
        }
        self.versions[line_id] = [(self.now(), made)]
        fields = {name: (None, made[name]) for name in ("amount", "payoutId", "description")}
        self._note(Effect(self.now(), by, "create", line_id, fields, tag, body))
        self._follow(payout_id)
        return made

    def open(self, body: Record, by: str, tag: int = 0) -> tuple[str, int]:
        """Makes a payout (introw-api.md 2.6); answers its id, and 200 where the batch had it already."""
        partner, batch = body["partnerId"], body.get("batchId")
        if partner not in PARTNERS:
            raise Refusal(422, "there is no such partner")
        others = [one for one in self.everything("payout") if batch and one["batchId"] == batch]
        if batch and not others:
            raise Refusal(422, "there is no such batch")
        if there := next((one for one in others if one["partner"]["id"] == partner), None):
            if self.habits.fills_existing and body.get("attachPendingLines"):
                self._attach(there["id"], by, tag, body)
            return there["id"], 200
        days = others[0] if others else body
        payout_id = f"pay_made_{len(self.versions) + 1}"
        made = {
            **payout(payout_id, partner, "DRAFT"),
            "batchId": batch or f"pbt_of_{payout_id}",
            "periodStart": days["periodStart"],
            "periodEnd": days["periodEnd"],
            "metadata": self._kept_text(body.get("metadata")),
            "createdAt": stamp(self.now()),
        }
        self.versions[payout_id] = [(self.now(), made)]
        fields = {name: (None, made[name]) for name in ("stage", "metadata")}
        self._note(Effect(self.now(), by, "open", payout_id, fields, tag, body))
        if body.get("attachPendingLines"):
            self._attach(payout_id, by, tag, body)
        return payout_id, 201

    def _attach(self, payout_id: str, by: str, tag: int, body: Record) -> None:
        """Puts pending lines of its partner onto a payout (introw-api.md 5.10)."""
        home = self.versions[payout_id][-1][1]
        for one in self.everything("line") if self.habits.attaches != "nothing" else ():
            is_due = one["periodEnd"] <= home["periodEnd"] or self.habits.attaches == "all"
            if one["partnerId"] == home["partner"]["id"] and one["status"] == "PENDING" and is_due:
                self._change(one["id"], {"status": "IN_PAYOUT", "payoutId": payout_id})
                moved = {"payoutId": (None, payout_id)}
                self._note(Effect(self.now(), by, "attach", one["id"], moved, tag, body))
        self._follow(payout_id)

    def delete(self, payout_id: str, by: str) -> None:
        """Deletes a payout, which only the app can, and frees its lines (introw-api.md 5.2)."""
        if self.versions[payout_id][-1][1]["stage"] not in ("DRAFT", "PENDING_REVIEW"):
            raise Refusal(422, "it is too late for that")
        for one in self.lines_of(payout_id):
            self.detach(one["id"], by)
        stage = self.versions[payout_id][-1][1]["stage"]
        self.versions[payout_id].append((self.now(), {"kind": GONE, "id": payout_id}))
        self._note(Effect(self.now(), by, "delete", payout_id, {"stage": (stage, None)}))

    def patch(self, record_id: str, body: Record, by: str, tag: int = 0) -> Record:
        """Changes fields of a payout or a line (introw-api.md 2.5 and 2.13)."""
        before = self.versions[record_id][-1][1]
        if _void(before):
            raise Refusal(422, "a voided line cannot be edited")
        kept = {name: self._kept(name, value) for name, value in body.items()}
        fields = {name: (before.get(name), value) for name, value in kept.items()}
        record = self._change(record_id, kept)
        self._note(Effect(self.now(), by, "patch", record_id, fields, tag, body))
        self._follow(record.get("payoutId"))
        return record

    def decline(self, line_id: str, by: str, tag: int = 0, body: Record | None = None) -> Record:
        """Voids a line; the payout that it empties is declined by the server (introw-api.md 2.14)."""
        before = self.versions[line_id][-1][1]
        payout_id = before["payoutId"]
        if _void(before) or not payout_id:
            raise Refusal(422, "the line is on no payout")
        record = self._change(
            line_id, {"status": "VOIDED", "payoutId": payout_id if self.habits.keeps_place else None}
        )
        fields = {"status": (before["status"], "VOIDED"), "payoutId": (payout_id, None)}
        self._note(Effect(self.now(), by, "decline", line_id, fields, tag, body or {}))
        self._follow(payout_id)
        if not self.lines_of(payout_id):
            stage = self.versions[payout_id][-1][1]["stage"]
            self._change(payout_id, {"stage": "DECLINED"})
            emptied = {"stage": (stage, "DECLINED")}
            self._note(Effect(self.now(), by, "emptied", payout_id, emptied, tag))
        return record

    def detach(self, line_id: str, by: str, tag: int = 0, body: Record | None = None) -> Record:
        """Returns a line to the pool (introw-api.md 2.15)."""
        before = self.versions[line_id][-1][1]
        payout_id = before["payoutId"]
        if _void(before) or not payout_id:
            raise Refusal(422, "the line is on no payout")
        record = self._change(line_id, {"status": "PENDING", "payoutId": None})
        fields = {"payoutId": (payout_id, None)}
        self._note(Effect(self.now(), by, "detach", line_id, fields, tag, body or {}))
        self._follow(payout_id)
        return record

    # --- inside --------------------------------------------------------------------------------------

    def _change(self, record_id: str, values: Record) -> Record:
        record = {**self.versions[record_id][-1][1], **values}
        self.versions[record_id].append((self.now(), record))
        return record

    def _follow(self, payout_id: str | None) -> None:
        """A payout's amount follows its lines; reads of it are as late as any."""
        if payout_id and not self.habits.holds_amounts:
            self._change(payout_id, {"amount": {"value": str(self._sum(payout_id)), "currency": "USD"}})

    def _sum(self, payout_id: str) -> Decimal:
        return sum((Decimal(one["amount"]) for one in self.lines_of(payout_id)), Decimal("0.00"))

    def _note(self, effect: Effect) -> None:
        self.effects.append(effect)
        self.watch(effect)

    def _kept(self, name: str, value: Any) -> Any:  # noqa: ANN401  any JSON value
        if name == "amount":
            return self._kept_amount(value)
        return self._kept_text(value) if name in ("description", "note", "poNumber", "metadata") else value

    def _kept_amount(self, text: str) -> str:
        return str(Decimal(text).quantize(CENT, ROUND_HALF_UP)) if self.habits.rounds else text

    def _kept_text(self, text: str | None) -> str | None:
        return " ".join(text.split()) or None if text and self.habits.trims else text


def _void(record: Record) -> bool:
    return record.get("status") == "VOIDED"


def _shown(record: Record) -> Record:
    return {name: value for name, value in record.items() if name != "kind"}


def _page(records: list[Record], offset: int, size: int) -> httpx.Response:
    body = {"data": records[offset : offset + size], "offset": offset, "total": len(records)}
    return answered(200, body)


def answered(status: int, body: Record) -> httpx.Response:
    """An answer with a JSON body; what httpx makes of `json=` takes three times as long."""
    return httpx.Response(status, headers=_JSON, stream=httpx.ByteStream(_ENCODER.encode(body).encode()))


@functools.lru_cache(maxsize=512)
def _query(url: httpx.URL) -> dict[str, str]:
    return dict(url.params)
