"""JSON of the API to domain values: tolerant in shape, strict where money and identity are at stake.

Members that are missing, null or unknown to us do no harm (introw-api.md 2.1, 2.2, 2.9, 2.16). A record
without an id, or an amount that is no decimal, is never guessed at.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache

from reconcile.domain.money import Money, parse_decimal
from reconcile.domain.records import CommissionLine, Partner, Payout
from reconcile.errors import UnexpectedAnswer
from reconcile.introw.connection import is_id


def record_in(body: object) -> object:
    """The record in an answer about a single one: `{"data": {...}}`, or bare (introw-api.md 2.1)."""
    while isinstance(body, Mapping) and "id" not in body and isinstance(body.get("data"), Mapping):
        body = body["data"]
    return body


def payout_from(record: object) -> Payout:
    """A payout (introw-api.md 2.2). Raises UnexpectedAnswer naming the record and the member."""
    members = _Members.of("payout", record)
    partner = members.inner("partner")
    return Payout(
        id=members.id,
        partner_id=partner.word("id") or members.word("partnerId") or "",
        partner_name=partner.word("name") or members.word("partnerName") or "",
        batch_id=members.word("batchId") or None,
        period_start=members.moment("periodStart"),
        period_end=members.moment("periodEnd"),
        amount=members.money(),
        stage=members.needed("stage"),
        po_number=members.text("poNumber"),
        statement_note=members.note("metadata"),
        created_at=members.moment("createdAt"),
        updated_at=members.moment("updatedAt"),
        unread=members.unread(metadata="statement_note"),
    )


def line_from(record: object) -> CommissionLine:
    """A commission line (introw-api.md 2.9). Raises UnexpectedAnswer naming the record and the member."""
    members = _Members.of("commission line", record)
    return CommissionLine(
        id=members.id,
        partner_id=members.word("partnerId") or members.inner("partner").word("id") or "",
        payout_id=members.word("payoutId") or members.inner("payout").word("id") or None,
        description=members.text("description"),
        amount=members.money(),
        source_amount=members.decimal("sourceAmount"),
        status=members.word("status") or "",
        plan_name=members.word("planName") or members.inner("plan").word("name"),
        period_end=members.moment("periodEnd"),
        internal_note=members.note("note"),
        created_at=members.moment("createdAt"),
        updated_at=members.moment("updatedAt"),
        unread=members.unread(note="internal_note"),
    )


def partner_from(record: object) -> Partner:
    """A partner (introw-api.md 2.16). Raises UnexpectedAnswer naming the record and the member."""
    members = _Members.of("partner", record)
    return Partner(members.id, members.text("name") or "")


@lru_cache(maxsize=1024)
def _moment(text: str) -> datetime:
    """The moment in UTC. Most lines end with the same period, and were last updated when they were made."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class _Members:
    """The members of one record, read by type; `kind` and `id` name it in errors."""

    kind: str
    id: str
    members: Mapping[str, object]

    @classmethod
    def of(cls, kind: str, record: object) -> _Members:
        if not isinstance(record, Mapping):
            raise UnexpectedAnswer(f"The API gave something that is not a {kind}.")
        found = cls(kind, "", record).text("id")
        if not found:
            raise UnexpectedAnswer(f"The API gave a {kind} without an id.")
        if not is_id(found):
            raise UnexpectedAnswer(
                f"The API gave a {kind} with an id that no address can hold: {found[:40]!r}. "
                "Report this to Introw."
            )
        return cls(kind, found, record)

    def text(self, name: str) -> str | None:
        """Text exactly as it is, but for halves of characters, which no file can hold."""
        value = self.members.get(name)
        if value is None:
            return None
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str):
            raise self._unexpected(name, "is not text")
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")

    def word(self, name: str) -> str | None:
        """A text that many records share, as one object: a line read takes 600 bytes and not 1,000."""
        found = self.text(name)
        return found and sys.intern(found)

    def note(self, name: str) -> str | None:
        """The text of a note; None where the server gives something else back, which is then unread.

        That notes are echoed at all is not documented (introw-api.md 8, no. 12), and no money hangs on them.
        """
        return None if self._is_strange(name) else self.text(name)

    def needed(self, name: str) -> str:
        found = self.word(name)
        if not found:
            raise self._unexpected(name, "is missing")
        return found

    def inner(self, name: str) -> _Members:
        """The members of an embedded object; a bare text is its id."""
        value = self.members.get(name)
        if isinstance(value, str):
            value = {"id": value}
        return _Members(self.kind, self.id, value if isinstance(value, Mapping) else {})

    def decimal(self, name: str) -> Decimal | None:
        value = self.members.get(name)
        if isinstance(value, Mapping):
            value = value.get("value")
        if value is None or value == "":
            return None
        text = str(value) if isinstance(value, (str, int, Decimal)) and not isinstance(value, bool) else ""
        number = parse_decimal(text) if text == text.strip() else None
        if number is None:
            raise self._unexpected(name, "is not a decimal number")
        return number

    def money(self) -> Money:
        """`amount` with its currency: `{value, currency}` as in a payout, or flat as in a line."""
        amount = self.decimal("amount")
        if amount is None:
            raise self._unexpected("amount", "is missing")
        currency = self.inner("amount").word("currency") if self._nested("amount") else None
        currency = currency or self.word("currency")
        if not currency:
            raise self._unexpected("currency", "is missing")
        return Money(amount, currency)

    def moment(self, name: str) -> datetime | None:
        """A moment in UTC; one without a zone is in UTC already (introw-api.md 2.1)."""
        text = self.text(name)
        if not text:
            return None
        try:
            return _moment(text)
        except (ValueError, OverflowError) as error:
            raise self._unexpected(name, "is not a date and time") from error

    def unread(self, **fields: str) -> frozenset[str]:
        """The fields whose members this server does not give back, or not as text."""
        return frozenset(
            ours for theirs, ours in fields.items() if theirs not in self.members or self._is_strange(theirs)
        )

    def _is_strange(self, name: str) -> bool:
        return isinstance(self.members.get(name), (Mapping, list, bool))

    def _nested(self, name: str) -> bool:
        return isinstance(self.members.get(name), Mapping)

    def _unexpected(self, name: str, problem: str) -> UnexpectedAnswer:
        return UnexpectedAnswer(
            f"The API gave the {self.kind} {self.id} with a member {name} that {problem}. "
            "Nothing is guessed where money is at stake; report this to Introw."
        )
