"""A template from somebody else's folder shows what it likes, and reaches nothing of this computer."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from report_cases import everything

from reconcile.domain.pack_table import Column, Pack, Table
from reconcile.errors import ConfigurationError
from reconcile.report import template_budget
from reconcile.report.build import report_on
from reconcile.report.files import html, markdown
from reconcile.report.pack import write_page

TABLE = Table("rows", "Rows", (Column("text", "Text"),), (("a",),))
PACK = Pack("A pack", (), "It passes.", sound=True, tables=(TABLE,))
REPORT = report_on(everything())
TEXT = "{% set text = 'aaaaaaaaaa' %}" + "{% set text = text ~ text %}" * 12
LONG = TEXT + "{% set many = text | list %}"
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
    # without end
    "{% macro twice(n) %}{% if n %}{{ twice(n - 1) }}{{ twice(n - 1) }}{% endif %}{% endmacro %}{{ twice(90) }}",
    LONG + "{% for a in many %}{% for b in many %}{% for c in many %}{% endfor %}{% endfor %}{% endfor %}",
    LONG + "{{ many | map('replace', 'a', text) | list | length }}",
    "{% for a in '123456789' %}" * 12 + "{% endfor %}" * 12,
    "{% for a in '1' %}" * 30 + "{% endfor %}" * 30,
    "{% for a in [[1, 2], [3]] recursive %}{{ loop([[1, 2], [3]]) }}{% endfor %}",
    # too large
    "{{ '{:1000000000}'.format(1) }}",
    "{{ '{:.1000000000f}'.format(1) }}",
    "{{ '{:{}}'.format(1, 1000000000) }}",
    "{{ '{0:>{1}}'.format(1, 1000000000) }}",
    "{% set wide = '{:1000000000}' %}{{ [wide.format(1)] | join }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ '%*d' % (1000000000, 1) }}",
    "{{ 1.5 | round(999999999, 'ceil') }}",
    "{{ [1] | tojson(1000000000) }}",
    "{{ [1] | tojson(indent=1000000000) }}",
    "{{ [[]] | sum(start=[]) }}",
    TEXT + "{{ text | replace('a', text) }}",
    TEXT + "{{ [text] * 9 }}",
    LONG + "{{ many | join(text) }}",
    LONG + "{{ many | map('upper') | join(text) }}",
    "{% set a = 'aaaaaaaaaa' %}" + "{% set a = a ~ a %}" * 60 + "{{ a | length }}",
    "{% set a = 'aaaaaaaaaa' %}" + "{% set a = a + a %}" * 60 + "{{ a | length }}",
    "{% set a = [1, 2] %}" + "{% set a = a + a %}" * 60 + "{{ a | length }}",
    "{% set a = [1, 2] %}" + "{% set a = [a, a] %}" * 60 + "{{ a }}",
    "{% set a = [1, 2] %}" + "{% set a = (a, a) %}" * 60 + "{{ a | tojson }}",
    "{% set a = {1: 2} %}" + "{% set a = {1: a, 2: a} %}" * 60 + "{{ a == a }}",
    "{% set a %}aaaaaaaaaa{% endset %}" + "{% set a %}{{ a }}{{ a }}{% endset %}" * 60 + "{{ a | length }}",
    "{% set a = 'aaaaaaaaaa' %}" + "{% set a = [a, a] | join %}" * 60 + "{{ a | length }}",
    "{% set a = 'aa' %}" + "{% set a = a | replace('a', 'aa') %}" * 60 + "{{ a | length }}",
    "{% set a = '<<<<<<<<<<' %}" + "{% set a = a | e | string %}" * 3,
    "a" * 1_000_001,
)


@pytest.fixture(autouse=True)
def _small_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds that are reached soon: what matters is that each attack counts."""
    monkeypatch.setattr(template_budget, "STEPS", 20_000)
    monkeypatch.setattr(template_budget, "LARGEST", 100_000)


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
