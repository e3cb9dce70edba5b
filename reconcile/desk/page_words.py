"""What a message of a job says on a page: where it names a command or an option, what to click instead.

The jobs serve the command line as well, so their sentences name its commands. People at the desk never see a
terminal. What no page can do is said to be the operator's, with the command for that person to run.
"""

from __future__ import annotations

import re
from functools import partial
from tempfile import gettempdir
from typing import Final

from markupsafe import Markup, escape

from reconcile.domain.stage import STAGES, stage_of
from reconcile.domain.unseen import visible

_NAMES: Final = (
    "apply|approve|approvals|bills|check|close|config|desk|diff|doctor|evidence|export|exports|help|history|init|notify|"
    "payments|pickup|reject|replay|report|request|resume|state|statements|undo|verify"
)
_WORDS: Final = (
    r"(?: (?:--[a-z][a-z-]*|-o|\"[^\"]*\"|[A-Z]{3,}(?:\.\w+)?|[\w:{}/-]*[0-9.{}/-][\w.{}/-]*\w|rules|trust))*"
)
"""What follows the name of a command: options, places to fill in, files, ids."""
_OFFERS: Final = "the page of the workbook offers a corrected one, where one can be made"
_CLICKS: Final = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"reconcile undo RUN --save \S+, then reconcile request [\w.]+\w",
         "ask for it on the page of the undo"),
        (r"reconcile request rules, and then reconcile approve rules by an approver of before",
         "somebody who prepares asks on the page Approvals, and an approver of before agrees there"),
        (r"reconcile request rules", "somebody who prepares asks on the page Approvals"),
        (r"save it, then reconcile request\b", "ask for it on the page Apply"),
        (r"Next: reconcile approve \S+, then the same command without --request",
         "Next: another person approves it on the page Approvals, then you write the files"),
        (r"ask by the same command with --request", "ask for it where you look at what would be written"),
        (r"reconcile close --period \S+ -o FOLDER --prepare",
         "make the draft on the page Close, and sign it as prepared"),
        (r"reconcile approve ([0-9][\w-]*|FY[\w-]*)", r"on the page of \1, under Close"),
        (r"reconcile (?:approve|reject|approvals)\b" + _WORDS, "the page Approvals"),
        (r"reconcile request\b" + _WORDS, 'press "Ask for the approval" on its page'),
        (r"Mend them, or pass --waive (\S+?)=REASON", "Correct them, or let the check pass with a reason"),
        (r'--waive (\S+) needs a reason: --waive \S+="why"', r"\1 needs a reason"),
        (r"--waive (\S+): there is no such check", r"\1: there is no such check"),
        (r"Mend the files, or pass --allow (\S+?)(?=\.?$|\.? )",
         r"Correct the files, or name \1 under More to choose"),
        (r"pass --allow \S+?(?=\.?$|\.? )", "let it pass on the page"),
        (r" with --(?:allow|reopen)\b", ""),
        (r'--reopen (\S+) --reason "why"', r"tick \1 on the page Apply, and say why"),
        (r"--reopen needs a reason: --reason \"why\"", "To reopen a closed period needs a reason"),
        (r'(?:close )?--again "why"', "reopen it on its page under Close, with a reason"),
        (r"--again needs a reason", "It needs a reason"),
        (r"issue it again with --again and a reason",
         "issue it once more, with a reason, under More to choose"),
        (r"(?:reconcile )?close --late(?: --period [\w-]+)?", "ask the operator for it"),
        (r"reconcile resume \S+ --set-aside(?: \"the reason\")?", 'press "Set aside" on its page'),
        (r"--set-aside needs a reason", "Say why it is set aside"),
        (r"reconcile resume \S+ --take-over", "ask the operator to take it over"),
        (r"with: reconcile resume\b", "on its page"),
        (r"reconcile resume \S+ goes on", '"Resume" on its page goes on'),
        (r"reconcile resume\b" + _WORDS, 'press "Resume" on its page'),
        (r"reconcile undo\b" + _WORDS, 'press "Look at an undo" on its page'),
        (r"`reconcile doctor [^`]+` says (?:what can be done|how to put it right)",
         _OFFERS),
        (r"reconcile doctor FILE --repair OUT.xlsx writes a clean copy with the edits",
         "its page offers a corrected workbook, with the edits"),
        (r"If so: reconcile doctor\b" + _WORDS, "If so, ask the operator for a clean copy"),
        (r"reconcile exports?\b" + _WORDS, "the page Take"),
        (r"reconcile history --verify", "the page History"),
        (r"List the runs with: reconcile history\b", "The page History lists the runs"),
        (r"reconcile (?:history|evidence)\b" + _WORDS, "the page History"),
        (r"reconcile (?:apply|diff|check)\b" + _WORDS, "the page of the workbook"),
        (r"Decide again in a new review workbook: diff --review", "Decide again on the page of the workbook"),
        (r"Make a new review workbook: diff --review", "Decide on the page of the workbook"),
        (r"Decide in a review workbook, use --prefer live,", "Decide on the page, take live,"),
        (r"[Uu]se --prefer live", "take live"),
        (r"that diff --save wrote", "that was made here"),
        (r"with diff --save", "by bringing the workbook again"),
        (r"[Pp]ass --currency\b", "fill in Currency under More to choose"),
        (r"[Pp]ass --decimal \w+ or --decimal \w+", "choose it under More to choose"),
        (r"[Pp]ass --decimal\b", "say so under More to choose"),
        (r"[Pp]ass --date-order \w+ or --date-order \w+", "choose it under More to choose"),
        (r"(?:[Pp]ass )?--sign \w+(?: or --sign \w+)?", 'choose "Payments are" under More to choose'),
        (r"^--(?:stage|partner|period|batch)\b", "the filter"),
        (r"--pay-on\b", "the day of payment"),
        (r"pass --account-checked ([\w-]+)",
         r"name \1 under the partners whose new bank account was checked"),
        (r"pass --bill-anyway (\S+?)(?=\.?$)", r"name \1 under More to choose, to be billed all the same"),
        (r"or leave --rates out", "or bring no rates"),
        (r"and bring them: close --explain", "and bring them on the page Close"),
        (r"close --list", "the page Close"),
        (r"compare --head (\S+?)(?=\.?$)", r"ask the operator to compare the head of the record with \1"),
    )
)  # fmt: skip
_PLACE: Final = re.compile(rf"{re.escape(gettempdir())}/[\w.-]+/(?:(?:brought|matched|pack)/)?")
_COMMAND: Final = re.compile(
    rf"(?:(?:See|Look|see): )?`?((?:reconcile (?:{_NAMES})\b|(?:close|diff|state|history)(?= --)){_WORDS})`?"
)
_OWN: Final = tuple(
    (re.compile(path), names)
    for path, names in (
        (r"/bring/[^/]+/apply|/runs/[^/]+/undo", ("the page Apply", "the page of the undo")),
        (r"/bring/[^/]+", ("the page of the workbook",)),
        (r"/close/month/([^/]+)", (r"the page of \1, under Close",)),
        (r"/close|/close/made/[^/]+", ("the page Close",)),
        (r"/take|/take/.+", ("the page Take",)),
        (r"/approvals", ("the page Approvals",)),
        (r"/history", ("the page History",)),
    )
)
"""What messages call a page, by its path."""
_STAGE: Final = re.compile(rf"(?<![\"'\w])(?:{'|'.join(STAGES)})(?![\"'\w])")
"""A stage as the API writes it, but where somebody is quoted."""
_SAID_TO_BE: Final = re.compile(
    rf"\b[Ss]tages?:? (?:{'|'.join(STAGES)})\b(?:(?:, | or | and | -> | → )(?:{'|'.join(STAGES)})\b)*"
)
_LONGEST: Final = 800
_ID: Final = re.compile(r"\b(run|req)-[0-9]{8}-[0-9]{6}-[0-9a-f]{6}\b")
_PAGES: Final = {"run": "runs", "req": "approvals"}
_LINK: Final = Markup('<a href="/{}/{}">{}</a>')
_OPTION: Final = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


def said(text: str, here: str = "") -> str:
    """The message as a page says it. A file of the desk's own is named without its place.

    here: the path of the page that says it, which does not send people to itself.
    """
    told = text = _PLACE.sub("", text)
    for pattern, words in _CLICKS:
        told = pattern.sub(partial(_put, words), told)
    told, found = _COMMAND.subn(partial(_put, r"ask the operator, who runs \1"), told)
    if not found:
        told = _OPTION.sub(lambda one: f"the operator's option {one[0]}", told)
    if told != text and told[-1:].isalnum():
        # A sentence that ended with a command, so that it could be copied.
        told += "."
    return _own_page(staged(told), here)


def staged(text: str) -> str:
    """A sentence of ours with stages by the names that they have in Introw and in the workbook."""
    return _STAGE.sub(lambda one: stage_of(one[0]).label, text)


def stage_named(text: str) -> str:
    """The same for a text in which people's own words may stand: only what is said to be a stage is named."""
    return _SAID_TO_BE.sub(lambda one: staged(one[0]), stage_of(text).label)


def _own_page(text: str, here: str) -> str:
    """The message without the way to the page on which it stands."""
    for path, names in _OWN:
        if found := path.fullmatch(here):
            for name in names:
                text = text.replace(found.expand(name), "this page")
    return text.replace('press "Ask for the approval" on this page', 'press "Ask for the approval"')


def said_of_book(text: str, here: str, *, has_copy: bool) -> str:
    """The message about a workbook, on its page. has_copy: whether the page offers a corrected one."""
    offers = f"{_OFFERS[:1].upper()}{_OFFERS[1:]}"
    instead = "Download the corrected workbook here" if has_copy else "Take another one on the page Take"
    return said(said(text).replace(offers, instead).replace(_OFFERS, instead), here)


def shortened(text: str) -> str:
    """The message, cut in its middle where it repeats a text that is far too long."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]} … {text[-_LONGEST // 2 :]}"


def linked(text: str) -> Markup:
    """The message with each run and each request that it names as a link to its page."""
    parts, end = [], 0
    for found in _ID.finditer(text):
        parts.append(escape(visible(text[end : found.start()])))
        parts.append(_LINK.format(_PAGES[found[1]], found[0], found[0]))
        end = found.end()
    return Markup("").join((*parts, escape(visible(text[end:]))))


def _put(words: str, found: re.Match[str]) -> str:
    """The words in the place of what was found, with a capital letter where a sentence begins."""
    new = found.expand(words)
    begins = found.start() == 0 or found.string[: found.start()].endswith((". ", "! ", "? "))
    return new[:1].upper() + new[1:] if begins else new
