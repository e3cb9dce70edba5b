"""Reading takes steps in proportion to the file, whatever its rows are made of; counted, not timed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from reconcile.erp.payments.formats.read import Reading, read_payments
from reconcile.erp.payments.formats.table import Hints
from reconcile.erp.payments.merge_files import merged
from reconcile.erp.payments.model import PaymentFile, Source
from reconcile.errors import PaymentFileError
from tests.erp.conftest import BUILT_IN

FEW, MANY = 60, 240
MOST = 1.15 * MANY / FEW


def _read(text: str, name: str = "file") -> PaymentFile:
    return read_payments(Source(name, text.encode()), Reading(Hints(currency="USD"), BUILT_IN))


def _steps(work: Callable[[], object]) -> int:
    """The calls that the work makes, those of built-in functions included."""
    count = 0

    def note(frame: FrameType, event: str, arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def _camt(inside: str, account: str = "<Acct><Id><Othr><Id>1</Id></Othr></Id></Acct>") -> str:
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>'
        f"{account}{inside}</Stmt></BkToCstmrStmt></Document>"
    )


ENTRY = '<Ntry><Amt Ccy="USD">5.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts>{}</Ntry>'
ORDERS = (
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>{}'
    "</CstmrPmtStsRpt></Document>"
)
TABLE = "Date,Payee,Reference,Amount,Currency,Status\n"
SHAPES: dict[str, Callable[[int], str]] = {
    "camt entries of an account without an IBAN": lambda n: _camt(ENTRY.format("") * n),
    "camt entries of no account": lambda n: _camt(ENTRY.format("") * n, ""),
    "camt days that are none": lambda n: _camt(ENTRY.format("<ValDt><Dt>x</Dt></ValDt>") * n),
    "camt details of one entry": lambda n: _camt(
        ENTRY.format('<NtryDtls><TxDtls><Amt Ccy="USD">1.00</Amt></TxDtls></NtryDtls>' * n)
    ),
    "camt texts beside the details of one entry": lambda n: _camt(
        ENTRY.format(
            "<AddtlTxInf>a</AddtlTxInf>" * n
            + '<NtryDtls><TxDtls><Amt Ccy="USD">1.00</Amt></TxDtls></NtryDtls>' * 10
        )
    ),
    "camt balances": lambda n: _camt("<Bal><Tp/></Bal>" * n + ENTRY.format("") * n),
    "pain.002 batches without a status": lambda n: ORDERS.format(
        "<OrgnlPmtInfAndSts><TxInfAndSts><TxSts>RJCT</TxSts></TxInfAndSts></OrgnlPmtInfAndSts>" * n
    ),
    "pain.002 batches without orders": lambda n: ORDERS.format("<OrgnlPmtInfAndSts/>" * n),
    "a table of totals": lambda n: (
        TABLE + "2026-04-15,A,,5.00,USD,Paid\nTotal,,,7.00,,\n" * n + "2026-04-15,A,,5.00,USD,Paid\n"
    ),
    "a table of many states": lambda n: (
        TABLE
        + "".join(f"2026-04-15,A,,5.00,USD,x{one}\n" for one in range(n))
        + "2026-04-15,A,,5.00,USD,Paid\n"
    ),
    "a table of balances": lambda n: (
        "Date,Payee,Amount,Balance,Currency\n"
        + "2026-04-15,A,-5.00,7.00,USD\n2026-04-15,A,-5.00,7.00,EUR\n" * n
    ),
    "BAI2 continuations": lambda n: "01,A,B,260430/\n16,495,5,Z,1" + "\n88,a" * n + "/\n99,5,1,3/",
    "BAI2 accounts": lambda n: "01,A,B,260430/\n" + "03,1,USD/\n49,0,2/\n" * n + "99,0,0,1/",
    "MT940 transactions": lambda n: (
        ":20:S\n:25:1\n:28C:1/1\n:60F:C260401USD0,00\n"
        + ":61:2604150415D1,00NTRFNONREF//B\n:86:?20EREF+a?32A\n" * n
        + f":62F:D260430USD{n},00\n"
    ),
    "OFX transactions": lambda n: (
        "OFXHEADER:100\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD<BANKTRANLIST>"
        + "<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260415<TRNAMT>-5<FITID>1<NAME>A</STMTTRN>" * n
        + "</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_reading_takes_steps_in_proportion_to_the_rows(shape: str) -> None:
    made = SHAPES[shape]
    _read(made(2))  # what is kept after the first time is not counted

    assert _steps(lambda: _read(made(MANY))) < MOST * _steps(lambda: _read(made(FEW)))


@pytest.mark.parametrize("day", ["2026-04-15", "2026-04-16"])
def test_files_that_tell_of_the_same_payments_are_put_together_in_proportion(day: str) -> None:
    def files(count: int) -> list[PaymentFile]:
        row = "{},A,r,5.00,USD,Paid\n"
        return [_read(TABLE + row.format(one) * count, one) for one in ("2026-04-15", day + " ")]

    few, many = files(FEW), files(MANY)
    assert _steps(lambda: merged(many)) < MOST * _steps(lambda: merged(few))


def test_an_id_of_too_many_payments_is_refused() -> None:
    rows = "Id,Date,Payee,Amount,Currency\n" + "1,2026-04-15,A,5.00,USD\n" * 501

    with pytest.raises(PaymentFileError, match="more than 500 payments have the id '1'"):
        merged([_read(rows)])
