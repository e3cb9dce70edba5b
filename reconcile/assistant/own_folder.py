"""The one folder in which an assistant may name files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reconcile.domain.unseen import hidden_in, number
from reconcile.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class OwnFolder:
    """A folder. Names lead to files inside it, also by way of links, or are refused."""

    path: Path

    def file(self, name: str, suffix: str) -> Path:
        """A file that is there. Raises ConfigurationError."""
        found = self._inside(name, suffix)
        if not found.is_file():
            raise ConfigurationError("There is no such file in the folder.")
        return found

    def new_file(self, name: str, suffix: str) -> Path:
        """A file that is not there yet, in a folder that is. Raises ConfigurationError."""
        found = self._inside(name, suffix)
        if found.exists() or found.is_symlink():
            raise ConfigurationError("A file of that name is there already, and is never replaced.")
        if not found.parent.is_dir():
            raise ConfigurationError("The folder of that file is not there.")
        return found

    def names(self, suffix: str) -> list[str]:
        """The files of the folder that end so, itself only, by name."""
        found = (one for one in self.path.iterdir() if one.suffix.lower() == suffix and one.is_file())
        return sorted(one.name for one in found if one.resolve().is_relative_to(self.path.resolve()))

    def _inside(self, name: str, suffix: str) -> Path:
        if hidden := next(hidden_in(name), ""):
            raise ConfigurationError(f"The name holds a character that nobody sees ({number(hidden)}).")
        if not name.lower().endswith(suffix):
            raise ConfigurationError(f"The name must end in {suffix}.")
        root = self.path.resolve()
        try:
            found = (root / name).resolve()
        except (OSError, ValueError, RuntimeError) as error:
            raise ConfigurationError("That is not a name of a file.") from error
        if not found.is_relative_to(root):
            raise ConfigurationError("The file is not inside the folder that was given at the start.")
        return found
