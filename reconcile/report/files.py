"""The report as a file: HTML for people, Markdown for a pull request or a chat message, JSON for programs.

The texts and looks are templates (`report.html`, `report.css`, `report.js`, `report.md`) that a user may
replace. The HTML file carries everything in itself and forbids itself, by its Content-Security-Policy,
to load or to run anything else.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from markupsafe import Markup

from reconcile.atomic import refuse_foreign, write_text
from reconcile.domain.money import shown_amount
from reconcile.domain.phrases import moment
from reconcile.domain.unseen import visible
from reconcile.errors import ConfigurationError
from reconcile.report import words
from reconcile.report.chart import charts
from reconcile.report.codec import to_json
from reconcile.report.model import Payout, Report
from reconcile.report.run import counts, verdict
from reconcile.report.sections import sections
from reconcile.report.template_budget import OUTPUT
from reconcile.report.template_engine import compiled, faults_of, filled_in, made_visible
from reconcile.report.version_1 import to_json_1
from reconcile.report.waiting import banner, is_slip, nothing_waits
from reconcile.resources import template as template_file

_OLD = ".v1.json"
_MARKS = re.compile(rb"\"reconcile-report\"|Plan for |Run of |style-src")
_WWW = re.compile(r"(www)\.", re.IGNORECASE)
# What would begin a list, a rule or a heading at the start of a field.
_BLOCK = re.compile(r"^\s*(?:[0-9]{1,9}[.)](?=\s|$)|[-+=](?=[\s=-]|$))")
# In Markdown every mark means itself; a name does not call anybody.
_MARKDOWN = str.maketrans(
    {character: f"\\{character}" for character in "\\`*_{}[]<>#|~&!"} | {"\n": " ", "@": "@\u200b"}
)


def check_names(paths: Iterable[Path]) -> None:
    """Raises ConfigurationError for a file name that is no kind of report, before any work is done.

    A report replaces an earlier one under its name, and no other file.
    """
    for path in paths:
        if _kind(path) not in _RENDERINGS:
            raise ConfigurationError(f"{path} must end in {', '.join(_RENDERINGS)}.")
        refuse_foreign(path, "a report of reconcile", _MARKS)


def write_reports(report: Report, paths: Iterable[Path], templates: Path | None = None) -> None:
    """Writes the report to files whose endings say which kind they are. Raises ConfigurationError."""
    for path in paths:
        write_text(path, _RENDERINGS[_kind(path)](report, templates))


def _kind(path: Path) -> str:
    """The ending that says what to write; `.v1.json` is the JSON of version 1."""
    return "".join(path.suffixes[-2:]).lower() if path.name.lower().endswith(_OLD) else path.suffix.lower()


def html(report: Report, templates: Path | None = None) -> str:
    """The report as one self-contained HTML page."""
    style, script = (_source(name, templates)[0] for name in ("report.css", "report.js"))
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    given = {"style": Markup(style), "script": Markup(script), "policy": policy}  # noqa: S704  our own files
    return _rendered(report, "report.html", templates, escaping=True, **given)


def markdown(report: Report, templates: Path | None = None) -> str:
    """The report as Markdown, short enough for a comment: long lists are folded and counted."""
    return _rendered(report, "report.md", templates, escaping=False)


_RENDERINGS: dict[str, Callable[[Report, Path | None], str]] = {
    ".html": html,
    ".md": markdown,
    ".json": lambda report, _: to_json(report),
    _OLD: lambda report, _: to_json_1(report),
}


def _rendered(report: Report, name: str, templates: Path | None, *, escaping: bool, **given: str) -> str:
    source, path = _source(name, templates)
    filters: dict[str, Callable[..., object]] = {
        "amount": shown_amount,
        "signed": words.signed,
        "moment": moment,
        "before": words.before_of,
        "after": words.after_of,
        "notes": words.notes_of,
        "title": words.title_of,
        "values": words.shown_values,
        "cell": words.spots(report),
        "slips": _slips(report),
        "money": words.operation_money(report),
        "currencies": _currencies,
        "json": lambda value: json.dumps(value, ensure_ascii=False),
        "between": _between_tags,
        "md": _markdown,
    }
    said = {
        "facts": words.facts(report),
        "banner": banner(report),
        "nothing_waits": nothing_waits(report),
        "headline": words.headline(report),
        "sections": sections(report),
        "stages": sorted(
            {stage for one in report.payouts for stage in (one.stage_before, one.stage_after)} - {""}
        ),
        "charts": charts(report.stages),
        "counts": counts(report.run) if report.run else "",
        "verdict": verdict(report.run) if report.run else "",
    }
    # Everything from a workbook or the API passes `made_visible`.
    template = compiled(source, path, escaping=escaping, filters=filters, finalize=made_visible)
    with faults_of(path):
        return "".join(filled_in(template, OUTPUT, report=report, **said, **given))


def _source(name: str, templates: Path | None) -> tuple[str, Path]:
    path = template_file(name, templates)
    try:
        return path.read_text(encoding="utf-8"), path
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The template {path} cannot be read. It must be text in UTF-8.") from error


def _slips(report: Report) -> Callable[[str], list[str]]:
    """What the possible slips say, by the cell of their edit."""
    found: dict[str, list[str]] = {}
    for one in report.findings:
        if is_slip(one):
            found.setdefault(one.place, []).append(one.message)
    return lambda place: found.get(place, [])


def _currencies(payout: Payout) -> list[str]:
    return sorted({payout.currency, *(one.currency for one in payout.moved)} - {""})


def _markdown(text: object) -> Markup:
    """The text as Markdown that means it: GitHub makes links even of bare addresses."""
    escaped = visible(str(text)).translate(_MARKDOWN).replace("://", ":\\//")
    escaped = _BLOCK.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", escaped)
    return Markup(_WWW.sub(r"\1\\.", escaped))  # noqa: S704  escaped here


def _between_tags(text: str) -> Markup:
    """The text where quotes mean themselves: between tags, and never inside of one."""
    escaped = visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return Markup(escaped)  # noqa: S704  escaped here


def _hash(text: str) -> str:
    """The source expression of the policy that allows exactly this text (CSP level 2)."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
