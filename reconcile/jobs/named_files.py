"""The files that a person names for a job."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reconcile.domain.phrases import did_you_mean
from reconcile.domain.policy.file_rules import FileRules
from reconcile.errors import ConfigurationError


def refuse_missing(files: Sequence[Path]) -> None:
    """Raises ConfigurationError for a file that is not there, before a key is needed or anything is asked."""
    for file in files:
        try:
            file.stat()
        except FileNotFoundError as error:
            there = file.parent.iterdir() if file.parent.is_dir() else ()
            names = (one.name for one in there if one.suffix == file.suffix)
            hint = did_you_mean(file.name, names)
            raise ConfigurationError(f"There is no file {file}. Check the path.{hint}") from error
        except OSError:
            # Whoever opens it says what is wrong with it.
            continue


def check_size(file: Path, rules: FileRules) -> None:
    """Raises ConfigurationError for what is no plain file, so that no pipe is waited for, or too large."""
    if file.exists() and not file.is_file():
        raise ConfigurationError(f"{file} is not a file. Name a CSV file or a workbook.")
    size = file.stat().st_size if file.exists() else 0
    if size > rules.table_megabytes * 1_000_000:
        raise too_large(file, f"{size / 1_000_000:,.1f} MB", f"{rules.table_megabytes}", "table_megabytes")


def too_large(file: Path, found: str, limit: str, setting: str) -> ConfigurationError:
    """That a file has more than is read. setting: the one of `[files]` that says how much."""
    return ConfigurationError(
        f"{file} has {found}, and at most {limit} are read. Remove what is not needed, "
        f"or raise {setting} in [files] of reconcile.toml."
    )
