"""Which names are the same, and which are only alike: an alike one never pays a payout by itself."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from erp.matching_cases import owed_payout, payment_of, result_of, verdicts

from reconcile.erp.matching.name_forms import same_name
from reconcile.erp.matching.partner_names import Names

FORMS = (
    "GmbH", "GmbH & Co. KG", "UG (haftungsbeschränkt)", "AG", "e.U.", "Ltd", "Ltd.", "LLC", "L.L.C.", "Inc", ", Inc.",
    "Corp.", "PLC", "Pty Ltd", "Pte. Ltd.", "Pvt. Ltd.", "Sdn. Bhd.", "B.V.", "N.V.", "S.A.", "S. A.", "SAS",
    "S.A.R.L.", "S.p.A.", "S.r.l.", "SL", "S.A. de C.V.", "Ltda", "Lda", "A/S", "ApS", "AB", "AS", "Oy", "Oyj",
    "OÜ", "SIA", "s.r.o.", "a.s.", "sp. z o.o.", "Sp. z o. o.", "Kft.", "Zrt.", "d.o.o.", "EOOD", "A.Ş.", "K.K.",
    "JSC", "FZE",
)  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_legal_form_is_no_part_of_a_name(form: str) -> None:
    assert same_name(f"Fabrikam Peak {form}", "FABRIKAM PEAK")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller GmbH", "MUELLER"), ("Müller", "Muller"), ("Ørsted A/S", "Oersted"), ("Ørsted A/S", "ORSTED AS"),
        ("Åse Göransson", "Ase Goransson"), ("Straße & Söhne", "Strasse und Soehne"), ("Łódź", "Lodz"),
        ("\u041e\u041e\u041e \u0420\u043e\u043c\u0430\u0448\u043a\u0430", "Romashka"), ("株式会社山田", "山田"), ("PT Fabrikam", "Fabrikam"), ("UAB Fabrikam", "Fabrikam"),
    ],
)  # fmt: skip
def test_a_name_is_the_same_in_plain_letters(one: str, other: str) -> None:
    assert same_name(one, other)
    assert same_name(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Bauer", "Baur"), ("Mueller", "Muller"), ("Acme UK", "Acme"), ("Acme NL", "Acme"), ("Blue Peak", "Blu Peak"),
     ("", ""), ("-", "-")],
)  # fmt: skip
def test_names_that_are_only_alike_are_two(one: str, other: str) -> None:
    assert not same_name(one, other)


@pytest.mark.parametrize(
    "payee",
    [
        "FABRIKAM INTERNATIONAL CONSULTING"[:27], "Sunrise Handelsgesellschaft Muenche", "Fabricam International Consulting",
        "Fabrikam Consulting Intl",
    ],
)  # fmt: skip
def test_a_name_that_is_cut_or_misspelt_leads_to_the_one_partner_it_is_like(payee: str) -> None:
    partners = ["Fabrikam International Consulting", "Sunrise Handelsgesellschaft München GmbH", "Northwind"]
    names = Names(partners, Decimal("0.6"))

    assert names.exact_group_of(payee) is None
    assert names.group_of(payee) in {names.group_of(partner) for partner in partners}


def test_a_cut_name_that_two_partners_have_leads_to_neither() -> None:
    names = Names(["Fabrikam International North", "Fabrikam International South"], Decimal("0.75"))

    assert names.group_of("Fabrikam International") is None


@pytest.mark.parametrize(
    ("payee", "sure"), [("MUELLER HANDEL", True), ("Mueler Handel", False), ("Muller Handl", False)]
)
def test_a_purchase_order_needs_the_very_name_to_pay_by_itself(payee: str, *, sure: bool) -> None:
    owed = [owed_payout("pay_1", partner="Müller Handel GmbH", po_number="PO-2026-31")]
    result = result_of([payment_of(payee=payee, po_texts=("PO-2026-31",))], owed)

    assert verdicts(result) == [("sure" if sure else "maybe", "paid by po-number", ("pay_1",))]


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("MUELLER HANDEL GMBH PO-2026-31", True), ("order PO-2026-31 Müller Handel", True),
        ("PO-2026-31 MUELLER HANDL", False), ("PO-2026-31 Mueller Wein Handel", False),
    ],
)  # fmt: skip
def test_in_a_text_without_a_payee_the_whole_name_must_stand(text: str, *, sure: bool) -> None:
    owed = [owed_payout("pay_1", partner="Müller Handel GmbH", po_number="PO-2026-31")]
    result = result_of([payment_of(text, payee=text, po_texts=(text,))], owed)

    assert verdicts(result) == [("sure" if sure else "maybe", "paid by po-number", ("pay_1",))]


def test_a_suggestion_by_a_name_that_is_only_alike_says_so() -> None:
    result = result_of(
        [payment_of(payee="Fabricam Consulting")], [owed_payout("pay_1", partner="Fabrikam Consulting")]
    )

    assert (
        "the name Fabricam Consulting, which is like Fabrikam Consulting," in result.suggestions[0].evidence
    )


ID = "pay_00000000000approved"


@pytest.mark.parametrize("written", [f"REF{ID}", f"{ID}USD", f"payout{ID}thanks"])
def test_an_id_glued_to_a_word_is_a_suggestion(written: str) -> None:
    result = result_of([payment_of(written)], [owed_payout(ID)])
    ((place, how, payouts),) = verdicts(result)

    assert (place, how, payouts) == ("maybe", "paid by reference", (ID,))
    assert "glued" in result.suggestions[0].evidence


@pytest.mark.parametrize(
    ("written", "amount"),
    [("9BILL-000121", "100"), ("xBILL-00012", "90"), ("xBILL-00012 xBILL-00034", "100")],
)
def test_an_id_glued_to_digits_or_with_another_amount_is_none(written: str, amount: str) -> None:
    owed = [
        owed_payout("pay_1", references=("BILL-00012",)),
        owed_payout("pay_2", references=("BILL-00034",)),
    ]

    assert verdicts(result_of([payment_of(written, amount)], owed)) == []


def test_a_list_that_was_cut_says_where_and_pays_nothing_by_itself() -> None:
    ids = [f"pay_{letter * 20}" for letter in "abcdefg"]
    text = ", ".join(ids)[:140]
    owed = [owed_payout(one) for one in ids]
    result = result_of([payment_of(text, "500")], owed)
    (finding,) = (one for one in result.findings if one.rule == "list-cut")

    assert (
        "cut after 140 characters: its last word 'pay_ffffff' is only the beginning of " + ids[5]
        in finding.message
    )
    assert not result.matches
    assert len(result.suggestions) == 1


def test_a_whole_list_says_nothing_of_a_cut() -> None:
    owed = [owed_payout("pay_aaaaaaaaaa"), owed_payout("pay_bbbbbbbbbb")]
    result = result_of([replace(payment_of("pay_aaaaaaaaaa pay_bbbbbbbbbb", "200"))], owed)

    assert [one.rule for one in result.findings] == []
    assert verdicts(result)[0][0] == "sure"
