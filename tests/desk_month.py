"""The month at two desks, as far as every page has something to show: by whom each page is seen, and where it is."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cli_session import DRAFT, EVERY_KIND, PATIENCE, SET_STAGE
from desk_process import FAST, Browser, DeskProcess

from reconcile.resources import sample
from reconcile.workbook.copy.cell_editor import Keystroke, type_into

PERIOD = "2026-03"
LONG = f"{'Payouts_of_the_month_of_March_final_version_' * 3}.xlsx"
"""A name in which a line can be broken nowhere."""
HOSTILE = Keystroke("Payouts", DRAFT, "Statement note", "<script>window.hacked = 1</script>\u202e")
CLASH = Keystroke("Payouts", DRAFT, "PO number", "PO-MINE")
WRONG = Keystroke("Payouts", "pay_0000000000000000000mixed", "Stage", "NO SUCH STAGE")


@dataclass(frozen=True)
class Seen:
    """A page, and the person who sees it. template: the one that it is made of.

    button: what is pressed on the page to come to it, with a file of this content in the field before.
    """

    template: str
    desk: DeskProcess
    person: Browser
    path: str
    button: str = ""
    content: bytes = b""


def settings(inbox: Path) -> str:
    """Settings with a watched folder, and a check of the close that stops it."""
    return f'{FAST}[pickup]\nfolder = "{inbox}"\nstill_seconds = 0\n[close.checks]\npool = "blocking"\n'


def operators_month(desk: DeskProcess, inbox: Path) -> dict[str, Seen]:
    """The pages of a desk on which one person does everything."""
    ana, stranger = desk.browser(), desk.browser()
    link = desk.link
    ana.sign_in(link)
    paths = {
        **_workbooks(desk, ana, inbox),
        **_money(ana),
        "home": ("home.html", "/"),
        "take": ("take.html", "/take"),
        "bring": ("bring.html", "/bring"),
        "approvals": ("approvals.html", "/approvals"),
        "history": ("history.html", "/history"),
        "writing": ("writing.html", "/writing"),
        "problem": ("problem.html", "/nowhere"),
    }
    seen = {name: Seen(template, desk, ana, path) for name, (template, path) in paths.items()}
    pack = ana.post("/history/evidence", {"of": paths["run"][1].rpartition("/")[2]}).content
    button = "form[action='/history/verify'] button"
    seen["verified"] = Seen("verified.html", desk, ana, "/history", button, pack)
    seen["link"] = Seen("link.html", desk, stranger, link)
    seen["sign-in"] = Seen("sign_in.html", desk, stranger, "/sign-in")
    return seen


def _workbooks(desk: DeskProcess, ana: Browser, inbox: Path) -> dict[str, tuple[str, str]]:
    ana.get("/take")
    counted, made = ana.work("/take/preview"), ana.work("/take")
    workbook = desk.folder / "march.xlsx"
    workbook.write_bytes(ana.client.get(f"{made.url.path}/file").content)
    type_into(workbook, desk.folder / LONG, (*EVERY_KIND, HOSTILE, CLASH, WRONG))
    desk.patch(f"/payouts/{DRAFT}", {"poNumber": "<img src=x onerror=alert(1)>"})
    ana.get("/bring")
    brought = ana.bring(desk.folder / LONG).url.path
    type_into(workbook, desk.folder / "good.xlsx", EVERY_KIND)
    good = ana.bring(desk.folder / "good.xlsx").url.path
    run = _applied(ana, f"{good}/apply")
    ana.work("/home/live")
    (inbox / LONG).write_bytes((desk.folder / LONG).read_bytes())
    until(ana, "/arrived", lambda text: LONG in text)
    return {
        "counted": ("take.html", counted.url.path),
        "made": ("taken.html", made.url.path),
        "brought": ("brought.html", brought),
        "apply": ("apply.html", f"{brought}/apply"),
        "run": ("run.html", run),
        "record": ("record.html", f"/history/of?record={DRAFT}"),
        "arrived": ("arrived.html", "/arrived"),
    }


def _applied(ana: Browser, path: str) -> str:
    page = ana.get(path)
    fields = dict(re.findall(r'name="(plan|allow|reopen)" value="([^"]*)"', page.text))
    answer = ana.post(path, fields)
    assert answer.status_code == 303, answer.text
    run = answer.headers["location"]
    until(ana, run, lambda text: "ties out" in text)
    return run


def _money(ana: Browser) -> dict[str, tuple[str, str]]:
    ana.get("/bills")
    vendors = [("vendors", ("vendors.csv", sample(f"{PERIOD}/vendors.csv").read_bytes()))]
    billed = ana.work("/bills", {"system": "xero", "how": "preview"}, files=vendors)
    ana.get("/payments")
    bank = sample(f"{PERIOD}/payments/bank.camt053.xml").read_bytes()
    matched = ana.work("/payments", files=[("file", (LONG.replace("xlsx", "xml"), bank))])
    ana.get("/payments")
    refused = ana.work("/payments", files=[("file", ("note.txt", b"no payments here"))])
    ana.get("/close")
    draft = ana.work("/close", {"period": PERIOD, "how": "draft"})
    waived = dict.fromkeys(re.findall(r'name="(waive-[a-z-]+)"', draft.text), "looked at")
    ana.work("/close", {"period": PERIOD, "how": "close", **waived})
    statements = ana.work("/close/statements", {"period": PERIOD})
    late = ana.work(f"/close/month/{PERIOD}/late")
    rolled_up = ana.work("/close/rollup", {"longer": PERIOD})
    return {
        "bills": ("bills.html", "/bills"),
        "billed": ("billed.html", billed.url.path),
        "payments": ("payments.html", "/payments"),
        "matched": ("matched.html", matched.url.path),
        "task": ("task.html", refused.url.path),
        "close": ("close.html", "/close"),
        "closed": ("closed.html", draft.url.path),
        "month": ("month.html", f"/close/month/{PERIOD}"),
        "statements": ("statements.html", statements.url.path),
        "late": ("late.html", late.url.path),
        "rollup": ("rollup.html", rolled_up.url.path),
    }


def three_peoples_month(desk: DeskProcess) -> dict[str, Seen]:
    """The pages that take two people, on the sample month."""
    ana, ben, stranger = (desk.browser() for _ in range(3))
    for person, name in ((ana, "Ana Ruiz"), (ben, "Ben Okafor")):
        person.get("/sign-in")
        person.post("/sign-in/person", {"person": name})
        person.get("/")
    ana.get("/take")
    made = ana.work("/take", {"stage": "APPROVED"})
    (desk.folder / "approved.xlsx").write_bytes(ana.client.get(f"{made.url.path}/file").content)
    type_into(desk.folder / "approved.xlsx", desk.folder / LONG, (SET_STAGE,))
    plan = ana.bring(desk.folder / LONG).url.path
    fingerprint = re.findall(r'name="plan" value="(\w+)"', ana.get(f"{plan}/apply").text)[0]
    request = ana.post(f"{plan}/ask", {"plan": fingerprint}).headers["location"]
    ana.get("/close")
    draft = ana.work("/close", {"period": PERIOD, "how": "draft"})
    waived = dict.fromkeys(re.findall(r'name="(waive-[a-z-]+)"', draft.text), "looked at")
    ana.work(
        "/close", {"period": PERIOD, "how": "prepare", "from": draft.url.path.rpartition("/")[2], **waived}
    )
    ben.get(f"/close/month/{PERIOD}")
    pack = ben.work(f"/close/month/{PERIOD}/pack").url.path
    return {
        "review": Seen("month.html", desk, ben, f"/close/month/{PERIOD}"),
        "pack": Seen("prepared.html", desk, ben, pack),
        "people": Seen("sign_in.html", desk, stranger, "/sign-in"),
        "asks": Seen("apply.html", desk, ana, f"{plan}/apply"),
        "waits": Seen("home.html", desk, ben, "/"),
        "requests": Seen("approvals.html", desk, ben, "/approvals"),
        "approval": Seen("approval.html", desk, ben, request),
        "forbidden": Seen("problem.html", desk, ben, "/take"),
    }


def until(person: Browser, path: str, is_there: Callable[[str], bool]) -> None:
    """Loads a page again until its text is so."""
    end = time.monotonic() + PATIENCE
    while not is_there(person.get(path).text):
        assert time.monotonic() < end, path
        time.sleep(0.2)
