"""Makes the sample month `2026-03/seed.json`: about 60 payouts and 900 lines, always the same bytes.

    python samples/make_month.py

The company currency is USD. Most records are ordinary; `hard_cases` and the payouts below add what
goes wrong in real months. README, demo and tests may rely on the records under `named`:

    approved         payout, APPROVED, 6 lines in USD, PO number 000123; holds duplicate_a, duplicate_b
    draft            payout, DRAFT, exactly 2 lines in USD
    one_line         payout, PENDING_REVIEW, exactly 1 line (declining it declines the payout)
    mixed            payout, APPROVED, lines in USD, EUR, GBP, JPY and KWD; holds yen, dinar
    euro             payout, APPROVED, 4 lines, all in EUR, so its USD amount is not their sum
    empty            payout, DRAFT, no line
    zero             payout, PENDING_REVIEW, 2 lines that cancel out
    negative         payout, BLOCKED, negative total
    paid             payout, PAID, 3 lines; holds paid_line
    noted            payout, PENDING_INVOICE, a statement note with line breaks
    hard_texts       payout, PENDING_REVIEW, a line for each hard description; holds formula, control, long
    approved_line    first line of `approved`: 500.00 of 5000.00, Q1 referral bonus
    draft_line       first line of `draft`
    only_line        the line of `one_line`
    pool_line        line in the pending pool, USD, of pool_partner
    voided_line      line that was declined as DUPLICATE
    no_plan_line     line without plan, source amount and description, in the pool
    twin_a, twin_b   two partners of the same name
    cuid_partner     partner whose id is a plain cuid; digits_partner: whose id is all digits
    pool_partner     partner with 3 pending lines of March and no payout
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path

from hard_cases import DESCRIPTIONS, LONG, NAMES, PO_NUMBERS
from month import Month, Record

HERE = Path(__file__).parent
RATES = {
    "EUR": "1.0837",
    "GBP": "1.2914",
    "JPY": "0.006702",
    "KWD": "3.2446",
    "CHF": "1.1302",
    "CAD": "0.6981",
}
FIRST = ("Blue", "Summit", "Harbor", "Cedar", "Bright", "Iron", "Atlas", "Nova", "Quiet", "Delta", "Vector")
SECOND = ("Peak Consulting", "Systems", "Digital", "Cloud Partners", "Solutions")
# Stages of the ordinary payouts of March; the named payouts bring the others.
STAGES = (
    ["APPROVED"] * 12
    + ["PENDING_REVIEW"] * 8
    + ["DRAFT"] * 6
    + ["PENDING_INVOICE"] * 3
    + ["PENDING_PAYMENT"] * 3
    + ["SCHEDULED"] * 2
    + ["DECLINED", "POSTPONED", "FAILED"]
)


def make() -> Month:
    """Make the whole month."""
    month = Month()
    ids = add_partners(month)
    add_named_payouts(month, ids)
    add_ordinary_payouts(month, ids[12:-1])
    add_pool(month, ids)
    add_voided(month, ids)
    return month


def add_partners(month: Month) -> list[str]:
    """Add 45 partners; the last one, pool_partner, gets no payout."""
    ordinary = [f"{first} {second}" for second in SECOND for first in FIRST]
    special = {
        1: lambda: month.new_id("ptn_", "twin_a"),
        2: lambda: month.new_id("ptn_", "twin_b"),
        7: lambda: named(month, "cuid_partner", "c" + month.tail(24)),
        8: lambda: named(month, "digits_partner", "123456789012345678901234"),
        44: lambda: month.new_id("ptn_", "pool_partner"),
    }
    names = (*NAMES, *ordinary)[:45]
    for number, name in enumerate(names):
        month.add_partner(name, special[number]() if number in special else partner_id(month, number))
    return [str(partner["id"]) for partner in month.partners]


def named(month: Month, name: str, record_id: str) -> str:
    """Name a record whose id is not made from its name."""
    month.named[name] = record_id
    return record_id


def partner_id(month: Month, number: int) -> str:
    """Make a partner id; a few have no prefix, as seen in the field."""
    return "c" + month.tail(24) if number % 9 == 4 else month.new_id("ptn_")


def add_named_payouts(month: Month, ids: list[str]) -> None:
    """Add the payouts that people and tests rely on, each on a batch of its own."""
    add_approved(month, ids[0])
    add_odd_totals(month, ids)
    add_currencies(month, ids)
    paid = month.add_payout(ids[9], "PAID", "february", name="paid", po="PO-2026-0211")
    for name in ("paid_line", None, None):
        month.add_line(ids[9], paid, name=name, period="february")
    note = "Thank you for your work in March.\nPlease quote the PO number.\n\n- Terms: net 30\n- **VAT**"
    noted = month.add_payout(ids[10], "PENDING_INVOICE", name="noted", po="PO-2026-0331", note=note)
    month.add_lines(ids[10], noted, 5)
    add_hard_texts(month, ids[8])


def add_approved(month: Month, partner: str) -> None:
    """Add the payout of the guided tour, with a pair of duplicates, and the small draft."""
    payout = month.add_payout(partner, "APPROVED", name="approved", po="000123")
    month.add_line(
        partner,
        payout,
        name="approved_line",
        text="Q1 referral bonus",
        amount="500.00",
        source="5000.00",
        plan="Referral plan",
    )
    for name in ("duplicate_a", "duplicate_b"):
        month.add_line(
            partner, payout, name=name, text="Referral Globex #4711", amount="420.00", source="4200.00"
        )
    month.add_lines(partner, payout, 3)
    draft = month.add_payout(partner, "DRAFT", name="draft")
    month.add_line(
        partner, draft, name="draft_line", text="Renewal Initech", amount="150.00", source="1500.00"
    )
    month.add_line(partner, draft, text="Renewal Hooli", amount="275.50", source="2755.00")
    single = month.add_payout(partner, "PENDING_REVIEW", name="one_line", po="PO-ACME-2026-Q1")
    month.add_line(
        partner, single, name="only_line", text="Expansion Wonka", amount="810.00", source="8100.00"
    )


def add_odd_totals(month: Month, ids: list[str]) -> None:
    """Add an empty, a zero and a negative payout."""
    month.add_payout(ids[1], "DRAFT", name="empty")
    zero = month.add_payout(ids[1], "PENDING_REVIEW", name="zero", po="3-1")
    month.add_line(ids[1], zero, text="Referral Stark", amount="1250.00")
    month.add_line(ids[1], zero, text="-100% clawback Stark", amount="-1250.00", source=None, plan=None)
    negative = month.add_payout(ids[2], "BLOCKED", name="negative", po=" PO-77 ")
    month.add_line(ids[2], negative, text="Renewal Wayne", amount="300.00")
    month.add_line(ids[2], negative, text="Clawback of February", amount="-1875.40", source=None, plan=None)


def add_currencies(month: Month, ids: list[str]) -> None:
    """Add a payout of five currencies, and payouts wholly in EUR, GBP and JPY."""
    mixed = month.add_payout(ids[5], "APPROVED", name="mixed", po="1E5")
    for currency in ("USD", "USD", "EUR", "EUR", "GBP"):
        month.add_line(ids[5], mixed, currency=currency)
    month.add_line(
        ids[5], mixed, name="yen", currency="JPY", amount="1200", source="24000", text="東京 referral"
    )
    month.add_line(ids[5], mixed, name="dinar", currency="KWD", amount="12.345", source="246.900")
    month.add_lines(ids[11], month.add_payout(ids[11], "APPROVED", name="euro", po="PO-EU-0042"), 4, "EUR")
    month.add_lines(ids[7], month.add_payout(ids[7], "APPROVED", po="123456789012345678"), 9, "GBP")
    month.add_lines(ids[3], month.add_payout(ids[3], "PENDING_REVIEW"), 7, "JPY")


def add_hard_texts(month: Month, partner: str) -> None:
    """Add a payout with a line for every text that is known to suffer."""
    payout = month.add_payout(partner, "PENDING_REVIEW", name="hard_texts", po="PO\u00a02026\u00a003")
    names = {0: "formula", 9: "control"}
    for number, text in enumerate(DESCRIPTIONS):
        month.add_line(partner, payout, name=names.get(number), text=text)
    month.add_line(partner, payout, name="long", text=LONG, source=None)
    month.add_line(partner, payout, text="By hand", plan=None, source=None)


def add_ordinary_payouts(month: Month, ids: list[str]) -> None:
    """Add the rest: a batch of March shared by many, one of Q1, one of February, and some alone."""
    march, quarter, february = map(month.add_batch, ("march", "q1", "february"))
    shared = len(ids) - 4
    for number, stage in enumerate(STAGES):
        partner = ids[number % len(ids)]
        note = "Paid by bank transfer.\nReference on the statement." if number % 11 == 3 else None
        batch = march if number < shared else None
        payout = month.add_payout(partner, stage, batch=batch, po=po_number(month, number), note=note)
        currency = {7: "EUR", 15: "GBP", 22: "CAD"}.get(number, "USD")
        month.add_lines(partner, payout, month.rng.randrange(8, 30), currency)
    for partner in ids[:5]:
        payout = month.add_payout(partner, month.rng.choice(("APPROVED", "DRAFT")), "q1", quarter)
        month.add_lines(partner, payout, month.rng.randrange(6, 16), period="q1")
    for partner in ids[5:10]:
        po = f"PO-2026-02{month.rng.randrange(99):02}"
        payout = month.add_payout(partner, "PAID", "february", february, po=po)
        month.add_lines(partner, payout, 5, period="february")


def po_number(month: Month, number: int) -> str | None:
    """Pick a PO number: each hard one once, otherwise an ordinary one or none."""
    if number < len(PO_NUMBERS) * 2 and number % 2 == 0:
        return PO_NUMBERS[number // 2]
    return f"PO-2026-{month.rng.randrange(400, 999):04}" if month.rng.random() < 0.6 else None


def add_pool(month: Month, ids: list[str]) -> None:
    """Add about 60 lines to the pending pool, some of earlier periods."""
    month.add_line(ids[-1], name="pool_line", text="Renewal Soylent", amount="640.00", source="6400.00")
    for _ in range(2):
        month.add_line(ids[-1])
    month.add_line(ids[0], name="no_plan_line", text=None, source=None, plan=None)
    for number in range(56):
        period = "february" if number % 5 == 0 else "march"
        currency = "EUR" if number % 8 == 3 else "USD"
        month.add_line(month.rng.choice(ids[:-1]), period=period, currency=currency)


def add_voided(month: Month, ids: list[str]) -> None:
    """Add a few lines that were declined; they are off their payouts."""
    month.add_line(
        ids[0], name="voided_line", text="Referral Globex #4711", amount="420.00", void="DUPLICATE"
    )
    for reason in ("INELIGIBLE", "ALREADY_PAID", "DISPUTED", "DUPLICATE"):
        month.add_line(month.rng.choice(ids[:-1]), void=reason)


def written(month: Month) -> str:
    """Write the seed with one record per line, so that a change shows as the lines it touches."""
    organisation = {
        "name": "Vendor Inc.",
        "currency": "USD",
        "billingComplete": True,
        "team": ["ops@vendor.example", "finance@vendor.example"],
    }
    named_records = (f"{compact(name)}:{compact(value)}" for name, value in sorted(month.named.items()))
    parts = [
        f'"organisation":{compact(organisation)}',
        f'"rates":{compact(RATES)}',
        '"named":{\n' + ",\n".join(named_records) + "\n}",
        *(f'"{kind}":[\n' + ",\n".join(map(compact, records)) + "\n]" for kind, records in kinds(month)),
    ]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def kinds(month: Month) -> Iterable[tuple[str, list[Record]]]:
    """Give the lists of records in the order of the file."""
    return (
        ("partners", month.partners),
        ("batches", month.batches),
        ("payouts", month.payouts),
        ("lines", month.lines),
    )


def compact(value: object) -> str:
    """Write JSON without spaces; what is not ASCII stays readable."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def iban(number: int) -> str:
    """Make up a German account with the check digits of ISO 13616."""
    bban = f"50010517{number:010}"
    return f"DE{98 - int(f'{bban}131400') % 97:02}{bban}"


def vendors(month: Month) -> str:
    """Write who each partner is in the finance system and its bank; every third is of the subsidiary."""
    stream = io.StringIO()
    table = csv.writer(stream, lineterminator="\n")
    table.writerow(["partner_id", "vendor", "vendor_id", "entity", "iban", "bic", "town", "country"])
    for number, partner in enumerate(sorted(month.partners, key=lambda one: str(one["name"])), start=1):
        entity = "Vendor Inc." if number % 3 else "Vendor Europe BV"
        bank = [iban(number), "INGDDEFFXXX", "Frankfurt am Main", "DE"]
        table.writerow([partner["id"], str(partner["name"]).strip(), f"V{number:04}", entity, *bank])
    return stream.getvalue()


def main(target: Path = HERE / "2026-03") -> None:
    """Write the sample month."""
    target.mkdir(exist_ok=True)
    month = make()
    (target / "seed.json").write_text(written(month), encoding="utf-8", newline="\n")
    (target / "vendors.csv").write_text(vendors(month), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
