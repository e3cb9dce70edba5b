"""ISO 20022 payment status reports (pain.002, every version): they tell of orders, not of money."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element  # only the type: defusedxml does the parsing

from reconcile.domain.finding import Finding, Severity
from reconcile.domain.money import Money, parse_decimal
from reconcile.domain.phrases import counted
from reconcile.erp.payments.formats import xml
from reconcile.erp.payments.model import Payment, PaymentFile, PaymentStatus, Place, Source, found, texts

_REJECTED: Final = ("RJCT", "CANC")
NO_CURRENCY: Final = "XXX"
"""ISO 4217's code for no currency: a rejection need not repeat the amount, and no money moved."""


def read_pain(source: Source, root: Element, settled: Collection[str]) -> PaymentFile:
    """The orders of a status report: rejected ones, settled ones, and those still on their way as ignored.

    settled: the codes that say that the money left. A batch that was rejected whole may not list its orders:
    that is a finding.
    """
    message = next(child for child in root if child.tag == "CstmrPmtStsRpt")
    findings: list[Finding] = []
    payments: list[Payment] = []
    whole = xml.words(message, "OrgnlGrpInfAndSts/GrpSts")
    original = xml.words(message, "OrgnlGrpInfAndSts/OrgnlMsgId")
    for group in xml.every(message, "OrgnlPmtInfAndSts"):
        inherited = xml.words(group, "PmtInfSts") or whole
        read = [
            _payment(order, inherited, place, settled)
            for order, place in source.budget.steps(_orders(source.name, group, len(payments)))
        ]
        findings += (
            _count(source.name, group, read)
            if read
            else _whole_batch(source.name, xml.words(group, "OrgnlPmtInfId") or original, inherited)
        )
        payments += read
    for order in source.budget.steps(xml.every(message, "TxInfAndSts")):
        place = Place(source.name, f"order {len(payments) + 1}")
        payments.append(_payment(order, "", place, settled))
    if not payments and not findings:
        findings += _whole_batch(source.name, original, whole)
    return PaymentFile(source.name, "pain.002", source.sha256, tuple(payments), (), tuple(findings))


def _orders(file: str, group: Element, before: int) -> Iterator[tuple[Element, Place]]:
    """The orders of a batch, each with its place."""
    for number, order in enumerate(xml.every(group, "TxInfAndSts"), start=before + 1):
        yield order, Place(file, f"order {number}")


def _payment(order: Element, inherited: str, place: Place, settled: Collection[str]) -> Payment:
    state = xml.words(order, "TxSts") or inherited
    status, reason = _status(state, order, settled)
    amount = xml.money(order, place, "OrgnlTxRef/Amt/InstdAmt", "OrgnlTxRef/Amt/EqvtAmt/Amt")
    references = xml.all_words(order, "OrgnlEndToEndId", "OrgnlInstrId", "OrgnlTxRef/RmtInf/Ustrd")
    return Payment(
        place=place,
        amount=amount or Money(Decimal(0), NO_CURRENCY),
        status=status,
        order=xml.words(order, "OrgnlEndToEndId"),
        booked=xml.day(order, "OrgnlTxRef/ReqdExctnDt", place),
        payee=xml.words(order, "OrgnlTxRef/Cdtr/Nm", "OrgnlTxRef/Cdtr/Pty/Nm"),
        references=texts(*references),
        po_texts=xml.all_words(order, "OrgnlTxRef/RmtInf/Ustrd"),
        reason=reason,
        report=True,
    )


def _status(state: str, order: Element, settled: Collection[str]) -> tuple[PaymentStatus, str]:
    said = texts(*xml.all_words(order, "StsRsnInf/Rsn/Cd", "StsRsnInf/Rsn/Prtry", "StsRsnInf/AddtlInf"))
    if state in _REJECTED:
        return PaymentStatus.REJECTED, " ".join(said) or state
    if state in settled:
        return PaymentStatus.PAID, ""
    return PaymentStatus.IGNORED, f"not settled yet ({state or 'no status'})"


def _whole_batch(file: str, batch: str, state: str) -> list[Finding]:
    if state not in _REJECTED:
        return []
    return [
        found(
            "batch-rejected",
            "The whole batch was rejected, and the file does not list its orders.",
            "None of its payouts was paid: look them up in that batch, and set their stage.",
            Place(file, f"batch {batch}"),
            state,
            Severity.ERROR,
        )
    ]


def _count(file: str, group: Element, read: list[Payment]) -> list[Finding]:
    """A report may list only the orders that went wrong, so fewer are fine, and more are not."""
    said = xml.words(group, "OrgnlNbOfTxs")
    stated = parse_decimal(said)
    if stated is None or stated >= len(read):
        return []
    return [
        found(
            "control-total",
            f"The report lists {counted(len(read), 'order')} of a batch that had {said}.",
            "Fetch the file from the bank again.",
            Place(file, f"batch {xml.words(group, 'OrgnlPmtInfId')}"),
            said,
            Severity.ERROR,
        )
    ]
