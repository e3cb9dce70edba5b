"""A page tells people what to click; what only a command can do is told to be the operator's."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from house import MODULES

from reconcile.cli import COMMANDS
from reconcile.desk.page_words import said

COMMAND = re.compile(rf"(?<!runs )(?<!asks with )\breconcile ({'|'.join(sorted(COMMANDS))})\b(?! \d+\n)")
OPTION = re.compile(r"(?<![\w-])--[a-z]")
EDGES = {"cli", "desk", "assistant", "sandbox", "resources"}
OWN_READERS = {
    *("jobs/demo.py", "jobs/setup/init.py", "jobs/assistant/reading_session.py", "evidence/pack.py"),
    *("evidence/verify.py", "report/screen/console_lines.py", "people/statement.py", "people/sign_in.py"),
}
"""Files whose texts are for a terminal, for a file, or are signed."""


def _texts() -> Iterator[str]:
    """Every text of the package that a job may say, with X-1 where a value stands."""
    for one in MODULES:
        if one.room in EDGES or one.shown in OWN_READERS:
            continue
        inside = {
            id(part)
            for node in one.nodes
            if isinstance(node, ast.JoinedStr)
            for part in ast.walk(node)
            if part is not node
        }
        docs = {
            id(node.value)
            for node in one.nodes
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        yield from (
            text
            for node in one.nodes
            if id(node) not in inside | docs and (text := _text(node)) and " " in text
        )


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else "X-1" for one in node.values)
    return ""


def test_no_message_of_a_job_tells_people_at_the_desk_to_type_a_command() -> None:
    bare = [text for text in _texts() if COMMAND.search(said(text))]

    assert bare == []


def test_an_option_that_no_page_has_is_the_operators() -> None:
    bare = [
        shown
        for text in _texts()
        if OPTION.search(shown := said(text)) and "operator" not in shown and "--no-" not in shown
    ]

    assert bare == []


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (
            "2026-03 is prepared by Ana (req-1) and waits for a review by Ben: reconcile approve 2026-03",
            "2026-03 is prepared by Ana (req-1) and waits for a review by Ben: on the page of 2026-03, under Close.",
        ),
        (
            "Nobody has asked for an approval of this plan: save it, then reconcile request.",
            "Nobody has asked for an approval of this plan: ask for it on the page Apply.",
        ),
        (
            "Payouts without a PO number: 3. Mend them, or pass --waive no-po=REASON.",
            "Payouts without a PO number: 3. Correct them, or let the check pass with a reason.",
        ),
        (
            "Run run-1 is unfinished. Look: reconcile history run-1. Finish it: reconcile resume run-1.",
            'Run run-1 is unfinished. Look: the page History. Finish it: press "Resume" on its page.',
        ),
        (
            "bank.csv: it does not say in which currency it is. Pass --currency, such as EUR.",
            "bank.csv: it does not say in which currency it is. Fill in Currency under More to choose, such as EUR.",
        ),
        ("Acme GmbH", "Acme GmbH"),
        ("", ""),
    ],
)
def test_a_message_says_what_to_click(message: str, shown: str) -> None:
    assert said(message) == shown


@pytest.mark.parametrize(
    ("here", "message", "shown"),
    [
        (
            "/bring/x/apply",
            "Nobody has asked for an approval of this plan: save it, then reconcile request.",
            "Nobody has asked for an approval of this plan: ask for it on this page.",
        ),
        (
            "/runs/run-1/undo",
            "Ask first: reconcile undo RUN --save plan.json, then reconcile request plan.json.",
            "Ask first: ask for it on this page.",
        ),
        (
            "/close/month/2026-03",
            "It waits for a review by Ben: reconcile approve 2026-03",
            "It waits for a review by Ben: on this page.",
        ),
        (
            "/close/month/2026-04",
            "It waits for a review by Ben: reconcile approve 2026-03",
            "It waits for a review by Ben: on the page of 2026-03, under Close.",
        ),
        (
            "/history",
            "The record was changed: reconcile history --verify",
            "The record was changed: this page.",
        ),
        ("/bring/x", "Look at it: reconcile diff x.xlsx", "Look at it: this page."),
    ],
)
def test_a_page_does_not_send_people_to_itself(here: str, message: str, shown: str) -> None:
    assert said(message, here) == shown


def test_no_template_names_a_command() -> None:
    folder = Path(said.__code__.co_filename).parent / "templates"
    found = {
        one.name: COMMAND.findall(text)
        for one in folder.glob("*.html")
        if COMMAND.search(text := one.read_text(encoding="utf-8"))
    }

    # Who signs in by a link got it from the command.
    assert found.keys() <= {"sign_in.html"}
