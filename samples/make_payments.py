"""Makes the payment files of the sample month in `2026-03/payments/`: one story in every format.

    python samples/make_payments.py

In April the finance desk pays some of March's payouts. It pays `approved` by its id, and by mistake again;
one by its PO number; one without any reference; two of a partner with one payment; one 25.00 short; and one
whose payment comes back. It also pays the rent, and a payout that was declined.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

HERE = Path(__file__).parent / "2026-03"
ACCOUNT = "US00SAMPLE0000000042"
OPENING = Decimal("900000.00")


@dataclass(frozen=True)
class Paid:
    """One movement. amount: out of the account; what came in is negative. back: why it was returned."""

    day: str
    amount: Decimal
    payee: str
    reference: str = ""
    memo: str = ""
    back: str = ""


def story(seed: dict[str, Any]) -> list[Paid]:
    """What was paid, in the order of the days."""
    due = amounts(seed)
    partner = {one["id"]: one["name"] for one in seed["partners"]}
    payee = {one["id"]: partner[one["partnerId"]] for one in seed["payouts"]}
    po = next(one["id"] for one in seed["payouts"] if one.get("poNumber") == "PO-2026-0625")
    approved = seed["named"]["approved"]
    free = plain_payouts(seed, "APPROVED", payee)
    pair = free["Summit Peak Consulting"]
    alone, short = free["Bright Peak Consulting"][0], free["Cedar Peak Consulting"][0]
    (back, *_) = free_of(seed, "PENDING_PAYMENT")
    (declined, *_) = free_of(seed, "DECLINED")
    return [
        Paid("2026-04-15", due[approved], payee[approved], approved),
        Paid("2026-04-15", due[po], payee[po], "", "Purchase order PO-2026-0625"),
        Paid("2026-04-16", due[alone], payee[alone].upper(), "", "Partner programme, first quarter"),
        Paid("2026-04-16", sum((due[one] for one in pair), Decimal(0)), payee[pair[0]], "", "Both payouts"),
        Paid("2026-04-17", due[short] - 25, payee[short], short),
        Paid("2026-04-17", due[back], payee[back], back),
        Paid("2026-04-20", -due[back], payee[back], back, "", "AC04 Account closed"),
        Paid("2026-04-20", due[declined], payee[declined], declined),
        Paid("2026-04-21", due[approved], payee[approved], approved),
        Paid("2026-04-22", Decimal("1200.00"), "Harbour View Offices", "", "Rent for May"),
    ]


def amounts(seed: dict[str, Any]) -> dict[str, Decimal]:
    """Add up the lines of each payout whose lines are all in USD."""
    sums: dict[str, Decimal] = {}
    mixed = {line["payoutId"] for line in seed["lines"] if line.get("payoutId") and line["currency"] != "USD"}
    for line in seed["lines"]:
        payout = line.get("payoutId")
        if payout and payout not in mixed:
            sums[payout] = sums.get(payout, Decimal(0)) + Decimal(line["amount"])
    return sums


def plain_payouts(seed: dict[str, Any], stage: str, payee: dict[str, str]) -> dict[str, list[str]]:
    """The payouts in USD of a stage, by the name of the partner."""
    found: dict[str, list[str]] = {}
    for payout in free_of(seed, stage):
        found.setdefault(payee[payout], []).append(payout)
    return found


def free_of(seed: dict[str, Any], stage: str) -> list[str]:
    """The payouts in USD of a stage."""
    due = amounts(seed)
    return [one["id"] for one in seed["payouts"] if one["stage"] == stage and one["id"] in due]


def camt(story: list[Paid]) -> str:
    """A camt.053 statement, version 8."""
    balance = OPENING - sum(one.amount for one in story)
    entries = "\n".join(camt_entry(number, one) for number, one in enumerate(story, start=1))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>SAMPLE-2026-04</MsgId><CreDtTm>2026-04-30T20:00:00Z</CreDtTm></GrpHdr>
<Stmt><Id>2026-04</Id><Acct><Id><Othr><Id>{ACCOUNT}</Id></Othr></Id><Ccy>USD</Ccy></Acct>
{camt_balance("OPBD", OPENING, "2026-04-01")}
{camt_balance("CLBD", balance, "2026-04-30")}
{entries}
</Stmt></BkToCstmrStmt></Document>
"""


def camt_balance(kind: str, amount: Decimal, day: str) -> str:
    """A balance of the account."""
    code = f"<Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>"
    return f'<Bal>{code}<Amt Ccy="USD">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>'


def camt_entry(number: int, one: Paid) -> str:
    """One entry with one transaction."""
    back = (
        f"<RtrInf><Rsn><Cd>{one.back[:4]}</Cd></Rsn><AddtlInf>{one.back[5:]}</AddtlInf></RtrInf>"
        if one.back
        else ""
    )
    memo = f"<RmtInf><Ustrd>{escape(one.memo)}</Ustrd></RmtInf>" if one.memo else ""
    return (
        f'<Ntry><Amt Ccy="USD">{abs(one.amount)}</Amt><CdtDbtInd>{"CRDT" if one.back else "DBIT"}</CdtDbtInd>'
        f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{one.day}</Dt></BookgDt><ValDt><Dt>{one.day}</Dt></ValDt>"
        f"<AcctSvcrRef>BANK{number:06}</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>"
        # The character set of SEPA has no underscore.
        f"{one.reference.replace('_', '-') or 'NOTPROVIDED'}</EndToEndId></Refs><RltdPties><Cdtr><Pty><Nm>"
        f"{escape(one.payee)}</Nm></Pty></Cdtr></RltdPties>{memo}{back}</TxDtls></NtryDtls></Ntry>"
    )


def pain(story: list[Paid]) -> str:
    """A pain.002 report in which the payment that came back was rejected at once."""
    (one,) = [paid for paid in story if paid.back]
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
<GrpHdr><MsgId>SAMPLE-STATUS</MsgId><CreDtTm>2026-04-17T09:00:00Z</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>RUN-2026-04-17</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId></OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>RUN-2026-04-17-1</OrgnlPmtInfId><OrgnlNbOfTxs>2</OrgnlNbOfTxs>
<TxInfAndSts><OrgnlEndToEndId>{one.reference.replace("_", "-")}</OrgnlEndToEndId><TxSts>RJCT</TxSts>
<StsRsnInf><Rsn><Cd>AC01</Cd></Rsn><AddtlInf>Incorrect account number</AddtlInf></StsRsnInf>
<OrgnlTxRef><Amt><InstdAmt Ccy="USD">{-one.amount}</InstdAmt></Amt>
<Cdtr><Pty><Nm>{escape(one.payee)}</Nm></Pty></Cdtr></OrgnlTxRef>
</TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>
"""


def ofx(story: list[Paid]) -> str:
    """An OFX 1.0.2 statement, as banks write it: tags without ends."""
    head = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\n"
    head += "COMPRESSION:NONE\nOLDFILEUID:NONE\nNEWFILEUID:NONE\n\n"
    status = "<STATUS><CODE>0<SEVERITY>INFO</STATUS>"
    lines = (
        f"<STMTTRN><TRNTYPE>{'CREDIT' if one.back else 'DEBIT'}<DTPOSTED>{one.day.replace('-', '')}120000"
        f"<TRNAMT>{-one.amount}<FITID>2026{number:06}<NAME>{escape(one.payee[:32])}"
        f"<MEMO>{escape(ofx_memo(one))}</STMTTRN>"
        for number, one in enumerate(story, start=1)
    )
    return (
        f"{head}<OFX><SIGNONMSGSRSV1><SONRS>{status}<DTSERVER>20260430<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>\n"
        f"<BANKMSGSRSV1><STMTTRNRS><TRNUID>0{status}<STMTRS><CURDEF>USD\n<BANKACCTFROM><BANKID>042<ACCTID>{ACCOUNT}"
        "<ACCTTYPE>CHECKING</BANKACCTFROM>\n<BANKTRANLIST><DTSTART>20260401<DTEND>20260430\n"
        + "\n".join(lines)
        + "\n</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"
    )


def ofx_memo(one: Paid) -> str:
    """What the bank writes beside the payment."""
    said = ("RETURNED" if one.back else "", one.reference, one.memo, one.back)
    return " ".join(filter(None, said)) or "Payment"


def mt940(story: list[Paid]) -> str:
    """An MT940 statement with structured field 86."""
    closing = OPENING - sum(one.amount for one in story)
    lines = [":20:SAMPLE202604", f":25:{ACCOUNT}", ":28C:00004/001", f":60F:C260401USD{comma(OPENING)}"]
    for number, one in enumerate(story, start=1):
        mark = "RD" if one.back else "D"
        day = one.day.replace("-", "")[2:]
        lines.append(f":61:{day}{day[2:]}{mark}{comma(abs(one.amount))}NTRFNONREF//BANK{number:06}")
        words = f"EREF+{one.reference.replace('_', '')}" if one.reference else f"SVWZ+{one.memo}"
        # Fields of 27 characters, so that ids are broken in two.
        parts = "".join(
            f"?{20 + place}{words[at : at + 27]}" for place, at in enumerate(range(0, len(words), 27))
        )
        lines.append(f":86:166?00{one.back or 'TRANSFER'}{parts}?32{one.payee[:27]}")
    return "\r\n".join([*lines, f":62F:C260430USD{comma(closing)}", "-", ""])


def comma(amount: Decimal) -> str:
    """An amount as SWIFT writes it."""
    return str(amount).replace(".", ",")


def bai2(story: list[Paid]) -> str:
    """A BAI2 file with control totals."""
    coins = [int(abs(one.amount) * 100) for one in story]
    total = sum(coins) + int(OPENING * 100)
    body = [
        f"16,{257 if one.back else 495},{amount},Z,BANK{number:06},{one.reference},"
        f"{' '.join(filter(None, (one.payee, one.memo, one.back)))}/"
        for number, (one, amount) in enumerate(zip(story, coins, strict=True), start=1)
    ]
    size = len(body)
    return "\n".join([
        "01,SAMPLEBANK,VENDOR,260430,2000,1,80,,2/",
        "02,VENDOR,SAMPLEBANK,1,260430,2000,USD,2/",
        f"03,{ACCOUNT},USD,010,{int(OPENING * 100)},,Z/",
        *body,
        f"49,{total},{size + 2}/",
        f"98,{total},1,{size + 4}/",
        f"99,{total},1,{size + 6}/",
        "",
    ])  # fmt: skip


def xero_csv(story: list[Paid]) -> str:
    """A report of Xero with title rows and a total; the payment that came back was deleted there."""
    head = "Bill Payments\nVendor Inc.\nFor the month ended 30 April 2026\n\n"
    head += "Payment Date,Contact,Invoice Number,Reference,Payment,Currency,Status\n"
    kept = [one for one in story if not one.back]
    rows = (
        f"{date_words(one.day)},{quoted(one.payee)},{one.reference},{quoted(one.memo)},{quoted(f'{one.amount:,}')},USD,Paid\n"
        for one in kept
    )
    return head + "".join(rows) + f"Total,,,,{quoted(f'{sum(one.amount for one in kept):,}')},,\n"


def xero_json(story: list[Paid]) -> str:
    """Payments as Xero's API gives them; the one that came back is deleted."""
    back = {one.reference for one in story if one.back}
    payments = [
        {
            "PaymentID": f"00000000-0000-4000-8000-{number:012}",
            "Date": one.day,
            "Amount": float(one.amount),
            "Reference": one.memo,
            "PaymentType": "ACCPAYPAYMENT",
            "Status": "DELETED" if one.reference and one.reference in back else "AUTHORISED",
            "Invoice": {
                "InvoiceNumber": one.reference,
                "CurrencyCode": "USD",
                "Contact": {"Name": one.payee},
            },
        }
        for number, one in enumerate(story, start=1)
        if not one.back
    ]
    return json.dumps({"Payments": payments}, indent=1, ensure_ascii=False) + "\n"


def netsuite(story: list[Paid]) -> str:
    """A saved search: for each payment a row of its own and one for the bill that it was applied to."""
    head = "Internal ID,Type,Date,Document Number,Name,Amount (Foreign Currency),Currency,Memo,Status,"
    head += "Applied To Transaction,Applied To Link Amount (Foreign Currency)\n"
    rows = []
    for number, one in enumerate((one for one in story if not one.back), start=4001):
        us = f"{int(one.day[5:7])}/{int(one.day[8:])}/{one.day[:4]}"
        same = f"{number},Bill Payment,{us},BP{number},{quoted(one.payee)},-{one.amount},USD,"
        same += f"{quoted(one.memo)},Approved,"
        rows += [f"{same},\n", *([f"{same}Bill #{one.reference},{one.amount}\n"] if one.reference else [])]
    return head + "".join(rows)


def quickbooks(story: list[Paid]) -> str:
    """A list of bill payments, as dates are written in the US."""
    head = "Date,Transaction type,Bill no.,Vendor,Memo,Amount,Currency,Txn ID\n"
    return head + "".join(
        f"{one.day[5:7]}/{one.day[8:]}/{one.day[:4]},Bill Payment (Check),{one.reference},"
        f"{quoted(one.payee)},"
        f"{quoted(one.memo)},{one.amount},USD,{number}\n"
        for number, one in enumerate((one for one in story if not one.back), start=901)
    )


def bank_csv(story: list[Paid]) -> str:
    """A German bank's table: semicolons, decimal commas, negative payments, a running balance."""
    balance, rows = OPENING, []
    for one in story:
        balance -= one.amount
        rows.append(
            f"{one.day[8:]}.{one.day[5:7]}.{one.day[:4]};{one.payee};{one.reference or one.memo};"
            f"{comma(-one.amount)};"
            f"USD;{comma(balance)};{'Returned' if one.back else ''};{one.back}\r\n"
        )
    return "Buchungstag;Empfänger;Verwendungszweck;Betrag;Währung;Saldo;Status;Grund\r\n" + "".join(rows)


def quoted(text: str) -> str:
    """A CSV cell."""
    return f'"{text}"' if "," in text else text


def date_words(day: str) -> str:
    """`15 Apr 2026`."""
    return f"{int(day[8:])} Apr {day[:4]}"


FILES: dict[str, tuple[Callable[[list[Paid]], str], str]] = {
    "bank.camt053.xml": (camt, "utf-8"),
    "status.pain002.xml": (pain, "utf-8"),
    "bank.ofx": (ofx, "cp1252"),
    "bank.mt940": (mt940, "utf-8"),
    "bank.bai2": (bai2, "utf-8"),
    "bank.csv": (bank_csv, "cp1252"),
    "xero.csv": (xero_csv, "utf-8-sig"),
    "xero.json": (xero_json, "utf-8"),
    "netsuite.csv": (netsuite, "utf-8"),
    "quickbooks.csv": (quickbooks, "utf-8"),
}


def made(seed: dict[str, Any]) -> Iterable[tuple[str, bytes]]:
    """All files with their bytes."""
    told = story(seed)
    return ((name, write(told).encode(encoding)) for name, (write, encoding) in FILES.items())


def main(folder: Path = HERE / "payments") -> None:
    """Write the files."""
    folder.mkdir(exist_ok=True)
    for name, content in made(json.loads((HERE / "seed.json").read_text("utf-8"))):
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
