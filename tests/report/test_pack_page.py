"""The page of a pack: the template says how a row looks, once or for each cell."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from reconcile.domain.pack_table import Cell, Column, Pack, Table
from reconcile.errors import ConfigurationError
from reconcile.report.pack import write_page
from reconcile.resources import template

ROWS: tuple[tuple[Cell, ...], ...] = (
    ("<b>&amp; 'x' \"y\" %s %", Decimal("1234.5"), "JPY", Decimal("0.125"), date(2026, 3, 31)),
    ("\0", None, "KWD", None, None),
    ("a text where money goes", "<i>", "EUR", "<i>", "<i>"),
    *((f"a{chr(number)}1", None, "EUR", None, None) for number in (*range(0x300), 0x2028, 0xFEFF, 0x1F600)),
)
TABLE = Table(
    "rows",
    "Rows",
    (
        Column("text", "Text %s"),
        Column("amount", "Amount", "money"),
        Column("currency", "Currency"),
        Column("share", "Share", "share"),
        Column("day", "Day", "date"),
    ),
    ROWS,
    "",
    "currency",
)
PACK = Pack("A pack", (), "It passes.", sound=True, tables=(TABLE, Table("none", "None", TABLE.columns, ())))


def _page(templates: Path | None = None, look: int = 1) -> str:
    stream = io.BytesIO()
    write_page(stream, replace(PACK, look=look), templates)
    return stream.getvalue().decode()


def _templates(folder: Path, before: str, after: str) -> Path:
    text = template("close.html").read_text(encoding="utf-8")
    assert before in text
    (folder / "close.html").write_text(text.replace(before, after), encoding="utf-8")
    return folder


def test_the_cells_are_shown_as_their_columns_say_and_escaped() -> None:
    page = _page()

    assert "<td>&lt;b&gt;&amp;amp; &#39;x&#39; &#34;y&#34; %s %</td>" in page
    assert '<td class="right">1,234.5</td>' in page
    assert '<td class="right">12.5%</td>' in page
    assert '<td class="date">2026-03-31</td>' in page


@pytest.mark.parametrize("look", [1, 2])
def test_a_template_that_asks_for_every_cell_gives_the_same_page(tmp_path: Path, look: int) -> None:
    text = template("close.html").read_text(encoding="utf-8")
    start, end = text.index("{% set pattern %}"), text.index("</tbody>")
    each = (
        text[start:end]
        .replace("{% set pattern %}", "{% for row in table.rows %}")
        .replace("{{ cell }}", "{{ shown(table, row, loop.index0) }}")
        .replace(
            "{% endset %}\n{% for rows in filled(pattern, table) %}{{ rows }}{% endfor %}", "{% endfor %}"
        )
    )
    (tmp_path / "close.html").write_text(text[:start] + each + text[end:], encoding="utf-8")

    assert _page(tmp_path, look) == _page(look=look)


def test_a_pattern_without_a_place_for_each_cell_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"close.html cannot be used: .*5 cells"):
        _page(_templates(tmp_path, "{{ cell }}", "{{ cell }} {{ cell }}"))
