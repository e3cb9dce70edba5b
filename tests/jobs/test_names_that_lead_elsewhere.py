"""No name from a form, an option, the store or a plan leads to a file outside its folder."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from house import MODULES

from reconcile.atomic import inside
from reconcile.erp.journals import journal_layout
from reconcile.erp.payments.formats.layout import load_table_layout
from reconcile.errors import ConfigurationError
from reconcile.jobs.closes.close_files import newest_layouts, write_files
from reconcile.resources import sample, template

LEADING = (
    *(
        "../x",
        "x/../../../x",
        "/etc/x",
        "..",
        ".",
        "",
        "a/b",
        "..\\x",
        "C:x",
        "x\0",
        "x\ny",
        "\u202ex",
        "\ud800",
    ),
    *("/../../../../../../../../etc/passwd\0", "x" * 5000 + "/../y"),
)
NAMED = {
    "assistant/own_folder.py": "resolves the path and looks whether it is in the folder",
    "cli/export.py": "names made by file_names, to be shown",
    "desk/brought.py": "names made by file_names",
    "desk/live_session.py": "the file of people that trusted settings name",
    "desk/pages/bill_pages.py": "the key of a task that was found",
    "desk/pages/bring.py": "a count",
    "desk/pages/payment_pages.py": "a name of our own",
    "desk/runs/run_orders.py": "names made by file_names",
    "jobs/demo.py": "names of our own",
    "jobs/exports/split_export.py": "names made by file_names",
    "jobs/pickup/kept_arrivals.py": "hashes, and names made by file_names",
    "jobs/pickup/look.py": "names that the folder itself lists",
    "jobs/reviews/review_workbooks.py": "names made by file_names",
    "jobs/bills.py": "looks whether a file is there; what is written goes through inside",
    "jobs/closes/close_files.py": "names of files that were made in this run",
    "jobs/closes/check_pack_folder.py": "names that the folder itself lists",
    "jobs/desk/kept_plan.py": "the last part of a path",
    "resources.py": "refuses what leads elsewhere",
    "atomic.py": "refuses what leads elsewhere",
    "desk/runs/run_files.py": "ids of runs, which a pattern lets through",
    "jobs/notices/told_before.py": "hashes",
    "jobs/evidence/make_again.py": "a count",
    "setting_values.py": "a file that trusted settings name",
}


@pytest.mark.parametrize("name", LEADING, ids=ascii)
def test_a_layout_of_journals_is_one_of_the_list(name: str, tmp_path: Path) -> None:
    made = tmp_path / "templates" / "erp"
    made.mkdir(parents=True)
    (tmp_path / "x.toml").write_bytes(template("erp/journal-csv.toml").read_bytes())
    for read in (lambda: journal_layout(name, made.parent), lambda: newest_layouts([name], made.parent)):
        with pytest.raises(ConfigurationError, match="There is no journal layout"):
            read()


@pytest.mark.parametrize("name", LEADING, ids=ascii)
def test_no_template_sample_or_layout_is_found_outside_its_folder(name: str, tmp_path: Path) -> None:
    (tmp_path / "erp").mkdir()
    (tmp_path / "x.toml").write_text("x = 1", encoding="utf-8")
    (tmp_path / "x").write_text("x", encoding="utf-8")
    for read in (
        lambda: template(f"erp/{name}", tmp_path),
        lambda: template(f"erp/journal-{name}.toml", tmp_path),
        lambda: sample(f"2026-03/{name}"),
        lambda: load_table_layout(name, tmp_path),
    ):
        with pytest.raises(ConfigurationError):
            read()


@pytest.mark.parametrize("name", LEADING, ids=ascii)
def test_no_file_is_written_outside_its_folder(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    with pytest.raises(ConfigurationError, match="is not the name of a file"):
        inside(folder, name)
    with pytest.raises(ConfigurationError, match="is not the name of a file"):
        write_files(folder, {name: b"x"})

    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []


def test_every_other_path_made_of_a_name_is_in_the_list() -> None:
    """A path that is joined with something that is no constant, and no name that stands in capitals."""
    found = {
        module.shown
        for module in MODULES
        if module.room != "sandbox"
        for node in module.nodes
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and _is_path_of_a_name(node)
    }

    assert found == set(NAMED)


def _is_path_of_a_name(node: ast.BinOp) -> bool:
    left, right = ast.unparse(node.left), node.right
    is_folder = any(
        word in left.casefold() for word in ("folder", "path", "parent", "target", "output", "root")
    )
    is_name = isinstance(right, ast.Name | ast.Attribute | ast.JoinedStr) and not ast.unparse(right).isupper()
    return is_folder and is_name
