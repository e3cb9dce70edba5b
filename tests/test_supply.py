"""The list of libraries is whole, and repeatable installs and the bill of materials are made of what pip says."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

from reconcile.resources import manual_page

ROOT = Path(__file__).parent.parent
OURS = ("bench", "test")
"""Extras for those who build the tool; no installation has them."""
HASH = "6bc31bbbec6dfaaedc1676dbc11dbda96fe22a2b5c400e9ebad113fec44a9dc6"


def _supply() -> ModuleType:
    loader = SourceFileLoader("supply", str(ROOT / ".ci" / "supply"))
    spec = importlib.util.spec_from_loader("supply", loader)
    assert spec
    made = importlib.util.module_from_spec(spec)
    loader.exec_module(made)
    return made


def _library(**metadata: str | list[str]) -> dict[str, Any]:
    """One entry of pip's installation report."""
    return {
        "download_info": {"archive_info": {"hashes": {"sha256": HASH}}},
        "metadata": {"name": "Some_Lib", "version": "1.2", **metadata},
    }


def test_every_library_is_listed_with_its_licence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    needed = [*project["dependencies"], *(one for name in extras if name not in OURS for one in extras[name])]
    names = {re.split(r"[\[<>= ]", text)[0].lower() for text in needed} - {"reconcile"}
    rows = re.findall(r"^\| ([\w.-]+) \| (.+) \|$", manual_page("libraries"), re.MULTILINE)

    assert names - {name.lower() for name, _ in rows} == set()
    assert [name for name, licence in rows if licence == "see its files"] == []


def test_a_repeatable_install_names_the_hash_of_every_file() -> None:
    assert _supply().requirements([_library()]) == f"Some_Lib==1.2 --hash=sha256:{HASH}\n"


def test_the_bill_of_materials_names_version_hash_and_licence() -> None:
    (component,) = _supply().bill([_library(license_expression="MIT")])["components"]

    assert component["purl"] == "pkg:pypi/some-lib@1.2"
    assert component["hashes"] == [{"alg": "SHA-256", "content": HASH}]
    assert component["licenses"] == [{"license": {"name": "MIT"}}]


def test_a_licence_is_found_in_whatever_way_it_is_stated() -> None:
    licence = _supply().licence

    assert licence(_library(classifier=["License :: OSI Approved :: BSD License"])) == "BSD License"
    assert licence(_library(license="MIT")) == "MIT"
    assert licence(_library(license="A long text\nof a licence")) == "see its files"
