"""What the house tests read of the package: its files, rooms and imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import reconcile

PACKAGE = Path(reconcile.__file__).parent


@dataclass(frozen=True)
class Module:
    """One file of the package."""

    path: Path

    @cached_property
    def name(self) -> str:
        """Its dotted name; that of the folder for an `__init__`."""
        parts = self.path.relative_to(PACKAGE.parent).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @cached_property
    def shown(self) -> str:
        """Its path inside the package, as messages and test ids show it."""
        return self.path.relative_to(PACKAGE).as_posix()

    @cached_property
    def room(self) -> str:
        """The folder at the top of the package, or the file there."""
        parts = self.path.relative_to(PACKAGE).parts
        return parts[0] if len(parts) > 1 else self.path.stem

    @cached_property
    def lines(self) -> int:
        """How many lines it has."""
        return len(self.path.read_text(encoding="utf-8").splitlines())

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Everything in it."""
        return tuple(ast.walk(ast.parse(self.path.read_text(encoding="utf-8"))))

    @cached_property
    def exported(self) -> frozenset[str]:
        """The names in its `__all__`."""
        lists = [
            node.value
            for node in self.nodes
            if isinstance(node, ast.Assign)
            and any(isinstance(one, ast.Name) and one.id == "__all__" for one in node.targets)
        ]
        return frozenset(name for value in lists for name in ast.literal_eval(value))

    @cached_property
    def imports(self) -> frozenset[str]:
        """The modules that it imports, in whatever form and place, those of other libraries too.

        `from reconcile import sandbox` is an import of reconcile.sandbox, and `from reconcile.workbook.read
        import shown` one of reconcile.workbook.read. Imports for type checkers and inside functions count.
        """
        return frozenset(self._imports())

    def _imports(self) -> Iterator[str]:
        for node in self.nodes:
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                # A relative import would hide the room that it leads to.
                assert node.level == 0, f"{self.shown}:{node.lineno} has a relative import"
                yield from (_module(node.module or "", alias.name) for alias in node.names)

    @cached_property
    def functions(self) -> tuple[ast.FunctionDef | ast.AsyncFunctionDef, ...]:
        """Its functions and methods, inner ones too."""
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
        return tuple(node for node in self.nodes if isinstance(node, kinds))


def _module(package: str, name: str) -> str:
    """What `from package import name` imports: a module of that name, or the package itself."""
    inner = f"{package}.{name}"
    is_module = inner in BY_NAME and name not in BY_NAME[package].exported
    return inner if is_module else package


MODULES = tuple(Module(path) for path in sorted(PACKAGE.rglob("*.py")))
BY_NAME = {one.name: one for one in MODULES}


def rooms_of(module: Module) -> frozenset[str]:
    """The other rooms whose files a file imports."""
    names = (name.split(".") for name in module.imports)
    found = {parts[1] for parts in names if parts[0] == "reconcile" and len(parts) > 1}
    return frozenset(found - {module.room})


def door_of(name: str) -> str:
    """The door of the workbook that a file stands behind; empty for any other file, and the door itself."""
    parts = name.split(".")
    is_behind = parts[:2] == ["reconcile", "workbook"] and len(parts) > 3 and name in BY_NAME
    return ".".join(parts[:3]) if is_behind else ""


def is_inside(module: Module, door: str) -> bool:
    """Whether a file is the door, or stands behind it."""
    return f"{module.name}.".startswith(f"{door}.")


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function, from its name to its end."""
    return (function.end_lineno or 0) - function.lineno + 1


def circles() -> list[list[str]]:
    """The groups of files that import each other, directly or through others."""
    graph = {one.name: sorted(name for name in one.imports if name in BY_NAME) for one in MODULES}
    reached = {name: _reach(name, graph) for name in graph}
    groups = {
        frozenset({name} | {other for other in reached[name] if name in reached[other]})
        for name in graph
        if name in reached[name]
    }
    return sorted(sorted(group) for group in groups)


def _reach(name: str, graph: dict[str, list[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(graph[name])
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting.extend(graph[one])
    return found
