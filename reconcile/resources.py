"""Finds the files that the package carries: templates, samples, the manual.

In a wheel templates and samples lie inside the package; in a checkout they are the top-level folders
`templates/` and `samples/`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from reconcile.domain.policy.toml_text import toml_content
from reconcile.errors import ConfigurationError

_LARGEST: Final = 1_000_000
"""Bytes of a layout at most."""
_PACKAGE = Path(__file__).parent
_TEMPLATES = (_PACKAGE / "_templates", _PACKAGE.parent / "templates")


def template(name: str, override: Path | None = None) -> Path:
    """The template file called `name`; one in the folder `override` (`--templates DIR`) wins.

    Raises ConfigurationError when there is none.
    """
    folders = [override] if override else []
    return _find(name, [*folders, *_TEMPLATES])


def template_names(folder: str, start: str, end: str, override: Path | None = None) -> tuple[str, ...]:
    """What stands between `start` and `end` in the names of the templates of a folder, in order."""
    places = [override] if override else []
    found = (path.name for one in (*places, *_TEMPLATES) for path in (one / folder).glob(f"{start}*{end}"))
    return tuple(sorted({name.removeprefix(start).removesuffix(end) for name in found}))


def sample(name: str) -> Path:
    """The sample file called `name`, for example `2026-03/seed.json`.

    Raises ConfigurationError when there is none.
    """
    return _find(name, [_PACKAGE / "_samples", _PACKAGE.parent / "samples"])


def manual_pages() -> tuple[str, ...]:
    """The names of the pages of the manual, `index` among them."""
    return tuple(sorted(page.stem for page in (_PACKAGE / "manual").glob("*.md")))


def manual_page(name: str) -> str:
    """A page of the manual as Markdown."""
    return (_PACKAGE / "manual" / f"{name}.md").read_text(encoding="utf-8")


def manual_lines_with(word: str) -> dict[str, str]:
    """The pages of the manual whose text has a word, in any case, each with the first such line."""
    wanted = " ".join(word.casefold().split())
    found = {}
    for name in manual_pages() if wanted else ():
        lines = (" ".join(line.split()) for line in manual_page(name).splitlines())
        if line := next((line for line in lines if wanted in line.casefold()), ""):
            found[name] = line
    return found


def layout_content(file: Path) -> dict[str, Any]:
    """What a layout or a template in TOML says.

    Raises ConfigurationError where it cannot be read, is too large or nested too deep, and for a pipe or a
    device, which would be waited for.
    """
    if file.exists() and not file.is_file():
        raise ConfigurationError(f"The layout {file} is not a file.")
    try:
        if file.stat().st_size > _LARGEST:
            raise ConfigurationError(f"The layout {file} is larger than {_LARGEST // 1_000_000} MB.")
        return toml_content(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"The layout {file} cannot be read: {error}.") from error


def _find(name: str, folders: list[Path]) -> Path:
    # A part of the name may come from an option, a form or the store.
    is_inside = name.isprintable() and not set(name) & set("\\:") and ".." not in name.split("/")
    for folder in folders if is_inside else ():
        if (folder / name).is_file():
            return folder / name
    looked = ", ".join(str(folder) for folder in folders)
    raise ConfigurationError(
        f"There is no file {name} in {looked}. Reinstall reconcile, or check --templates."
    )
