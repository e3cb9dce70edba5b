"""What the tests of pages need beside a browser."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from editors import node_modules


@pytest.fixture(scope="session")
def axe() -> Path:
    """The file of axe-core, from the node packages of tests/office/package.json."""
    packages = node_modules()
    found = packages / "node_modules" / "axe-core" / "axe.min.js" if packages else None
    if found and found.is_file():
        return found
    if os.environ.get("RECONCILE_REQUIRE_PROGRAMS"):
        pytest.fail("axe-core of tests/office/package.json is required and not installed")
    pytest.skip("axe-core of tests/office/package.json is not installed; .ci/run does it")
