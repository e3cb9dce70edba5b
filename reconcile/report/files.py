"""The report as a file: HTML for people, Markdown for a pull request or a chat message.

The texts and looks are Jinja2 templates (`report.html`, `report.md`) that a user may replace.
"""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, StrictUndefined, TemplateError
from markupsafe import Markup

from reconcile.atomic import write_text
from reconcile.domain.money import shown_amount
from reconcile.errors import ConfigurationError
from reconcile.report.model import Report
from reconcile.resources import template

_KINDS = {".html": "report.html", ".md": "report.md"}
_MARKDOWN = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]<>#|~"} | {"\n": " "})


def check_name(path: Path) -> None:
    """Raises ConfigurationError for a file name that is no kind of report."""
    if path.suffix.lower() not in _KINDS:
        raise ConfigurationError(f"{path} must end in {' or '.join(_KINDS)}.")


def write_report(report: Report, path: Path, templates: Path | None = None) -> None:
    """Writes the report to a file whose ending says which kind it is. Raises ConfigurationError."""
    name = _KINDS[path.suffix.lower()]
    write_text(path, _rendered(report, template(name, templates), html=name.endswith(".html")))


def _rendered(report: Report, source: Path, *, html: bool) -> str:
    # Everything from a workbook or the API is escaped, in HTML and in Markdown.
    environment = Environment(
        autoescape=html,  # noqa: S701  Markdown has its own escape, the filter md
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["amount"] = shown_amount
    environment.filters["md"] = lambda text: Markup(str(text).translate(_MARKDOWN))  # noqa: S704  escaped above
    try:
        return environment.from_string(source.read_text(encoding="utf-8")).render(report=report)
    except TemplateError as error:
        raise ConfigurationError(f"The template {source} cannot be used: {error}.") from error
