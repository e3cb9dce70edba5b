"""Files from outside and who reads them, one to a process: `python tests/bench/readers.py make|read NAME SIZE FOLDER`.

`make` writes the file of a reader with so many rows, or with one line of 10 MB where SIZE is `line`. `read`
reads it and prints a JSON line: the processor seconds of the reader, or the sentence that refuses the file,
and the seconds of a plain read of the same file, in which nothing is checked.
"""

from __future__ import annotations

import csv
import io
import json
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET
from zipfile import ZipFile

from made_files import LINE, day, make_other, money

from reconcile.cli import collect_rarely
from reconcile.errors import ReconcileError

if TYPE_CHECKING:
    from reconcile.domain.policy.file_rules import FileRules

Read = Callable[[Path], object]
Row = Callable[[int], str]


@dataclass(frozen=True)
class File:
    """A kind of file. head, foot: around its rows. long: the part of a row that is repeated to 10 MB."""

    name: str
    read: Read
    plain: Read
    head: str
    row: Row
    foot: Callable[[int], str]
    long: tuple[str, str, str]
    between: str = ""

    def texts(self, size: str) -> Iterator[str]:
        """The text of the file, piece by piece."""
        yield self.head
        if size == "line":
            before, piece, behind = self.long
            yield before + piece * (LINE // len(piece)) + behind
            yield self.foot(1)
            return
        rows = int(size) - self.head.count("\n")
        for number in range(rows):
            yield self.row(number) + (self.between if number < rows - 1 else "")
        yield self.foot(rows)


def _unbound() -> FileRules:
    """Rules whose bounds on size and time no measured file reaches."""
    from reconcile.domain.policy.file_rules import FileRules

    most = 4_000
    return FileRules(
        table_megabytes=most,
        table_rows=2_000_000,
        bank_megabytes=most,
        bank_rows=2_000_000,
        bank_seconds=86_400,
    )


def bank(path: Path) -> object:
    """As `payments` and `close` read a file of payments, but for the bounds on its size and time."""
    from reconcile.erp.payments.formats.layout import built_in
    from reconcile.erp.payments.formats.read import Reading, read_payments
    from reconcile.erp.payments.formats.table import Hints
    from reconcile.jobs.user_tables import source_of

    return read_payments(source_of(path, _unbound()), Reading(Hints(), built_in(None)))


def table(convert: str, path: Path) -> object:
    """As `bills` and `close` read a small table, but for the bounds. convert: what it is a table of."""
    from reconcile.close.explanations import explanations_from
    from reconcile.close.remeasurement.rates import rates_from
    from reconcile.erp.bills.open_bills import open_bills_from
    from reconcile.erp.bills.vendors import vendors_from
    from reconcile.jobs.user_tables import read_any_table

    rows = read_any_table(path, "Flux" if convert == "explanations" else "Table", _unbound())
    if convert == "explanations":
        return explanations_from(rows, "ana", path.name)
    return {"vendors": vendors_from, "rates": rates_from, "open bills": open_bills_from}[convert](
        rows, path.name
    )


def ledger(path: Path) -> object:
    """As `close --gl` reads an export of the general ledger, but for the bounds."""
    from reconcile.erp.general_ledger.read_ledger import LedgerHints, read_ledger
    from reconcile.jobs.named_files import check_size
    from reconcile.jobs.user_tables import source_of

    check_size(path, _unbound())
    return read_ledger(source_of(path, _unbound()), LedgerHints({"2000": True}, currency="USD"))


def recipients(path: Path) -> object:
    """As `export --split-by` reads who gets which part, but for the bounds."""
    from builders import make_snapshot

    from reconcile.domain.split.split_by import Part
    from reconcile.jobs.exports.split_export import read_recipients

    parts = [Part(f"p{n}", f"Partner {n}", make_snapshot()) for n in range(2000)]
    return read_recipients(path, parts, _unbound())


def settings(path: Path) -> object:
    """As every command reads its configuration."""
    from reconcile.config import Choices, load

    return load(Choices(config=path), {}, path.parent)


def layout(path: Path) -> object:
    """As `payments --layout` reads a layout."""
    from reconcile.erp.payments.formats.layout import load_table_layout

    return load_table_layout(str(path), None)


def plan(path: Path) -> object:
    """As `diff`, `apply` and `approve` read a plan."""
    from reconcile.domain.policy.names_and_limits import Policy
    from reconcile.jobs.saved_plans import read_plan

    return read_plan(path, Policy())


def pack(path: Path) -> object:
    """As `verify` reads an evidence pack."""
    from reconcile.evidence.verify import Check, read_pack

    return Check(read_pack(path))


def workbook(path: Path) -> object:
    """As every command reads a workbook that came back."""
    from reconcile.domain.policy.names_and_limits import Policy
    from reconcile.workbook.read.reader import read_workbook

    return read_workbook(path, Policy())


def plain_table(mark: str, path: Path) -> object:
    """All rows of a table."""
    csv.field_size_limit(sys.maxsize)
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8")), delimiter=mark))


def plain_lines(mark: str, path: Path) -> object:
    """All lines, taken apart."""
    return [line.split(mark) for line in path.read_text(encoding="utf-8").splitlines()]


def plain_xml(path: Path) -> object:
    """The tree of an XML file."""
    return ET.parse(path)


def plain_json(path: Path) -> object:
    """What a JSON file holds."""
    return json.loads(path.read_text(encoding="utf-8"))


def plain_toml(path: Path) -> object:
    """What a TOML file holds."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def plain_workbook(path: Path) -> object:
    """All values of all sheets."""
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True)
    return [row for sheet in book for row in sheet.iter_rows(values_only=True)]


def plain_pack(path: Path) -> object:
    """What the JSON files of a zip hold."""
    with ZipFile(path) as archive:
        return [json.loads(archive.read(name)) for name in archive.namelist() if name.endswith(".json")]


def _cents(rows: int) -> int:
    return sum(100 * (100 + number % 90_000) + number % 100 for number in range(rows))


def _nothing(rows: int) -> str:
    return ""


def _bank_files() -> Iterator[File]:
    comma = partial(plain_table, ",")
    yield File(
        "payments table, found by its headers", bank, comma,
        "Date,Payee,Reference,Amount,Currency,Status\n",
        lambda n: f"{day(n)},Partner {n % 900},pay_{n},{money(n)},USD,Paid\n",
        _nothing, ("2026-04-15,Acme,", "pay ", ",5.00,USD,Paid\n"),
    )  # fmt: skip
    yield File(
        "payments table, one of a known service", bank, partial(plain_table, ";"),
        "Buchungstag;Empfänger;Verwendungszweck;Betrag;Währung;Saldo;Status;Grund\n",
        lambda n: f"{n % 28 + 1:02d}.04.2026;Partner {n % 900};pay_{n};-{money(n).replace('.', ',')};USD;;;\n",
        _nothing, ("15.04.2026;Acme;", "pay ", ";-5,00;USD;;;\n"),
    )  # fmt: skip
    yield File(
        "QuickBooks bill payments", bank, comma,
        "Date,Transaction type,Bill no.,Vendor,Memo,Amount,Currency,Txn ID\n",
        lambda n: f"04/{n % 28 + 1:02d}/2026,Bill Payment (Check),pay_{n},Partner {n % 900},,{money(n)},USD,{n}\n",
        _nothing, ("04/15/2026,Bill Payment (Check),", "a,", ",,\n"),
    )  # fmt: skip
    yield File(
        "NetSuite bill payments", bank, comma,
        "Internal ID,Type,Date,Document Number,Name,Amount (Foreign Currency),Currency,Memo,Status,"
        "Applied To Transaction,Applied To Link Amount (Foreign Currency)\n",
        lambda n: f"{n},Bill Payment,4/{n % 28 + 1}/2026,BP{n},Partner {n % 900},-{money(n)},USD,,Approved,"
        f"Bill #pay_{n},{money(n)}\n",
        _nothing, ("1,Bill Payment,4/15/2026,BP1,Acme,-5.00,USD,", "memo ", ",Approved,,\n"),
    )  # fmt: skip
    yield File(
        "Xero payments, CSV", bank, comma,
        "Bill Payments\n\nPayment Date,Contact,Invoice Number,Reference,Payment,Currency,Status\n",
        lambda n: f"{n % 28 + 1} Apr 2026,Partner {n % 900},pay_{n},,{money(n)},USD,Paid\n",
        _nothing, ("15 Apr 2026,Acme,", '"" ', ",,5.00,USD,Paid\n"),
    )  # fmt: skip
    yield File(
        "Xero payments, JSON", bank, plain_json, '{"Payments": [\n',
        lambda n: json.dumps(
            {"PaymentID": str(n), "Date": day(n), "Amount": 5 + n, "Status": "AUTHORISED",
             "Invoice": {"InvoiceNumber": f"pay_{n}", "CurrencyCode": "USD", "Contact": {"Name": f"P {n % 900}"}}}
        ),
        lambda _: "\n]}\n", ('{"Date": "2026-04-15", "Amount": ', "9", "}"), ",\n",
    )  # fmt: skip
    yield from _statements()


def _statements() -> Iterator[File]:
    yield File(
        "MT940", bank, partial(plain_lines, ":"),
        ":20:STATEMENT\n:25:US00SAMPLE\n:28C:1/1\n:60F:C260401USD0,00\n",
        lambda n: f":61:2604{n % 28 + 1:02d}04{n % 28 + 1:02d}D{money(n).replace('.', ',')}NTRFNONREF//B{n}\n"
        f":86:166?00TRANSFER?20EREF+pay{n}?32Partner {n % 900}\n",
        lambda rows: f":62F:D260430USD{_cents(rows) // 100},{_cents(rows) % 100:02d}\n-\n",
        (":61:2604150415D100,00NTRFNONREF//B1\n:86:", "EREF: ", "\n"),
    )  # fmt: skip
    yield File(
        "BAI2", bank, partial(plain_lines, ","),
        "01,BANK,VENDOR,260430,2000,1,80,,2/\n02,VENDOR,BANK,1,260430,2000,USD,2/\n03,US00SAMPLE,USD,010,0,,Z/\n",
        lambda n: f"16,495,{money(n).replace('.', '')},Z,B{n},pay_{n},Partner {n % 900}/\n",
        lambda rows: f"49,{_cents(rows)},{rows + 2}/\n98,{_cents(rows)},1,{rows + 4}/\n99,{_cents(rows)},1,{rows + 6}/\n",
        ("16,495,10000,Z,B1,", "pay,", "/\n"),
    )  # fmt: skip
    yield from (
        _camt("camt.053", "BkToCstmrStmt", "Stmt"),
        _camt("camt.054", "BkToCstmrDbtCdtNtfctn", "Ntfctn"),
    )
    yield File(
        "pain.002", bank, plain_xml,
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><OrgnlGrpInfAndSts>'
        "<OrgnlMsgId>R</OrgnlMsgId></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>B</OrgnlPmtInfId>\n",
        lambda n: f"<TxInfAndSts><OrgnlEndToEndId>pay-{n}</OrgnlEndToEndId><TxSts>RJCT</TxSts><OrgnlTxRef><Amt>"
        f'<InstdAmt Ccy="USD">{money(n)}</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>\n',
        lambda _: "</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>\n",
        ("<TxInfAndSts><OrgnlEndToEndId>", "9", "</OrgnlEndToEndId></TxInfAndSts>"),
    )  # fmt: skip
    yield File(
        "OFX and QFX", bank, partial(plain_lines, "<"),
        "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\nCOMPRESSION:NONE\n"
        "OLDFILEUID:NONE\nNEWFILEUID:NONE\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><TRNUID>0<STMTRS><CURDEF>USD"
        "<BANKACCTFROM><BANKID>1<ACCTID>US00SAMPLE<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST>\n",
        lambda n: f"<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>202604{n % 28 + 1:02d}<TRNAMT>-{money(n)}<FITID>{n}"
        f"<NAME>P {n % 900}<MEMO>pay_{n}</STMTTRN>\n",
        lambda _: "</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n",
        ("<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260415<TRNAMT>-5.00<FITID>1<NAME>", "a ", "</STMTTRN>\n"),
    )  # fmt: skip


def _camt(name: str, message: str, report: str) -> File:
    return File(
        name, bank, plain_xml,
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{name}.001.08"><{message}><{report}><Acct><Id><Othr>'
        "<Id>US00SAMPLE</Id></Othr></Id></Acct>\n",
        lambda n: f'<Ntry><Amt Ccy="USD">{money(n)}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<BookgDt><Dt>{day(n)}</Dt></BookgDt><AcctSvcrRef>B{n}</AcctSvcrRef><NtryDtls><TxDtls><Refs>"
        f"<EndToEndId>pay-{n}</EndToEndId></Refs><RltdPties><Cdtr><Pty><Nm>P {n % 900}</Nm></Pty></Cdtr></RltdPties>"
        "</TxDtls></NtryDtls></Ntry>\n",
        lambda _: f"</{report}></{message}></Document>\n",
        ('<Ntry><Amt Ccy="USD">5.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><BookgDt><Dt>2026-04-15</Dt></BookgDt><NtryDtls>',
         "<TxDtls/>", "</NtryDtls></Ntry>"),
    )  # fmt: skip


def _tables() -> Iterator[File]:
    comma = partial(plain_table, ",")
    yield File(
        "vendors", partial(table, "vendors"), comma, "partner_id,vendor,vendor_id\n",
        lambda n: f"p{n},Partner {n},{n}\n", _nothing, ("p1,", "a", ",1\n"),
    )  # fmt: skip
    yield File(
        "rates", partial(table, "rates"), comma, "currency,to,rate,date\n",
        lambda n: f"EUR,USD,1.{n % 9000 + 1},2026-03-31\n", _nothing, ("EUR,USD,1.", "1", ",2026-03-31\n"),
    )  # fmt: skip
    yield File(
        "open bills", partial(table, "open bills"), comma, "Invoice Number,Contact,Total,Currency,Date\n",
        lambda n: f"pay_{n},Partner {n},{money(n)},USD,{day(n)}\n", _nothing, ("pay_1,", "a,", "5.00,USD,\n"),
    )  # fmt: skip
    yield File(
        "explanations of a flux", partial(table, "explanations"), comma,
        "Currency,Partner ID,Plan,Last close,This close,Explanation\n",
        lambda n: f"USD,p{n},Plan,1.00,{money(n)},New partner\n", _nothing, ("USD,p1,Plan,1.00,2.00,", "a", "\n"),
    )  # fmt: skip
    yield File(
        "recipients", recipients, comma, "part,recipient\n",
        lambda n: f"Partner {n},ana@example.com\n", _nothing, ("Partner 1,", "a", "\n"),
    )  # fmt: skip
    yield File(
        "account transactions", ledger, comma, "Date,Account Code,Description,Debit,Credit,Currency\n",
        lambda n: f"{day(n)},2000,Bill {n},{money(n)},,USD\n", _nothing, ("2026-04-01,2000,", "a ", ",5.00,,USD\n"),
    )  # fmt: skip
    yield File(
        "settings", settings, plain_toml, "[policy]\n", lambda n: f"# {n}\n", _nothing, ("[", "[", "\n"),
    )  # fmt: skip
    yield File(
        "layout of payments", layout, plain_toml, 'title = "Mine"\n[columns]\namount = [\n',
        lambda n: f'"Amount {n}",\n', lambda _: ']\ndate = ["Date"]\n', ('"', "a", '"\n'),
    )  # fmt: skip


def files() -> dict[str, File]:
    """Every kind of text file, by its name."""
    return {one.name: one for one in (*_bank_files(), *_tables())}


OTHERS: dict[str, tuple[Read, Read, str]] = {
    "workbook of payments": (bank, plain_workbook, "payments.xlsx"),
    "workbook that came back": (workbook, plain_workbook, "month.xlsx"),
    "saved plan": (plan, plain_json, "plan.json"),
    "evidence pack": (pack, plain_pack, "pack.zip"),
}
"""What is no text made of rows: its reader, its plain read, and its file (see `made_files`)."""


def make(name: str, size: str, folder: Path) -> Path:
    """Writes the file of a reader."""
    if name in OTHERS:
        path = folder / OTHERS[name][2]
        make_other(name, size, path)
        return path
    kind = files()[name]
    toml = kind.plain is plain_toml
    path = folder / ("file.toml" if toml else "file.csv" if isinstance(kind.plain, partial) else "file")
    with path.open("w", encoding="utf-8") as stream:
        stream.writelines(kind.texts(size))
    return path


def read(name: str, path: Path) -> dict[str, object]:
    """The seconds of the reader, or the sentence that refuses the file, and those of the plain read."""
    work = OTHERS[name][0] if name in OTHERS else files()[name].read
    refusal = ""
    collect_rarely()
    with tempfile.TemporaryDirectory() as folder, suppress(ReconcileError):
        work(make(name, "10", Path(folder)))  # so that no import is measured
    start = time.process_time()
    try:
        work(path)
    except ReconcileError as error:
        refusal = str(error)
    seconds = time.process_time() - start
    return {"seconds": seconds, "refusal": refusal}


def read_plainly(name: str, path: Path) -> dict[str, object]:
    """The seconds of the plain read; none where it cannot read such a file."""
    plain = OTHERS[name][1] if name in OTHERS else files()[name].plain
    start = time.process_time()
    try:
        plain(path)
    except (ValueError, RecursionError, ET.ParseError):
        return {"seconds": None}
    return {"seconds": time.process_time() - start}


def main() -> None:
    """Does what the arguments say."""
    sys.path.insert(0, str(Path(__file__).parent.parent))
    verb, name, size, folder = sys.argv[1:]
    if verb == "make":
        print(make(name, size, Path(folder)))
    else:
        print(json.dumps({"read": read, "plain": read_plainly}[verb](name, Path(folder))))


if __name__ == "__main__":
    main()
