"""Whether anything in a table says that its rows are payments made, and not bills, plans or proposals.

The same headers, names and numbers stand in lists of open bills. So a table pays nothing by itself unless it
says that money left: by a word for a payment in a header, by a state, by a direction or a sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from reconcile.erp.payments.day_labels import is_document, is_due_day, is_payment_word
from reconcile.erp.payments.formats.layout import TableLayout
from reconcile.erp.payments.formats.table_header import Header
from reconcile.erp.payments.model import GridRow
from reconcile.erp.payments.plain_text import pattern, plain, plain_label

SAY_SO: Final = "pass --sign positive if they are"
# Who gets money, and words of accounts. They count where no column is one of bills.
_TOLD: Final = pattern(
    "payee beneficiary recipient counterpart counter+part transferee creditor$ paid+to to+from",
    "empfang empfaeng begunstig beguenstig zahlungsbeteil auftraggeber gegenpart gegenkonto",
    "beneficiair destinatair beneficiari destinatari begunstigd ontvanger tegenpart mottak modtag",
    "mottagar",
    "odbiorc prijemc kedvezmenyezett alici saaja получат 收款 受取 수취 مستفيد",
    "transaction bank booking booked value$ valuta valeur valor$ posted posting settle execut cleared",
    "completed",
    "process sent$ finished end+to+end endtoend iban withdraw money+out wire transfer remittance",
    "buchung wertstell ausfuhr operation comptab operacion movimient contab boek bokfor bogfor ksiegow",
)
_BILL_COLUMNS: Final = pattern(
    "terms$ overdue past+due days+late days+open days+outstanding age$ aging ageing not+due discount+date",
    "dunning",
    "mahn zahlungsbeding tage+uber",
)
# Columns of a general ledger.
_LEDGER: Final = pattern(
    "journal gl$ g+l general+ledger ledger nominal posting+key account+code account+name account+type",
    "sachkonto",
    "buchungskreis ecriture compte+general libro+mayor conto+di+mastro grootboek",
)
# `1-30`, `31 - 60 days`, `> 90`, `90+`, `Over 60`: how old bills are.
_AGES: Final = re.compile(
    r"(?:[0-9]{1,3}\s*(?:-|\u2013|to|bis|a)\s*[0-9]{2,3}|[0-9]{2,3}\s*\+|"
    r"(?:>|over|more than|uber|plus de|mas de|oltre)\s*[0-9]{2,3})"
    r"(?:\s*(?:days?|tage?|jours?|dias?|giorni|dagen))?"
)
_LEAST_AGES: Final = 2
# Words for a state that do not say that money left: of approvals and of books.
_APPROVED: Final = frozenset(
    ("approved", "authorised", "authorized", "posted", "ok", "done", "reconciled", "open", "active", "final")
)
# Words that bills have, too: a bill is sent, booked and processed.
_OF_BILLS: Final = frozenset(
    ("booked", "processed", "complete", "completed", "success", "successful", "sent", "delivered", "gebucht",
     "geboekt", "comptabilise", "abgeschlossen")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proof:
    """What a table says of itself. made: its headers say that its rows are payments made.

    moved: its signs, or a column, tell which way money went. bills: a header that only lists of bills have;
    empty where there is none. against: what its headers say against all of its rows.
    """

    made: bool
    moved: bool
    bills: str
    against: str

    def missing(self, words: Iterable[str]) -> str:
        """Why a row is not known to be a payment made; empty where it is. words: for its state: paid."""
        weak = _APPROVED | _OF_BILLS if self.bills else _APPROVED
        if self.made or any(plain(word) not in weak for word in words):
            return ""
        beside = f"beside {self.bills!r} " if self.bills else ""
        return f"{beside}nothing in the table says that its rows are payments made ({SAY_SO})"


def proof_of(header: Header, layout: TableLayout, titles: Sequence[str], *, moved: bool) -> Proof:
    """What the headers of a table say. moved: its signs, or a column, tell which way money went."""
    bills = next((label for label in header.labels if label and _is_of_bills(label)), "")
    ages = sum(bool(_AGES.fullmatch(plain(label))) for label in header.labels) >= _LEAST_AGES
    roles = ("date", "value_date", "amount", "total", "currency", "id", "status")
    paid = any(is_payment_word(label) for label in _labels(header, roles))
    two_sides = header.has("paid_out") and header.has("paid_in")
    strong = paid or moved or two_sides or bool(layout.kinds and header.has("kind"))
    named = any(_TOLD.search(plain_label(label)) for label in _labels(header, tuple(header.columns)))
    titled = any(is_payment_word(title) for title in titles)
    against = "it is a list of bills by their age" if ages else ""
    ledger = next((label for label in header.labels if _LEDGER.search(plain_label(label))), "")
    if two_sides and ledger and not against:
        against = f"beside {ledger!r} it is a ledger, in which a debit may be money that came in"
    return Proof(strong or ((named or titled) and not bills), moved, bills, against)


def _labels(header: Header, roles: Sequence[str]) -> list[str]:
    return [header.labels[place] for role in roles for place in header.columns.get(role, ())]


def _is_of_bills(label: str) -> bool:
    day = is_due_day(label) or (is_document(label) and _is_dated(label))
    return day or bool(_BILL_COLUMNS.search(plain_label(label)))


def _is_dated(label: str) -> bool:
    return bool(re.search(r"dat|fecha|jour|tag\b|day", plain_label(label)))


def titles_of(rows: Sequence[GridRow]) -> list[str]:
    """The texts of the rows that hold no payment: titles, headings of sections, footers."""
    return [text for row in rows for cell in row.cells if (text := cell.text.strip())]
