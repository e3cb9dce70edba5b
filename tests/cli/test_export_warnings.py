"""What `export` says on stderr beside the workbook that it writes."""

from __future__ import annotations

import openpyxl
from cli_session import PAID, CliSession

# With one status more taken for declined, lines go missing from the sums, as they do where a server
# keeps something out of the listing.
MISSING = '[profiles.default]\nrate = 100000\n[names]\nvoided_statuses = ["VOIDED", "DECLINED", "{}"]\n'


def texts(cli: CliSession) -> str:
    sheet = openpyxl.load_workbook(cli.folder / "out.xlsx")["Start here"]
    return "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value)


def test_a_month_that_adds_up_is_exported_without_a_warning(cli: CliSession) -> None:
    code, _, err = cli.run("export", "-o", cli.folder / "out.xlsx")

    assert (code, err) == (0, "")
    assert "not the sum of their lines" not in texts(cli)


def test_payouts_that_are_not_the_sum_of_their_lines_are_named_and_marked(cli: CliSession) -> None:
    cli.settings(MISSING.format("PAID"))
    code, out, err = cli.run("export", "--stage", "PAID", "-o", cli.folder / "out.xlsx")

    assert code == 0
    assert f"warning: Payout {PAID} of <b>Bold</b> Advisors is 3,152.10 USD, but its 0 lines have 0.00" in err
    assert "warning" not in out
    assert f"The amount of {err.count('warning:')} of the payouts is not the sum of their lines" in texts(cli)


def test_a_long_list_of_warnings_ends_in_how_many_more_there_are(cli: CliSession) -> None:
    cli.settings(MISSING.format("IN_PAYOUT"))
    code, _, err = cli.run("export", "-o", cli.folder / "out.xlsx")

    assert code == 0
    assert err.count("warning: Payout ") == 20
    assert "more payouts like these; the column Lines total marks them." in err
