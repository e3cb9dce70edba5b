"""A template from somebody else's folder shows what it likes, and reaches nothing of this computer."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from report_cases import everything

from reconcile.domain.pack_table import Column, Pack, Table
from reconcile.errors import ConfigurationError
from reconcile.report.build import report_on
from reconcile.report.files import html, markdown
from reconcile.report.pack import write_page

TABLE = Table("rows", "Rows", (Column("text", "Text"),), (("a",),))
PACK = Pack("A pack", (), "It passes.", sound=True, tables=(TABLE,))
REPORT = report_on(everything())
ATTACKS = (
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ cycler.__init__.__globals__.os.popen('touch stolen').read() }}",
    "{{ lipsum.__globals__['os'].system('touch stolen') }}",
    "{{ self.__init__.__globals__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ namespace().__class__ }}",
    "{{ (''|attr('__class__')) }}",
    "{{ ''['__class__'] }}",
    "{{ '{0.__class__.__mro__}'.format('') }}",
    "{{ '{0.__class__}'.format_map({'0': ''}) }}",
    "{{ ['{0.__class__}']|map('format', '')|list }}",
    "{{ ['']|map(attribute='__class__')|join }}",
    "{{ ['']|sum(attribute='__class__') }}",
    "{{ dict(a=1) }}",
    "{{ range(10) }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{% extends '/etc/passwd' %}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ 'x' * 10000000000 }}",
    "{{ [1] * 10000000000 }}",
    "{{ ''.encode() }}",
    "{{ 1 / 0 }}",
    "{{ nothing }}",
    "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}",
    "{% for",
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_template_of_the_report_cannot_leave_it(attack: str, tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text(attack, encoding="utf-8")
    (tmp_path / "report.md").write_text(attack, encoding="utf-8")

    for rendering in (html, markdown):
        with pytest.raises(ConfigurationError, match="cannot be used"):
            rendering(REPORT, tmp_path)
    assert not Path("stolen").exists()


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_template_of_the_close_cannot_leave_it(attack: str, tmp_path: Path) -> None:
    (tmp_path / "close.html").write_text(attack, encoding="utf-8")

    with pytest.raises(ConfigurationError, match="cannot be used"):
        write_page(io.BytesIO(), PACK, tmp_path)
    assert not Path("stolen").exists()


@pytest.mark.parametrize(
    "attack", ["{{ filled.__globals__ }}", "{{ shown.__code__ }}", "{{ pack.table.__func__ }}"]
)
def test_what_a_template_is_given_leads_nowhere(attack: str, tmp_path: Path) -> None:
    (tmp_path / "close.html").write_text(attack, encoding="utf-8")

    with pytest.raises(ConfigurationError, match="cannot be used"):
        write_page(io.BytesIO(), PACK, tmp_path)


def test_a_template_may_be_restyled_with_the_names_of_the_report(tmp_path: Path) -> None:
    text = "{% for total in report.currencies %}{{ total.currency | lower }} {% endfor %}{{ 3 * 4 }}"
    (tmp_path / "report.md").write_text(text, encoding="utf-8")

    assert markdown(REPORT, tmp_path).endswith("12")
