"""pain.001: valid by the schema of ISO 20022, in the characters of SEPA, and adding up."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files as resources
from xml.etree.ElementTree import Element

import pytest
from builders import END
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st
from payment_orders import AMERICAN, EURO, GERMAN, OVERSEAS, files, orders, payout
from xmlschema import XMLSchema

from reconcile.domain.policy.bank import BankPolicy
from reconcile.erp.bills.vendors import Vendor
from reconcile.erp.orders.charset import bank_text
from reconcile.erp.orders.model import PAIN, OrderFile

ANY = BankPolicy((replace(EURO, currency=""),))
LATIN = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]*")


@cache
def _schema(version: str) -> XMLSchema:
    return XMLSchema((resources("sepaxml") / "schemas" / f"{version}.xsd").read_text(encoding="utf-8"))


def _read(file: OrderFile, version: str) -> Element:
    """The file without its namespace; valid by the schema."""
    _schema(version).validate(file.content.decode())
    root: Element = fromstring(re.sub(rb' xmlns="[^"]*"', b"", file.content))
    return root


def _texts(root: Element, path: str) -> list[str]:
    return [one.text or "" for one in root.iterfind(f".//{path}")]


@pytest.mark.parametrize("version", PAIN)
def test_a_sepa_transfer_is_valid_and_carries_the_payout_as_its_end_to_end_id(version: str) -> None:
    (file,) = files(version, orders(version, payout("pay_7", "1234.50 EUR", po_number="PO 000123")))
    root = _read(file, version)

    assert _texts(root, "PmtId/EndToEndId") == ["pay-7"]
    assert _texts(root, "InstdAmt") == ["1234.50"]
    assert _texts(root, "SvcLvl/Cd") == ["SEPA"]
    assert _texts(root, "CdtrAcct/Id/IBAN") == ["DE75512108001245126199"]
    assert _texts(root, "Cdtr/Nm") == ["Muller + Los GmbH"]
    assert _texts(root, "RmtInf/Ustrd") == ["Commission 2026-Q1 pay-7 PO 000123"]
    assert file.name == f"{_texts(root, 'MsgId')[0]}.xml"


@pytest.mark.parametrize("version", PAIN)
@pytest.mark.parametrize(
    ("vendor", "total", "bank"),
    [
        (OVERSEAS, "5000 JPY", "BOTKJPJT"),
        (replace(GERMAN, town="Köln", country="DE"), "99.90 USD", "SOGEDEFF"),
        (replace(AMERICAN, town="Phoenix", country="US"), "99.90 USD", "122105155"),
    ],
)
def test_a_cross_border_transfer_is_valid_and_names_bank_and_address(
    version: str, vendor: Vendor, total: str, bank: str
) -> None:
    (file,) = files(version, orders(version, payout(total=total), vendor=vendor, policy=ANY))
    root = _read(file, version)

    assert bank in "".join(root.find(".//CdtrAgt").itertext())  # type: ignore[union-attr]
    assert _texts(root, "InstdAmt") == [total.split(maxsplit=1)[0]]
    assert _texts(root, "SvcLvl/Cd") == []
    assert _texts(root, "ChrgBr") == ["SHAR"]
    assert len(_texts(root, "PstlAdr/TwnNm")) == 1


@pytest.mark.parametrize("version", PAIN)
def test_there_is_a_block_per_day_and_kind_and_every_sum_agrees(version: str) -> None:
    may = END.replace(month=5)
    late = payout("pay_2", "20.20 EUR", period_end=may)
    made = orders(version, payout("pay_1", "10.10 EUR"), late, payout("pay_3", "30.30 EUR"))
    (file,) = files(version, made)
    root = _read(file, version)
    blocks = root.findall(".//PmtInf")

    assert _texts(root, "GrpHdr/CtrlSum") == ["60.60"]
    assert [_texts(block, "CtrlSum") for block in blocks] == [["40.40"], ["20.20"]]
    assert [_texts(block, "NbOfTxs") for block in blocks] == [["2"], ["1"]]
    assert len(set(_texts(root, "PmtInfId"))) == 2
    assert [one.execute_on for one in made.orders] == [
        date(2026, 4, 30),
        date(2026, 6, 30),
        date(2026, 4, 30),
    ]


def test_each_currency_has_a_file_of_its_own() -> None:
    vendor = replace(GERMAN, town="Köln", country="DE")
    made = orders(PAIN[0], payout("pay_1"), payout("pay_2", "5 USD"), vendor=vendor, policy=ANY)
    found = files(PAIN[0], made)

    assert [(one.currency, len(one.bills)) for one in found] == [("EUR", 1), ("USD", 1)]
    assert len({one.name for one in found}) == 2


@pytest.mark.parametrize("version", PAIN)
@settings(max_examples=15, deadline=None)
@given(
    name=st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=200),
    amounts=st.lists(st.decimals("0.01", "999999.99", places=2), min_size=1, max_size=4),
    po=st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=200),
)
def test_whatever_a_partner_is_called_the_file_is_valid_or_the_payout_is_held(
    version: str, name: str, amounts: list[Decimal], po: str
) -> None:
    owed = [payout(f"pay_{n}", f"{one} EUR", po_number=po) for n, one in enumerate(amounts)]
    made = orders(version, *owed, vendor=replace(GERMAN, holder=name))
    for file in files(version, made):
        root = _read(file, version)
        assert all(LATIN.fullmatch(text) for text in (*_texts(root, "Nm"), *_texts(root, "Ustrd")))
        assert Decimal(_texts(root, "GrpHdr/CtrlSum")[0]) == sum(amounts)

    assert len(made.orders) in (0, len(amounts))
    assert bool(made.orders) == bool(bank_text(name.strip() or GERMAN.vendor, 70))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ørsted A/S", "Orsted A/S"),
        ("//A//B/", "A/B"),
        ("東京 & Co_1", "DongJing + Co-1"),
        ("a@b.de", "a.b.de"),
        ("x" * 80, "x" * 70),
    ],
)
def test_a_text_is_written_in_the_letters_that_banks_take(text: str, expected: str) -> None:
    assert bank_text(text, 70) == expected
