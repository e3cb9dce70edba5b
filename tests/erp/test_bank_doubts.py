"""Bank files whose debits are not known to have left: pending, expected, interim, deletions, days to come."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pytest

from reconcile.domain.money import Money
from reconcile.domain.policy.payments import PaymentPolicy
from reconcile.erp.matching.match import match_payments
from reconcile.erp.matching.open_payouts import Owed
from reconcile.errors import PaymentFileError

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconcile.erp.payments.model import PaymentFile

    Reader = Callable[..., PaymentFile]

ID: Final = "pay_aaaa1111bbbb2222"
TODAY: Final = date(2026, 4, 20)
OWED: Final = Owed(
    ID, "Acme Partners", "Acme Partners", Money(Decimal(100), "USD"), "APPROVED", date(2026, 3, 31), (ID,)
)
CAMT: Final = (
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.08"><{message}><{account}><Acct><Id><IBAN>'
    "DE89370400440532013000</IBAN></Id></Acct><Ntry><Amt Ccy='USD'>100.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>{status}"
    "<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{value}</Dt></ValDt>{code}<NtryDtls><TxDtls><Refs><EndToEndId>"
    "{id}</EndToEndId></Refs>{more}</TxDtls></NtryDtls></Ntry></{account}></{message}></Document>"
)
CODE: Final = "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{}</Cd><SubFmlyCd>{}</SubFmlyCd></Fmly></Domn></BkTxCd>"
BOOKED: Final = "<Sts><Cd>BOOK</Cd></Sts>"


def _camt(kind: str = "053", status: str = BOOKED, code: str = "", **more: str) -> str:
    message, account = {
        "053": ("BkToCstmrStmt", "Stmt"), "052": ("BkToCstmrAcctRpt", "Rpt"),
        "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
    }[kind]  # fmt: skip
    day = more.get("day", "2026-04-15")
    return CAMT.format(
        kind=kind, message=message, account=account, status=status, code=code, id=ID, day=day,
        value=more.get("value", day), more=more.get("more", ""),
    )  # fmt: skip


def _bai2(group: str = "1", modifier: str = "2", funds: str = "Z", day: str = "260415") -> str:
    return (
        f"01,A,B,260416,0100,1,,,2/\n02,B,A,{group},{day},0100,USD,{modifier}/\n03,123,USD,,,,/\n"
        f"16,495,10000,{funds},B1,C1,{ID} Acme Partners\n49,10000,3/\n98,10000,1,5/\n99,10000,1,7/\n"
    )


def _ofx(kind: str = "DEBIT", more: str = "", day: str = "20260415", listed: str = "BANKTRANLIST") -> str:
    one = "STMTTRNP" if listed.endswith("P") else "STMTTRN"
    return (
        "OFXHEADER:100\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD<BANKACCTFROM><BANKID>1<ACCTID>2"
        f"<ACCTTYPE>CHECKING</BANKACCTFROM><{listed}><DTSTART>20260401<DTEND>20260430<{one}><TRNTYPE>{kind}"
        f"<DTPOSTED>{day}{more}<TRNAMT>-100.00<FITID>f1<NAME>Acme Partners<MEMO>{ID}</{one}></{listed}>"
        "</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    )


def _mt940(
    kind: str = "NTRF", mark: str = "D", value: str = "260415", entry: str = "0415", more: str = ""
) -> str:
    after = ":62F:C260415USD900,00\n" if not more else ""
    opening = ":60F:C260414USD1000,00\n" if not more else ""
    return (
        f":20:S\n:25:123/456\n:28C:1/1\n{opening}{more}:61:{value}{entry}{mark}100,00{kind}NONREF//B1\n"
        f":86:{ID} Acme Partners\n{after}"
    )


def _counts(read: Reader, text: str) -> tuple[int, int]:
    """How many payouts are paid by themselves, and how many are suggested."""
    result = match_payments([read(text, name="bank.txt")], [OWED], PaymentPolicy(), today=TODAY)
    return sum(match.verdict == "paid" for match in result.matches), len(result.suggestions)


HONEST: Final = {
    "camt.053": _camt(), "camt.052": _camt("052"), "camt.054 without a status": _camt("054", ""),
    "camt, a transfer": _camt(code=CODE.format("ICDT", "ESCT")), "camt, value next week": _camt(value="2026-04-24"),
    "BAI2": _bai2(), "BAI2, the final report of the day": _bai2(modifier="4"),
    "BAI2, valued": _bai2(funds="V,260416,"), "OFX": _ofx(), "OFX, a check": _ofx("CHECK"),
    "OFX, available": _ofx(more="<DTAVAIL>20260416"), "MT940": _mt940(), "MT940, the kind of a Dutch bank": _mt940("N544"),
}  # fmt: skip
NOT_PAID: Final = {
    "camt, pending": _camt(status="<Sts>PDNG</Sts>"), "camt, information": _camt(status="<Sts><Cd>INFO</Cd></Sts>"),
    "camt, future": _camt("052", "<Sts><Cd>FUTR</Cd></Sts>"), "camt, a status of the bank's own": _camt(status="<Sts><Prtry>X</Prtry></Sts>"),
    "camt, an advice that is pending": _camt("054", "<Sts>PDNG</Sts>"),
    "OFX, a list of pending": _ofx(listed="BANKTRANLISTP"), "MT942, expected": _mt940(mark="ED"),
}  # fmt: skip
FOR_A_PERSON: Final = {
    "camt.053 without a status": _camt(status=""), "camt.052 without a status": _camt("052", ""),
    "camt, a charge": _camt(code=CODE.format("MDOP", "CHRG")), "camt, interest": _camt(code=CODE.format("MDOP", "INTR")),
    "camt, a day to come": _camt(day="2026-05-15"), "camt, a value far ahead": _camt(value="2026-06-01"),
    "camt, a text": _camt(more="<AddtlTxInf>stopped by customer</AddtlTxInf>"),
    "BAI2, a deletion": _bai2("2"), "BAI2, a correction": _bai2("3"), "BAI2, a test": _bai2("4"),
    "BAI2, interim": _bai2(modifier="3"), "BAI2, a day to come": _bai2(day="260515"), "BAI2, no day": _bai2(day=""),
    "BAI2, a value far ahead": _bai2(funds="V,260601,"), "OFX, a hold": _ofx("HOLD"), "OFX, an unknown kind": _ofx("ZZZ"),
    "OFX, a day to come": _ofx(day="20260515"), "OFX, available far ahead": _ofx(more="<DTAVAIL>20260601"),
    "MT940, a returned item": _mt940("NRTI"), "MT940, a tax": _mt940("NTAX"), "MT940, a reversal": _mt940("NREV"),
    "MT940, a value far ahead": _mt940(value="260601"), "MT942": _mt940(more=":34F:USD0,\n:13D:2604151200+0100\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", HONEST)
def test_a_booked_debit_is_paid_by_itself(read: Reader, name: str) -> None:
    assert _counts(read, HONEST[name]) == (1, 0)


@pytest.mark.parametrize("name", NOT_PAID)
def test_an_entry_that_is_not_booked_pays_nothing(read: Reader, name: str) -> None:
    assert _counts(read, NOT_PAID[name]) == (0, 0)


@pytest.mark.parametrize("name", FOR_A_PERSON)
def test_a_debit_that_something_speaks_against_is_left_to_a_person(read: Reader, name: str) -> None:
    assert _counts(read, FOR_A_PERSON[name]) == (0, 1)


ZENITH: Final = """{1:F01ZEIBNGLAXXXX0000000000}{2:I940ZEIBNGLAXXXXN}{4:
:20:202604302126594
:25:1014000000
:28C: /1
:60F:C260401NGN500000,00
:61:2604150415CN220000,00//19239782213
:86:11302020-TRANSFER-SALES// TRF FROM NORTHWIND
:61:2604150415DN43000,00//19239810200
:86:pay_aaaa1111bbbb2222-MARCH-COMMISSION// TRF TO ACME PARTNERS
:61:2604160416DN240,23//19245574932
:86:Acct Maint. Fee + VAT
:62F:C260430NGN676759,77
:86:ZENITH BANK PLC
-}
"""


def test_the_dialect_of_zenith_is_read(read: Reader) -> None:
    """Statements without a number, transactions without a kind, and a text under the closing balance."""
    file = read(ZENITH, name="zenith.sta")

    assert [(str(one.amount), one.status.value) for one in file.payments] == [
        ("-220,000.00 NGN", "received"), ("43,000.00 NGN", "paid"), ("240.23 NGN", "paid"),
    ]  # fmt: skip
    assert file.payments[1].references == ("pay_aaaa1111bbbb2222-MARCH-COMMISSION// TRF TO ACME PARTNERS",)
    assert file.payments[2].references == ("Acct Maint. Fee + VAT",)
    assert file.how == ("opening balance and transactions give the closing balance 676759.77",)


@pytest.mark.parametrize("of", ["0415", "100,00", "260414"])
def test_digits_of_another_script_are_refused_in_days_and_amounts(read: Reader, of: str) -> None:
    arabic = of.translate({ord(str(one)): chr(0x0660 + one) for one in range(10)})
    text = _mt940()
    assert of in text

    with pytest.raises(PaymentFileError, match="digits of another script"):
        read(text.replace(of, arabic), name="bank.sta")


def test_digits_of_another_script_in_a_text_are_no_matter(read: Reader) -> None:
    assert _counts(read, _mt940().replace(":86:", ":86:\u0661\u0662 ")) == (1, 0)


@pytest.mark.parametrize("more", ["", "<CdtDbtInd>CRDT</CdtDbtInd>"])
def test_no_account_of_a_statement_is_shown_in_full(read: Reader, more: str) -> None:
    file = read(_camt(more=more), name="bank.xml")

    said = [*file.how, *(str(one.place) for one in file.payments), *(one.message for one in file.findings)]
    assert any("\u20263000" in one for one in said)
    assert not any("DE89370400440532013000" in one for one in said)
