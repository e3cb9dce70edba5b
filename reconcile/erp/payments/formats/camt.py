"""ISO 20022 account reports: camt.052, camt.053 and camt.054, every version.

Entries, amounts and references after the message definition reports of the camt messages (iso20022.org):
Ntry with CdtDbtInd, Sts, RvslInd and BkTxCd; NtryDtls/TxDtls with Refs, RltdPties, RmtInf and RtrInf.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Final
from xml.etree.ElementTree import Element  # only the type: defusedxml does the parsing

from reconcile.domain.finding import Finding
from reconcile.domain.money import Money, parse_decimal, plain
from reconcile.erp.payments.formats import xml
from reconcile.erp.payments.formats.stated_totals import closing_balance, control_total, part_unread
from reconcile.erp.payments.model import (
    Payment,
    PaymentFile,
    PaymentStatus,
    Place,
    Source,
    cut,
    known_id,
    shown_account,
    texts,
)
from reconcile.errors import PaymentFileError

MESSAGES: Final = {
    "BkToCstmrStmt": ("camt.053", "Stmt"),
    "BkToCstmrAcctRpt": ("camt.052", "Rpt"),
    "BkToCstmrDbtCdtNtfctn": ("camt.054", "Ntfctn"),
}
_NO_REFERENCE: Final = ("NOTPROVIDED", "NONREF", "NOT PROVIDED", "")
# Sub-families of bank transaction codes that give back what was paid (ISO 20022 external code list).
_RETURN_CODES: Final = ("RRTN", "RPCR", "RRCT")
# Sub-families of debits that are no payments: charges, commissions, fees, interest, taxes, adjustments.
_NO_PAYMENTS: Final = ("CHRG", "COMM", "FEES", "INTR", "TAXE", "ADJT", "CAJT", "DAJT", "OVCH", "UPCQ", "NTAV")
_SUB_FAMILY: Final = ("BkTxCd/Domn/Fmly/SubFmlyCd",)
_REFERENCES: Final = ("Refs/EndToEndId", "Refs/InstrId", "Refs/PmtInfId", "Refs/TxId", "Refs/ChqNb")
_REMITTANCE: Final = (
    "RmtInf/Ustrd",
    "RmtInf/Strd/CdtrRefInf/Ref",
    "RmtInf/Strd/RfrdDocInf/Nb",
    "RmtInf/Strd/AddtlRmtInf",
    "AddtlTxInf",
)


def read_camt(source: Source, root: Element) -> PaymentFile:
    """The entries of all accounts in a message.

    Raises PaymentFileError where an amount or the day of an entry cannot be read. What cannot be read of its
    other parts is a finding, and so are balances and stated sums that do not agree.
    """
    message = next(child for child in root if child.tag in MESSAGES)
    form, account_tag = MESSAGES[message.tag]
    payments: list[Payment] = []
    how: list[str] = []
    findings: list[Finding] = []
    for statement in xml.every(message, account_tag):
        account = _Account(source.name, statement)
        payments += source.budget.steps(account.payments())
        how += account.check()
        findings += account.findings
    return PaymentFile(source.name, form, source.sha256, tuple(payments), tuple(how), tuple(findings))


@dataclass
class _Account:
    """One statement, report or notification of one account, and what was found in it."""

    file: str
    statement: Element
    unread: dict[Finding, None] = field(default_factory=dict)
    disagreeing: list[Finding] = field(default_factory=list)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return (*self.unread, *self.disagreeing)

    @cached_property
    def id(self) -> str:
        return xml.words(self.statement, "Acct/Id/IBAN", "Acct/Id/Othr/Id")

    def payments(self) -> Iterator[Payment]:
        for number, entry in enumerate(xml.every(self.statement, "Ntry"), start=1):
            place = Place(self.file, f"entry {number}" + (f" of {shown_account(self.id)}" if self.id else ""))
            must_say = self.statement.tag != "Ntfctn"
            yield from _Entry(entry, place, self.id, self.unread, must_say=must_say).payments()

    def check(self) -> list[str]:
        """Words for what agrees; what does not is a finding."""
        entries = list(xml.every(self.statement, "Ntry"))
        booked = [entry for entry in entries if _state(entry) == "BOOK"]
        place = Place(self.file, f"account {shown_account(self.id) or '?'}")
        said = [*self._balances(place, booked), *self._sums(place, entries)]
        return [f"{place.spot}: {words}" for words in said]

    def _balances(self, place: Place, booked: list[Element]) -> Iterator[str]:
        """Looks whether opening balance, entries and closing balance agree.

        A balance that does not say whether it is a debit may be either.
        """
        opening, closing = (self._balance(place, codes) for codes in (("OPBD", "PRCD"), ("CLBD",)))
        if not opening or not closing:
            return
        moved = sum((_signed(entry, place).amount for entry in booked), Decimal(0))
        if not any(before + moved in closing for before in opening):
            self.disagreeing.append(closing_balance(place, opening[0], opening[0] + moved, closing[0]))
            return
        yield f"opening balance and entries give the closing balance {plain(closing[0])}"

    def _balance(self, place: Place, codes: tuple[str, ...]) -> tuple[Decimal, ...]:
        """The first balance of these kinds, or both that it may be; none where there is none."""
        for balance in xml.every(self.statement, "Bal"):
            if xml.words(balance, "Tp/CdOrPrtry/Cd") in codes:
                amount = xml.money(balance, place, "Amt")
                if amount is None:
                    return ()
                told = xml.words(balance, "CdtDbtInd")
                both = (amount.amount, -amount.amount)
                return both[:1] if told == "CRDT" else both[1:] if told == "DBIT" else both
        return ()

    def _sums(self, place: Place, entries: list[Element]) -> Iterator[str]:
        for tag, direction in (("TtlNtries", ""), ("TtlDbtNtries", "DBIT"), ("TtlCdtNtries", "CRDT")):
            number = xml.words(self.statement, f"TxsSummry/{tag}/NbOfNtries")
            total = xml.words(self.statement, f"TxsSummry/{tag}/Sum")
            if not number and not total:
                continue
            counted = [one for one in entries if not direction or xml.words(one, "CdtDbtInd") == direction]
            there = sum((abs(_signed(one, place).amount) for one in counted), Decimal(0))
            if number and parse_decimal(number) != len(counted):
                self.disagreeing.append(control_total(place, tag, cut(number), str(len(counted))))
            elif total and parse_decimal(total) != there:
                self.disagreeing.append(control_total(place, tag, cut(total), plain(there)))
            else:
                yield f"{tag} agrees"


@dataclass(frozen=True)
class _Entry:
    """One entry: a booking, or a batch of them. What the entry itself says is looked up once.

    must_say: it stands in a message whose entries say whether they are booked.
    """

    entry: Element
    place: Place
    account: str
    unread: dict[Finding, None]
    must_say: bool = field(kw_only=True)

    @cached_property
    def _id(self) -> str:
        return xml.words(self.entry, "AcctSvcrRef")

    @cached_property
    def _texts(self) -> tuple[str, ...]:
        return (*xml.all_words(self.entry, *_REMITTANCE), xml.words(self.entry, "AddtlNtryInf"))

    @cached_property
    def _direction(self) -> str:
        return xml.words(self.entry, "CdtDbtInd")

    @cached_property
    def _state(self) -> str:
        return _state(self.entry)

    @cached_property
    def _unsaid(self) -> str:
        silent = self.must_say and not _said(self.entry)
        return "the statement does not say that it is booked" if silent else ""

    @cached_property
    def _codes(self) -> tuple[str, ...]:
        return tuple(xml.all_words(self.entry, *_SUB_FAMILY))

    @cached_property
    def _is_given_back(self) -> bool:
        reversal = xml.words(self.entry, "RvslInd")
        return reversal in ("true", "1") or any(code in _RETURN_CODES for code in self._codes)

    @cached_property
    def _booked(self) -> date | None:
        return xml.day(self.entry, "BookgDt", self.place)

    def payments(self) -> Iterator[Payment]:
        """The transactions of the entry; what they do not explain of its amount is one of its own."""
        signed = _signed(self.entry, self.place)
        whole, currency = -signed.amount, signed.currency
        details = list(xml.every(self.entry, "NtryDtls/TxDtls"))
        amounts = [self._part(one, len(details)) for one in details]
        if len(details) < 2 or any(part is None or part.currency != currency for part in amounts):
            yield self._payment(details, Money(abs(whole), currency), "")
            return
        for number, (one, part) in enumerate(zip(details, amounts, strict=True), start=1):
            assert part is not None
            yield self._payment([one], part, f"/{number}")
        signs = (-1 if self._received([one]) else 1 for one in details)
        parts = zip(amounts, signs, strict=True)
        rest = whole - sum((part.amount * sign for part, sign in parts if part), Decimal(0))
        if rest:
            yield replace(
                self._payment([], Money(abs(rest), currency), "/rest"),
                amount=Money(rest, currency),
                reason="not explained by the batch",
            )

    def _part(self, detail: Element, count: int) -> Money | None:
        return self._optional_money(detail, "AmtDtls/TxAmt/Amt", "Amt") if count > 1 else None

    def _optional_money(self, detail: Element, *paths: str) -> Money | None:
        """An amount that the entry can do without: one that cannot be read is a finding, and left out."""
        try:
            return xml.money(detail, self.place, *paths)
        except PaymentFileError as error:
            self._unread(paths[0], error)
            return None

    @cached_property
    def _value_date(self) -> date | None:
        try:
            return xml.day(self.entry, "ValDt", self.place)
        except PaymentFileError as error:
            self._unread("ValDt", error)
            return None

    def _unread(self, part: str, error: PaymentFileError) -> None:
        self.unread[part_unread(self.place, part, error)] = None

    def _payment(self, details: list[Element], amount: Money, suffix: str) -> Payment:
        status, reason = self._status(details)
        bank = next(filter(None, (xml.words(one, "Refs/AcctSvcrRef") for one in details)), "")
        remittance = texts(
            *(word for one in details for word in xml.all_words(one, *_REMITTANCE)), *self._texts
        )
        references = [word for one in details for word in xml.all_words(one, *_REFERENCES)]
        named = [word for word in references if word.upper() not in _NO_REFERENCE]
        order = next((xml.words(one, "Refs/EndToEndId") for one in details), "")
        sign = -1 if self._received(details) else 1
        return Payment(
            place=Place(self.place.file, f"{self.place.spot}{suffix.replace('/', ', transaction ')}"),
            amount=Money(amount.amount * sign, amount.currency),
            status=status,
            id=known_id(bank) or (f"{self._id}{suffix}" if known_id(self._id) else ""),
            account=self.account,
            order=order if order.upper() not in _NO_REFERENCE else "",
            booked=self._booked,
            value_date=self._value_date,
            payee=_payer(details) if sign < 0 else _payee(details),
            references=texts(*named, *remittance),
            po_texts=remittance,
            instructed=self._instructed(details, amount),
            reason=reason,
            doubt=self._doubt(details) if sign > 0 else "",
        )

    def _doubt(self, details: list[Element]) -> str:
        """What speaks against a debit: a kind that is no payment, or a statement that gives no status."""
        own = [code for one in details for code in xml.all_words(one, *_SUB_FAMILY)]
        kind = next((code for code in (*self._codes, *own) if code in _NO_PAYMENTS), "")
        return f"its kind is {kind}" if kind else self._unsaid

    def _instructed(self, details: list[Element], amount: Money) -> Money | None:
        """The amount as it was ordered, where that was in another currency than the account's."""
        if len(details) != 1:
            return None
        ordered = self._optional_money(details[0], "AmtDtls/InstdAmt/Amt")
        return ordered if ordered and ordered.currency != amount.currency else None

    def _received(self, details: list[Element]) -> bool:
        """Whether the money came in: a transaction may go the other way than its entry."""
        own = xml.words(details[0], "CdtDbtInd") if len(details) == 1 else ""
        return (own or self._direction) == "CRDT"

    def _status(self, details: list[Element]) -> tuple[PaymentStatus, str]:
        reasons = texts(
            *(word for one in details for word in xml.all_words(one, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry")),
            *(word for one in details for word in xml.all_words(one, "RtrInf/AddtlInf")),
        )
        codes = (code for one in details for code in xml.all_words(one, *_SUB_FAMILY))
        given_back = bool(reasons) or self._is_given_back or any(code in _RETURN_CODES for code in codes)
        received = self._received(details)
        if self._state != "BOOK":
            return PaymentStatus.IGNORED, f"not booked yet ({self._state or 'no status'})"
        if received and given_back:
            return PaymentStatus.RETURNED, " ".join(reasons) or "returned"
        if received:
            return PaymentStatus.RECEIVED, "money received"
        if given_back:
            return PaymentStatus.IGNORED, "money received and given back"
        return PaymentStatus.PAID, ""


def _said(entry: Element) -> str:
    return xml.words(entry, "Sts/Cd", "Sts/Prtry", "Sts")


def _state(entry: Element) -> str:
    """The status; it may be missing in camt.054, which tells of booked entries."""
    return _said(entry) or "BOOK"


def _signed(element: Element, place: Place) -> Money:
    """The amount of an entry or balance as the account sees it: debits are negative."""
    amount = xml.money(element, place, "Amt")
    direction = xml.words(element, "CdtDbtInd")
    if amount is None or direction not in ("DBIT", "CRDT"):
        raise PaymentFileError(
            f"{place}: there is no amount with CdtDbtInd. Fetch the file from the bank again."
        )
    return -amount if direction == "DBIT" else amount


def _payer(details: list[Element]) -> str:
    """Who sent money that came in; of a payment that came back it may be the payee of the payment."""
    paths = (
        "RltdPties/Dbtr/Nm",
        "RltdPties/Dbtr/Pty/Nm",
        "RltdPties/UltmtDbtr/Nm",
        "RltdPties/UltmtDbtr/Pty/Nm",
    )
    return next(filter(None, (xml.words(one, *paths) for one in details)), "") or _payee(details)


def _payee(details: list[Element]) -> str:
    paths = (
        "RltdPties/Cdtr/Nm",
        "RltdPties/Cdtr/Pty/Nm",
        "RltdPties/UltmtCdtr/Nm",
        "RltdPties/UltmtCdtr/Pty/Nm",
    )
    return next(filter(None, (xml.words(one, *paths) for one in details)), "")
