"""Payment files: from approved payouts through the bank's own reports to paid, by reference alone."""

from __future__ import annotations

import csv
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cli_session import CliSession
from defusedxml.ElementTree import fromstring
from signers import key_file, team_settings

from reconcile.resources import sample

VENDORS = sample("2026-03/vendors.csv")
BANK = """
[profiles.default]
rate = 100000
settle_wait = 0.01

[[bank.accounts]]
currency = "USD"
holder = "Vendor Inc."
iban = "DE89370400440532013000"
bic = "COBADEFFXXX"
routing_number = "021000021"
account_number = "000111222333"
company_id = "1123456789"
bank_name = "First Bank"
"""
ACCOUNT = "0012345678"


def _vendors(cli: CliSession, account: str = ACCOUNT) -> Path:
    """The vendors of the sample month, all with an account in the United States."""
    columns = ("partner_id", "vendor", "vendor_id", "entity")
    file = cli.folder / "vendors.csv"
    with VENDORS.open(encoding="utf-8", newline="") as stream, file.open("w", encoding="utf-8") as target:
        table = csv.writer(target)
        table.writerow([*columns, "bic", "routing_number", "account_number", "town", "country"])
        for row in csv.DictReader(stream):
            bank = ["CHASUS33", "122105155", account, "Phoenix", "US"]
            table.writerow([*(row[name] for name in columns), *bank])
    return file


def _pay(cli: CliSession, folder: str, *arguments: str, to: str = "pain.001") -> tuple[int, str, str]:
    cli.settings(BANK)
    vendors = cli.folder / "vendors.csv"
    vendors = vendors if vendors.exists() else _vendors(cli)
    return cli.run("bills", "--to", to, "--vendors", vendors, "-o", cli.folder / folder, *arguments)


def _orders(folder: Path) -> dict[str, str]:
    """The end-to-end ids and amounts of a payment file, as the bank reads them."""
    (file,) = folder.glob("*.xml")
    root = fromstring(re.sub(rb' xmlns="[^"]*"', b"", file.read_bytes()))
    return {
        one.findtext("PmtId/EndToEndId", ""): one.findtext("Amt/InstdAmt", "")
        for one in root.iter("CdtTrfTxInf")
    }


def _camt(orders: dict[str, str]) -> str:
    """A statement on which the bank books the orders as one batch, by their end-to-end ids and nothing else."""
    details = "".join(
        f"<TxDtls><Refs><EndToEndId>{one}</EndToEndId></Refs><Amt Ccy='USD'>{amount}</Amt>"
        "<CdtDbtInd>DBIT</CdtDbtInd></TxDtls>"
        for one, amount in orders.items()
    )
    total = sum(Decimal(amount) for amount in orders.values())
    return (
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt><Stmt><Id>1</Id>"
        f"<Ntry><Amt Ccy='USD'>{total}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>"
        f"<BookgDt><Dt>2026-04-30</Dt></BookgDt><NtryDtls>{details}</NtryDtls></Ntry></Stmt></BkToCstmrStmt>"
        "</Document>"
    )


def _pain002(orders: dict[str, str], rejected: str) -> str:
    states = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{one}</OrgnlEndToEndId>"
        f"<TxSts>{'RJCT' if one == rejected else 'ACSC'}</TxSts>"
        f"<StsRsnInf><Rsn><Cd>{'AC04' if one == rejected else 'NARR'}</Cd></Rsn></StsRsnInf>"
        f"<OrgnlTxRef><Amt><InstdAmt Ccy='USD'>{amount}</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>"
        for one, amount in orders.items()
    )
    return (
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.002.001.10'><CstmrPmtStsRpt><OrgnlPmtInfAndSts>"
        f"<OrgnlPmtInfId>1</OrgnlPmtInfId>{states}</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
    )


def _stages(cli: CliSession, report: str) -> dict[str, str]:
    """The stage to which the payments of a report move each payout."""
    (cli.folder / "report.xml").write_text(report, encoding="utf-8")
    paid = cli.folder / "paid.xlsx"
    code, out, err = cli.run("payments", cli.folder / "report.xml", "-o", paid)
    assert code in (0, 1), out + err
    return {one["target"]["id"]: one["body"]["stage"] for one in cli.plan(paid)["operations"]}


def _payouts(folder: Path) -> set[str]:
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return {one["payout_id"] for one in manifest["bills"]}


def test_a_statement_leads_every_payout_of_a_payment_file_to_paid(cli: CliSession) -> None:
    code, out, err = _pay(cli, "pay")
    orders = _orders(cli.folder / "pay")
    paid = _payouts(cli.folder / "pay")
    assert (code, len(paid)) == (0, 20), out + err

    assert _stages(cli, _camt(orders)) == dict.fromkeys(paid, "PAID")


def test_a_status_report_leads_a_rejected_order_to_failed_and_the_others_to_paid(cli: CliSession) -> None:
    _pay(cli, "pay")
    orders = _orders(cli.folder / "pay")
    rejected = min(orders)
    stages = _stages(cli, _pain002(orders, rejected))

    assert stages.pop(rejected.replace("-", "_")) == "FAILED"
    assert stages == dict.fromkeys(_payouts(cli.folder / "pay") - {rejected.replace("-", "_")}, "PAID")


def test_what_was_sent_to_the_bank_is_not_sent_again_in_any_format(cli: CliSession) -> None:
    _pay(cli, "pay")
    again, out, _ = _pay(cli, "second", to="nacha")
    billed, bill_out, _ = cli.run("bills", "--to", "csv", "-o", cli.folder / "bills")

    assert (again, billed) == (0, 1)
    assert "Sent to the bank before: 20" in out
    assert "Held back: 20" in bill_out
    assert not (cli.folder / "second").exists()
    assert not (cli.folder / "bills").exists()


def test_a_nacha_file_is_written_with_all_its_records(cli: CliSession) -> None:
    code, out, err = _pay(cli, "pay", to="nacha")
    (file,) = (cli.folder / "pay").glob("*.ach")
    records = file.read_bytes().decode("ascii").splitlines()

    assert code == 0, out + err
    assert {len(record) for record in records} == {94}
    assert sum(record.startswith("622") for record in records) == 20
    assert file.stat().st_mode & 0o077 == 0


def test_a_new_account_holds_its_partner_the_next_time_and_is_never_shown(cli: CliSession) -> None:
    _pay(cli, "pay", "--partner", "Acme Partners")
    _vendors(cli, account="0098765432")
    held, out, err = _pay(cli, "second", "--again", "new account", "--partner", "Acme Partners")
    passed, _, _ = _pay(
        cli, "third", "--again", "new", "--partner", "Acme Partners", "--account-checked", "Acme Partners"
    )
    manifest = (cli.folder / "third" / "manifest.json").read_text(encoding="utf-8")
    state = (cli.folder / "state.db").read_bytes()

    assert (held, passed) == (1, 0)
    assert "the bank account (...5432) is another than in" in " ".join(out.split())
    for number in (ACCOUNT, "0098765432"):
        assert number not in out + err + manifest
        assert number.encode() not in state


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--pay-on", "soon"), "'soon' is no date"),
        (("--pay-on", "2020-01-01"), "is past"),
        (("--header", "template.csv"), "pain.001.001.09 has none"),
        (("--to", "pain.008"), "There is no layout 'pain.008'"),
        (("--to", "csv", "--pay-on", "2099-01-01"), "--pay-on is for payment files"),
        (("--to", "csv", "--account-checked", "ptn_1"), "--account-checked is for payment files"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(cli: CliSession, arguments: tuple[str, ...], said: str) -> None:
    code, _, err = _pay(cli, "pay", *arguments)

    assert code == 2
    assert said in err
    assert not (cli.folder / "pay").exists()


def test_without_an_account_of_ones_own_nothing_is_paid(cli: CliSession) -> None:
    vendors = _vendors(cli)
    code, out, _ = cli.run("bills", "--to", "pain.001", "--vendors", vendors, "-o", cli.folder / "pay")

    assert code == 1
    assert "no account pays USD" in " ".join(out.split())
    assert not (cli.folder / "pay").exists()


PEOPLE = {"ana": ["prepare"], "ben": ["approve"]}


def _team(cli: CliSession, rules: str) -> None:
    cli.settings(team_settings(PEOPLE, rules) + BANK.partition("settle_wait = 0.01\n")[2])
    for name in PEOPLE:
        key_file(cli.folder, name)


def _in_team(cli: CliSession, folder: str, *arguments: str) -> tuple[int, str]:
    vendors = cli.folder / "vendors.csv"
    code, out, err = cli.run(
        *("bills", "--to", "pain.001", "--currency", "USD", "--vendors", vendors),
        *("-o", cli.folder / folder, *arguments),
    )
    return code, " ".join(f"{out} {err}".split())


def test_a_payment_file_that_needs_an_approval_is_issued_once_with_it(cli: CliSession) -> None:
    _vendors(cli)
    _team(cli, 'ask_for = ["first-payment", "changed-account"]\n')
    code, said = _in_team(cli, "pay")
    assert (code, "It needs an approval (the first payment:" in said) == (1, True), said
    assert not (cli.folder / "pay").exists()
    code, said = _in_team(cli, "pay", "--request", "--key", "ana.key")
    (request,) = set(re.findall(r"req-\d{8}-\d{6}-[0-9a-f]{6}", said))
    code, out, err = cli.run("approve", request, "--yes", "--key", "ben.key")
    assert (code, "The set can be issued once." in out) == (0, True), out + err
    assert "Needs an approval because: the first payment:" in out

    # An account that is changed after the approval is another set.
    _vendors(cli, "99887766")
    code, said = _in_team(cli, "other")
    assert (code, "They are not those that Ben approved" in said) == (1, True), said
    _vendors(cli)
    code, said = _in_team(cli, "pay")
    assert len(list((cli.folder / "pay").glob("*.xml"))) == 1, said
    listed = json.loads(cli.run("approvals", "--all", "--json")[1])
    assert [(one["kind"], one["state"]) for one in listed["requests"]] == [("bills", "used")]
    assert len(listed["refused"]) == 2
    assert "2 signed statements: all hold." in cli.run("history", "--verify")[1]
    assert ACCOUNT not in (cli.folder / "state.db").read_bytes().decode("latin-1")

    # The same set once more, with an account that a person checked: the rule of changed accounts.
    _vendors(cli, "99887766")
    arguments = ("--again", "the bank lost it", "--dry-run")
    partners = json.loads((cli.folder / "pay" / "manifest.json").read_text("utf-8"))["bills"]
    checked = [part for one in partners for part in ("--account-checked", one["partner_id"])]
    _, said = _in_team(cli, "again", *arguments, *checked)
    assert "Needs an approval because: the bank account changed:" in said
    assert "the first payment" not in said
