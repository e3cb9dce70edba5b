"""Files made to keep a reader busy, or to break it, end in a sentence that shows little of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from erp.bank_cases import OFX

from reconcile.erp.payments.model import PaymentFile
from reconcile.errors import PaymentFileError
from reconcile.resources import sample

Reader = Callable[..., PaymentFile]
NINES: Final = "9" * 100_000
_BAI2: Final = (
    "01,A,B,260420,0600,1,,,2/\n02,B,A,1,260417,2359,USD,2/\n03,1,USD,{account}/\n"
    "16,451,{amount},{funds},B1,,x/\n49,{amount},3/\n98,5,1,5/\n99,5,1,7/\n"
)
_CAMT: Final = sample("2026-03/payments/bank.camt053.xml").read_text("utf-8")
_MT940: Final = sample("2026-03/payments/bank.mt940").read_text("utf-8")
_TABLE: Final = "Date,Payee,Amount,Currency\n"


def _bai2(account: str = "010,,,", amount: str = "5", funds: str = "Z") -> str:
    return _BAI2.format(account=account, amount=amount, funds=funds)


def _counted(number: str) -> str:
    entries = f"<TxsSummry><TtlNtries><NbOfNtries>{number}</NbOfNtries></TtlNtries></TxsSummry><Ntry>"
    return _CAMT.replace("<Ntry>", entries, 1)


def _json(amount: str) -> str:
    return '{"Payments":[{"Amount":' + amount + ',"Invoice":{"CurrencyCode":"USD"}}]}'


REFUSED: Final = {
    "an amount of 100,000 digits in BAI2": (_bai2(amount=NINES), "28 digits"),
    "a superscript in BAI2": (_bai2("010,\u00b2,,"), "no whole number"),
    "an underscore in BAI2": (_bai2("010,1_0,,"), "no whole number"),
    "a count below zero in BAI2": (_bai2("010,1,,D,-3,1"), "no number of amounts"),
    "a transaction with a count below zero in BAI2": (_bai2(funds="D,-3"), "no number of amounts"),
    "a statement 40,000 times in MT940": (":20:\n" * 40_000 + ":25:1\n", "at most 4,000"),
    "only the beginning of a statement in MT940": (":20:\n" * 40_000, "no table"),
    "an amount of 100,000 digits in MT940": (
        re.sub(r"(:61:\d+D)[\d,]+", rf"\g<1>{NINES},00", _MT940, count=1), "bank_field",
    ),
    "an amount of 29 digits in a table": (f"{_TABLE}2026-04-15,a,{NINES[:29]},USD\n", "no amount"),
    "an amount of 100,000 digits in a table": (f"{_TABLE}2026-04-15,a,{NINES},USD\n", "no amount"),
    "a date of 20,000 digits in a table": (f"{_TABLE}{NINES[:20000]}-,a,5,USD\n", "no date"),
    "20,000 digits and a letter in camt": (
        re.sub(r'(<Amt Ccy="USD">)[^<]+', rf"\g<1>{NINES[:20000]}x", _CAMT, count=1), "no amount",
    ),
    "20,000 digits and a letter in OFX": (OFX.replace("-1200", f"{NINES[:20000]}x"), "no amount"),
    "an amount of 29 digits in OFX": (OFX.replace("-1200", NINES[:29]), "no amount"),
    "another script's digits in OFX": (OFX.replace("20260415", "\u0662\u0660260415"), "no date"),
    "an amount of 29 digits in JSON": (_json(NINES[:29]), "no number of at most"),
    "an amount of 100,000 digits in JSON": (_json(NINES), "no number of at most"),
    "a huge exponent in JSON": (_json("1E+999999"), "no number of at most"),
    "true as an amount in JSON": (_json("true"), "no number of at most"),
    "100,000 brackets in JSON": ('{"Payments":' + "[" * 100_000, "no complete JSON"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_hostile_file_is_refused_in_a_short_sentence(read: Reader, case: str) -> None:
    content, told = REFUSED[case]

    with pytest.raises(PaymentFileError, match=told) as refused:
        read(content)
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize(
    "content",
    [_bai2("010,1,,," * 80_000), _bai2().replace("49,", "88,abc\n" * 20_000 + "49,"), _counted(NINES)],
)
def test_a_huge_part_that_the_totals_know_nothing_of_is_an_error_in_a_short_sentence(
    read: Reader, content: str
) -> None:
    errors = [one for one in read(content).findings if one.rule == "control-total"]

    assert errors
    assert max(len(one.message) for one in errors) < 200


@pytest.mark.parametrize("label", ["A" + " " * 40_000 + "head", "Memo (" + " " * 40_000 + "x", "(" * 40_000])
def test_a_long_header_does_not_hold_the_reader(read: Reader, label: str) -> None:
    assert len(read(f"Date,Payee,Amount,Currency,{label}\n2026-04-15,a,5,USD,x\n").payments) == 1


@pytest.mark.parametrize(("label", "currency"), [
    ("Paid (EUR)", "EUR"), ("Paid [EUR]", "EUR"), ("Paid EUR", "EUR"), ("Paid  (EUR", "EUR"),
])  # fmt: skip
def test_the_currency_at_the_end_of_a_header_is_found(read: Reader, label: str, currency: str) -> None:
    (payment,) = read(f"Date,Payee,{label},Reference\n2026-04-15,a,5,x\n").payments
    assert payment.amount.currency == currency


def test_references_in_the_thousands_do_not_hold_the_reader_of_mt940(read: Reader) -> None:
    many = _MT940.replace(":86:", ":86:" + "EREF:" * 8_000 + "+", 1)
    assert len(read(many).payments) == len(read(_MT940).payments)


_SAMPLES: Final = sorted(sample("2026-03/payments/bank.bai2").parent.iterdir())
# What is cut out of a file, or put into it, at many places: the end, half of a tag, signs, other scripts.
_HARM: Final = ("", "\x00", "<", ">", '"', "\ufffd", ":61:", "9" * 60, "\u0661", "{", ",,", "\n")


def _harmed(content: bytes) -> list[bytes]:
    """The file with each harm at each of some places, and the file cut off there."""
    places = [len(content) * step // 6 for step in range(1, 6)]
    cuts = [content[:place] for place in places]
    return cuts + [content[:at] + harm.encode() + content[at + 3 :] for at in places for harm in _HARM]


@pytest.mark.parametrize("file", _SAMPLES, ids=lambda file: file.name)
def test_no_pattern_address_or_name_of_a_library_reaches_a_person(
    read: Reader, file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    told = []
    for content in _harmed(file.read_bytes()[:2500]):
        try:
            told += [f"{one.message} {one.fix}" for one in read(content, file.name).findings]
        except PaymentFileError as refused:
            told.append(str(refused))

    assert told
    for text in told:
        assert not re.search(r"0x[0-9a-f]{6}|\(\?P|object at|<class|Traceback|\bmt940\.|ofxtools|\n", text)
        assert len(text) < 700
    assert capfd.readouterr() == ("", "")
