"""Check that files and functions stay readable: at most 500 lines a file, 40 lines a function.

A function's docstring and its signature do not count; tests may be longer functions but not longer files.
"""

import ast
import subprocess
import sys
from pathlib import Path

MAX_FILE = 500
MAX_FUNCTION = 40
SUFFIXES = {".py", ".html", ".css", ".js", ".sh"}
EXEMPT = ("/migrations/", "/vendor/")


def kept_files() -> list[Path]:
    """Return the files under version control (and new ones not ignored) that the limits hold for."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        check=True, capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    paths = [Path(name) for name in listed if not any(part in f"/{name}" for part in EXEMPT)]
    return [path for path in paths if path.suffix in SUFFIXES and path.is_file()]


def body_length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the number of lines from the first statement after the docstring to the last line."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0


def long_functions(path: Path) -> list[str]:
    """Return one complaint for each function of the file that is too long."""
    tree = ast.parse(path.read_text(), filename=str(path))
    return [
        f"{path}:{node.lineno}: {node.name}() has {length} lines, at most {MAX_FUNCTION}"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (length := body_length(node)) > MAX_FUNCTION
    ]


def main() -> int:
    """Print every complaint; return 1 when there is one."""
    complaints: list[str] = []
    for path in kept_files():
        lines = len(path.read_text().splitlines())
        if lines > MAX_FILE:
            complaints.append(f"{path}: {lines} lines, at most {MAX_FILE}")
        if path.suffix == ".py" and path.parts[0] != "tests":
            complaints += long_functions(path)
    sys.stdout.writelines(f"{complaint}\n" for complaint in complaints)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
