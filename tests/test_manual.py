"""What the README and the manual show is run here: commands, their output, settings, tables."""

from __future__ import annotations

import os
import re
import shlex
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
import httpx
import pytest
from cli_session import APPROVED, DECLINE, DETACH, KEY, SET_AMOUNT, SET_STAGE, full_month
from postgres_server import PASSWORD, PostgresServer
from signers import key_file, public_line

from reconcile.cli import COMMANDS, PAGES, run
from reconcile.cli import reconcile as group
from reconcile.config import Choices as Settings
from reconcile.config import load
from reconcile.domain.policy.bank import BankPolicy
from reconcile.domain.policy.close import CHECK_NAMES
from reconcile.domain.policy.contract_cost import ContractCostPolicy
from reconcile.domain.policy.names_and_limits import Limits, ReadLimits
from reconcile.domain.policy.payments import PaymentPolicy
from reconcile.domain.policy.remeasurement import RemeasurementPolicy
from reconcile.erp.orders.bank_account import number_faults
from reconcile.resources import manual_page, manual_pages
from reconcile.sandbox.choices import Choices
from reconcile.sandbox.server import running
from reconcile.workbook.contract import load_layout
from reconcile.workbook.copy import Keystroke, type_into

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
MANUAL = ROOT / "reconcile" / "manual"
FILES = {"README": README} | {name: MANUAL / f"{name}.md" for name in manual_pages()}
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
SESSIONS = [name for name, file in FILES.items() if BLOCK.search(file.read_text(encoding="utf-8"))]
ADDRESS = "127.0.0.1:8080"
DATABASE = "postgresql://reconcile@db.example.com/reconcile"
ID = re.compile(r"\b(?:wb|run|close|req)-\d{8}-\d{6}-[0-9a-f]{6}")
"""What workbooks, runs, closes and requests are called."""
# What differs from run to run, and what stands for it in the comparison.
VOLATILE = (
    (r"http://127\.0\.0\.1:\d+|127\.0\.0\.1:\d+", "HOST"),
    (ID.pattern, "ID"),
    (r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d( UTC)?", "TIME"),
    (r"(UTC by |TIME by |TIME  )[^\s,:]+", r"\1WHO"),
    (r"Plan fingerprint: [0-9a-f]{16}", "Plan fingerprint: F"),
    (r"Fingerprint: [0-9a-f]{64}", "Fingerprint: F"),
    (r"(seal.*?)\b[0-9a-f]{16,64}\b", r"\1SEAL"),
    (r"State store: .*?,", "State store: FILE,"),
    (r"Size: [\d.]+ MB", "Size: N MB"),
    (r"Configuration: .*?,", "Configuration: FILE,"),
    (r"from \S+/reconcile\.toml", "from FILE"),
    (r"[+-]\d+ s from ours", "N s from ours"),
    (r"RC\d{14}[0-9A-F]{8}\.xml", "MESSAGE.xml"),
    (r"\d+ calls left", "N calls left"),
    (r"\b[0-9a-f]{64}\b", "HASH"),
    (r"[\d,]+ bytes", "N bytes"),
)


def _steady(text: str) -> str:
    for pattern, word in VOLATILE:
        text = re.sub(pattern, word, text)
    return "\n".join(line.rstrip() for line in text.splitlines())


@dataclass(frozen=True)
class Session:
    """A person at a terminal: a folder, which is the working folder, and a server with the sample month."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    url: str
    database: str = DATABASE

    def run(self, command: str) -> str:
        """Runs a command as it is typed. RUN stands for the last run. Answers what it prints on stdout."""
        if "RUN" in command.split():
            command = re.sub(r"\bRUN\b", self.run("reconcile history").split()[0], command)
        program, *words = shlex.split(command)
        assert program == "reconcile"
        self.capsys.readouterr()
        code = run(words)
        out, err = self.capsys.readouterr()
        # 1: a person must decide, which a page may well show.
        assert code in (0, 1), out + err
        return out.replace(self.database, DATABASE)

    def export(self) -> None:
        self.run("reconcile export --stage APPROVED -o approved.xlsx")
        self.edit()

    def edit(self) -> None:
        """What the README asks the reader to type."""
        po_number = Keystroke("Payouts", APPROVED, "PO number", "000777")
        workbook = self.folder / "approved.xlsx"
        type_into(workbook, workbook, [SET_STAGE, po_number, SET_AMOUNT, *DECLINE])

    def type_po_number(self) -> None:
        workbook = self.folder / "acme.xlsx"
        type_into(workbook, workbook, [Keystroke("Payouts", APPROVED, "PO number", "PO-2026-04")])

    def turn_writing_on(self) -> None:
        file = self.folder / "reconcile.toml"
        file.write_text(file.read_text(encoding="utf-8").replace('"off"', '"on"'), encoding="utf-8")

    def accept(self) -> None:
        workbook = self.folder / "paid.xlsx"
        type_into(workbook, workbook, [Keystroke("Matches", 2, "Accept", "Yes")])

    def apply(self) -> None:
        self.export()
        self.run("reconcile apply approved.xlsx --yes")

    def name_database(self) -> None:
        """Writes the profile that the page shows, and trusts it as the page says."""
        text = _blocks("team", "toml")[0].replace("[profiles.production]", "[profiles.default]")
        text = re.sub(r"\nstate_password_file.*", "", text).replace(DATABASE, self.database)
        (self.folder / "reconcile.toml").write_text(text, encoding="utf-8")
        self.run("reconcile config trust")

    def second_person(self) -> None:
        """Three people and the rules of the page, with keys of their own, and a plan to approve."""
        file, text = self.folder / "reconcile.toml", _blocks("team", "toml")[1]
        for name in ("ana", "ben", "cleo"):
            key_file(self.folder, name)
            text = re.sub(rf'key = "ssh-ed25519 \S+ {name}@.*"', f'key = "{public_line(name)}"', text)
        file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")
        self.run("reconcile config trust")
        self.run("reconcile export -o release.xlsx")
        type_into(self.folder / "release.xlsx", self.folder / "release.xlsx", [DETACH])

    def books(self) -> None:
        """The settings of the page, and the rates of two months; the euro rises in April."""
        (self.folder / "reconcile.toml").write_text(_blocks("books", "toml")[0], encoding="utf-8")
        others = {"GBP": "1.292", "CAD": "0.695", "JPY": "0.0067", "KWD": "3.245"}
        for day, euro in (("2026-03-31", "1.081"), ("2026-04-30", "1.1")):
            rows = [f"{code},USD,{rate},{day}\n" for code, rate in ({"EUR": euro} | others).items()]
            file = self.folder / f"rates-{day[:7]}.csv"
            file.write_text("currency,to,rate,date\n" + "".join(rows), encoding="utf-8")

    def conflict(self) -> None:
        """Finance and somebody in Introw give one payout different PO numbers."""
        self.export()
        path, headers = f"{self.url}/api/v1/payouts/{APPROVED}", {"x-api-key": KEY}
        httpx.patch(path, json={"poNumber": "PO-900"}, headers=headers, timeout=10).raise_for_status()


# What happens before a command that a page shows: what people do in Excel or Introw, or on another page.
BEFORE: dict[tuple[str, str], Callable[[Session], None]] = {
    ("README", "reconcile check approved.xlsx"): Session.edit,
    ("first-day", "reconcile check acme.xlsx"): Session.type_po_number,
    ("first-day", "reconcile apply acme.xlsx --quiet --yes"): Session.turn_writing_on,
    ("apply", "reconcile apply approved.xlsx --max-calls 500 --quiet --yes"): Session.export,
    ("record", "reconcile history"): Session.apply,
    ("evidence", "reconcile evidence RUN -o march.zip"): Session.apply,
    ("review", "reconcile diff approved.xlsx --quiet --review review.xlsx"): Session.conflict,
    ("team", "reconcile state migrate"): Session.name_database,
    ("team", "reconcile diff release.xlsx --quiet --save plan.json"): Session.second_person,
    ("team", "reconcile apply approved.xlsx --yes --quiet"): Session.edit,
    ("books", "reconcile close --period 2026-03 -o close-2026-03 --rates rates-2026-03.csv"): Session.books,
    ("loop", "reconcile diff paid.xlsx --quiet"): Session.accept,
}


@pytest.mark.parametrize("page", SESSIONS)
def test_a_page_shows_what_its_commands_print(
    page: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file, database = FILES[page], DATABASE
    monkeypatch.setenv("INTROW_API_KEY", KEY)
    if page == "team":
        server: PostgresServer = request.getfixturevalue("postgres")
        database = server.url(server.database())
        monkeypatch.setenv("RECONCILE_STATE_PASSWORD", PASSWORD)
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    with running(full_month(), Choices()) as url:
        monkeypatch.setenv("INTROW_BASE_URL", url)
        session = Session(tmp_path, capsys, url, database)
        played = [_played(page, block, session) for block in BLOCK.findall(file.read_text(encoding="utf-8"))]
    if os.environ.get("RECONCILE_UPDATE"):
        file.write_text(_updated(file.read_text(encoding="utf-8"), played, url), encoding="utf-8")

    printed = BLOCK.findall(file.read_text(encoding="utf-8"))
    for shown, real in zip(printed, played, strict=True):
        assert _steady(real) == _steady(shown), "refresh with: RECONCILE_UPDATE=1 pytest tests/test_manual.py"
    assert _are_told_apart(played, printed), "refresh with: RECONCILE_UPDATE=1 pytest tests/test_manual.py"


def _are_told_apart(played: list[str], printed: list[str]) -> bool:
    """Whether each run and workbook has one id all over a page: a reader follows it from block to block."""
    pairs = set(zip(ID.findall("".join(played)), ID.findall("".join(printed)), strict=True))
    return len({real for real, _ in pairs}) == len({shown for _, shown in pairs}) == len(pairs)


def _played(page: str, block: str, session: Session) -> str:
    shown = []
    for command in re.findall(r"^\$ (.*)$", block, re.MULTILINE):
        shown.append(f"$ {command}")
        if command.startswith("export "):
            continue
        if command.startswith("reconcile sandbox"):
            shown.append(f"Sandbox ready at {session.url} (key: {KEY})")
            continue
        BEFORE.get((page, command), lambda _: None)(session)
        shown += session.run(command).splitlines()
    return "\n".join(line.rstrip() for line in shown) + "\n"


def _updated(text: str, played: list[str], url: str) -> str:
    """The page with what is printed now. A page that says the same keeps the moments and ids that it shows."""
    blocks, printed = iter(played), BLOCK.findall(text)
    is_as_before = [_steady(block) for block in printed] == [_steady(block) for block in played]
    if is_as_before and _are_told_apart(played, printed):
        return text
    text = BLOCK.sub(lambda _: f"```console\n{next(blocks)}```", text)
    text = text.replace(url.removeprefix("http://"), ADDRESS)
    text = re.sub(r"/\S+/reconcile\.toml", "~/payouts/reconcile.toml", text)
    text = re.sub(r"State store: /.*?,", "State store: ~/.local/state/reconcile/state.db,", text)
    return re.sub(r"(UTC by |\d\d:\d\d UTC  )[^\s,:]+", r"\1ana", text)


@pytest.mark.parametrize("page", FILES)
def test_every_link_of_a_page_leads_somewhere(page: str) -> None:
    file = FILES[page]
    links = re.findall(r"\]\(([^)]+)\)", file.read_text(encoding="utf-8"))

    assert [one for one in links if not (file.parent / one.partition("#")[0]).exists()] == []


def test_the_readme_is_short_and_names_every_page() -> None:
    text = README.read_text(encoding="utf-8")

    assert len(text.splitlines()) <= 250
    assert [one for one in manual_pages() if one != "index" and f"manual/{one}.md" not in text] == []


def test_the_index_lists_every_page_and_every_command_has_one() -> None:
    index = manual_page("index")

    assert [one for one in manual_pages() if one != "index" and f"[{one}]({one}.md)" not in index] == []
    assert PAGES.keys() == COMMANDS.keys()
    assert set(PAGES.values()) <= set(manual_pages())


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_names_its_page(name: str) -> None:
    command = group.get_command(click.Context(group), name)

    assert command
    assert command.epilog == f"Manual: reconcile help {PAGES[name]}"


def test_help_shows_a_page_by_topic_and_by_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session = Session(tmp_path, capsys, "")

    assert session.run("reconcile help") == manual_page("index")
    assert session.run("reconcile help limits") == manual_page("limits")
    assert session.run("reconcile help undo") == manual_page("apply")


def test_help_looks_for_any_other_word_in_the_text_of_all_pages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session = Session(tmp_path, capsys, "")
    lines = session.run("reconcile help IDEMPOTENCY").splitlines()
    named = [line.split()[2] for line in lines[1:]]

    assert lines[0] == "No page is called 'IDEMPOTENCY'. It stands on:"
    assert named == [name for name in manual_pages() if "idempotency" in manual_page(name).casefold()] != []


def test_help_on_an_unknown_topic_lists_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["help", "chekc"])
    err = capsys.readouterr().err

    assert code == 2
    assert "no page 'chekc'" in err
    assert "checks" in err


def _blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", manual_page(page), re.DOTALL)


def test_the_settings_of_the_manual_are_settings(tmp_path: Path) -> None:
    (text,) = _blocks("settings", "toml")
    file = tmp_path / "reconcile.toml"
    file.write_text(text, encoding="utf-8")
    settings = load(Settings(config=tmp_path / "reconcile.toml"), {}, tmp_path)

    assert tomllib.loads(text)["limits"]
    assert settings.profile_name == "production"
    assert settings.policy.po_required_stages == ("PENDING_PAYMENT", "PAID")


def test_the_template_of_the_manual_is_a_template(tmp_path: Path) -> None:
    (text,) = _blocks("workbook", "toml")
    (tmp_path / "workbook.toml").write_text(text, encoding="utf-8")

    layout = load_layout(tmp_path)

    assert layout.paper["size"] == "Letter"
    assert layout.columns["lines"]["amount"].label == "Betrag"


def test_the_settings_of_payments_in_the_manual_are_settings_and_all_of_them(tmp_path: Path) -> None:
    (text,) = _blocks("payments", "ini")
    (tmp_path / "reconcile.toml").write_text(text, encoding="utf-8")
    settings = load(Settings(config=tmp_path / "reconcile.toml"), {}, tmp_path)

    assert settings.payments.tolerance_of("USD").absolute == 15
    assert settings.payments.note == "Paid {date}, reference {reference}."
    named = tomllib.loads(text)["payments"].keys()
    assert named == set(PaymentPolicy.__slots__) - {"paid_stage", "failed_stage"}


def test_the_settings_of_the_bank_in_the_manual_are_settings(tmp_path: Path) -> None:
    (text,) = _blocks("pay", "toml")
    (tmp_path / "reconcile.toml").write_text(text, encoding="utf-8")
    bank = load(Settings(config=tmp_path / "reconcile.toml"), {}, tmp_path).bank
    payer = bank.account_for("USD", "")

    assert bank.prenote
    assert payer
    assert tuple(number_faults(payer)) == ()
    assert tomllib.loads(text)["bank"].keys() == set(BankPolicy.__slots__)


def test_the_settings_of_the_close_in_the_manual_are_settings(tmp_path: Path) -> None:
    (text,) = _blocks("close", "toml")
    (tmp_path / "reconcile.toml").write_text(text, encoding="utf-8")
    policy = load(Settings(config=tmp_path / "reconcile.toml"), {}, tmp_path).close

    assert policy.checks["no-po"] == "blocking"
    assert policy.expense.account("", "Referral plan", "USD") == "6210"
    assert [name for name in CHECK_NAMES if f"| `{name}` |" not in manual_page("close")] == []


def test_the_settings_of_the_books_in_the_manual_are_settings_and_all_of_them(tmp_path: Path) -> None:
    (text,) = _blocks("books", "toml")
    (tmp_path / "reconcile.toml").write_text(text, encoding="utf-8")
    policy = load(Settings(config=tmp_path / "reconcile.toml"), {}, tmp_path).close
    named = tomllib.loads(text)["close"]

    assert (policy.remeasurement.account, policy.contract_cost.term("Referral plan")) == ("7900", 24)
    assert policy.contract_cost.term("Renewals") == 0
    assert named["remeasurement"].keys() == set(RemeasurementPolicy.__slots__)
    assert named["contract_cost"].keys() == set(ContractCostPolicy.__slots__)


def test_every_command_and_every_limit_stands_in_the_manual() -> None:
    commands, limits, settings = (manual_page(name) for name in ("commands", "limits", "settings"))

    assert [name for name in COMMANDS if f"| `{name}` |" not in commands] == []
    assert [name for name in Limits.__slots__ if f"`{name}`" not in limits] == []
    assert [name for name in ReadLimits.__slots__ if f"`{name}`" not in settings] == []


def test_the_gate_runs_the_two_commands_of_the_readme() -> None:
    gate = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    set_up, test = re.findall(r"```sh\n(.*?)\n```", README.read_text(encoding="utf-8"), re.DOTALL)

    for part in (*set_up.split(" && "), *test.split(" && ")):
        assert part.replace("pip install", "pip install -q") in gate or part in gate


def test_the_measurements_are_the_page_that_the_benchmarks_wrote() -> None:
    for name in ("bench.md", "readers.md"):
        assert (ROOT / "samples" / name).read_text(encoding="utf-8").strip() in manual_page("speed")
