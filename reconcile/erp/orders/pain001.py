"""Writes pain.001: a customer credit transfer initiation of ISO 20022, in the versions 03 and 09. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring  # writes only; nothing is parsed here

from reconcile.domain.money import wire_amount
from reconcile.domain.policy.bank import PayingAccount
from reconcile.erp.orders.bank_account import BankAccount
from reconcile.erp.orders.charset import bank_text
from reconcile.erp.orders.model import Order

_NAME: Final = 70
"""The characters of a name in SEPA; the schema has room for 140."""


@dataclass(frozen=True, slots=True)
class Message:
    """One file. orders: all from one account in one currency. version: `pain.001.001.09`."""

    id: str
    at: datetime
    version: str
    orders: Sequence[Order]

    @property
    def is_old(self) -> bool:
        """Whether it is of 2009: a BIC under another name, and a day without a choice."""
        return self.version == "pain.001.001.03"


def pain001(message: Message) -> bytes:
    """The file. One payment information block per execution date and kind, each with its count and sum."""
    root = Element("Document", xmlns=f"urn:iso:std:iso:20022:tech:xsd:{message.version}")
    body = SubElement(root, "CstmrCdtTrfInitn")
    payer = message.orders[0].payer
    header = SubElement(body, "GrpHdr")
    _put(header, "MsgId", message.id)
    _put(header, "CreDtTm", message.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"))
    _sums(header, message.orders)
    _put(header, "InitgPty/Nm", bank_text(payer.holder, _NAME))
    ordered = sorted(message.orders, key=lambda one: (one.execute_on, not one.is_sepa, one.bill.number))
    for number, (_, block) in enumerate(groupby(ordered, lambda one: (one.execute_on, one.is_sepa)), start=1):
        _block(body, f"{message.id}-{number}", tuple(block), message)
    indent(root)
    content: bytes = tostring(root, encoding="UTF-8", xml_declaration=True)
    return content


def _put(parent: Element, path: str, text: str = "") -> Element:
    """Adds the elements of a path one inside the other, and the text in the last of them."""
    for name in path.split("/"):
        parent = SubElement(parent, name)
    parent.text = text or None
    return parent


def _sums(parent: Element, orders: Iterable[Order]) -> None:
    amounts = [one.bill.amount for one in orders]
    total = sum((one.amount for one in amounts), Decimal(0))
    _put(parent, "NbOfTxs", str(len(amounts)))
    _put(parent, "CtrlSum", wire_amount(total, amounts[0].currency))


def _block(body: Element, number: str, orders: Sequence[Order], message: Message) -> None:
    first = orders[0]
    block = SubElement(body, "PmtInf")
    _put(block, "PmtInfId", number)
    _put(block, "PmtMtd", "TRF")
    _sums(block, orders)
    if first.is_sepa:
        _put(block, "PmtTpInf/SvcLvl/Cd", "SEPA")
    _put(block, "ReqdExctnDt" if message.is_old else "ReqdExctnDt/Dt", first.execute_on.isoformat())
    _put(block, "Dbtr/Nm", bank_text(first.payer.holder, _NAME))
    _account(SubElement(block, "DbtrAcct"), first.payer)
    _bank(SubElement(block, "DbtrAgt"), first.payer, message)
    _put(block, "ChrgBr", "SLEV" if first.is_sepa else "SHAR")
    for order in orders:
        _transfer(SubElement(block, "CdtTrfTxInf"), order, message)


def _transfer(transfer: Element, order: Order, message: Message) -> None:
    amount, payee = order.bill.amount, order.payee
    _put(transfer, "PmtId/EndToEndId", order.bill.number)
    told = _put(transfer, "Amt/InstdAmt", wire_amount(amount.amount, amount.currency))
    told.set("Ccy", amount.currency)
    if payee.bic or payee.routing_number:
        _bank(SubElement(transfer, "CdtrAgt"), payee, message)
    party = SubElement(transfer, "Cdtr")
    _put(party, "Nm", bank_text(payee.holder, _NAME))
    _address(party, payee)
    _account(SubElement(transfer, "CdtrAcct"), payee)
    _put(transfer, "RmtInf/Ustrd", order.text)


def _address(party: Element, payee: BankAccount) -> None:
    """By its parts: a free address is no longer taken by banks, and one needs its town and country."""
    if not bank_text(payee.town, 35) or not payee.country:
        return
    address = SubElement(party, "PstlAdr")
    parts = (("StrtNm", payee.street, 70), ("PstCd", payee.postal_code, 16), ("TwnNm", payee.town, 35))
    for name, text, limit in parts:
        if bank_text(text, limit):
            _put(address, name, bank_text(text, limit))
    _put(address, "Ctry", payee.country)


def _account(parent: Element, account: BankAccount | PayingAccount) -> None:
    if account.iban:
        _put(parent, "Id/IBAN", "".join(account.iban.split()))
    else:
        _put(parent, "Id/Othr/Id", account.account_number)


def _bank(parent: Element, account: BankAccount | PayingAccount, message: Message) -> None:
    bank = SubElement(parent, "FinInstnId")
    if account.bic:
        _put(bank, "BIC" if message.is_old else "BICFI", "".join(account.bic.split()).upper())
    if account.routing_number:
        member = SubElement(bank, "ClrSysMmbId")
        _put(member, "ClrSysId/Cd", "USABA")
        _put(member, "MmbId", account.routing_number)
    if not account.bic and not account.routing_number:
        _put(bank, "Othr/Id", "NOTPROVIDED")
