"""The program's source, parsed once for the tests in this folder."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("kernel", "modules_catalog", "configurator", "production", "orders", "web")


@cache
def modules() -> dict[str, ast.Module]:
    """Return each file of the program, by its path from the root, parsed."""
    paths = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in paths}


def calls(tree: ast.AST) -> list[tuple[str, int]]:
    """Return ``(dotted name, line)`` of each call of a plain or dotted name."""
    return [(ast.unparse(node.func), node.lineno) for node in ast.walk(tree) if isinstance(node, ast.Call)]


def imports(tree: ast.AST) -> list[tuple[str, int]]:
    """Return ``(module or module.name, line)`` of each import."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [(f"{node.module}.{alias.name}", node.lineno) for alias in node.names]
            found.append((str(node.module), node.lineno))
    return found
