"""The house's own rules: sizes, names, layers, docstring-only packages, and what a web process may load."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "kinora"
MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 60
BANNED_NAMES = {"utils", "util", "helpers", "common", "core", "manager", "misc"}


def python_files(*, with_tests: bool) -> Iterator[Path]:
    roots = [SOURCE, ROOT / "tests", ROOT / "benchmarks"] if with_tests else [SOURCE]
    for root in roots:
        for path in sorted(root.rglob("*.py")):
            if "migrations" not in path.parts and "work" not in path.parts:
                yield path


def functions_of(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length_without_docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    docstring_lines = (first.end_lineno or 0) - first.lineno + 1 if is_docstring else 0
    return (node.end_lineno or 0) - node.lineno + 1 - docstring_lines


def test_files_stay_short() -> None:
    long_files = {
        str(path.relative_to(ROOT)): lines
        for path in python_files(with_tests=True)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MAX_FILE_LINES
    }
    assert not long_files, f"over {MAX_FILE_LINES} lines: {long_files}"


def test_functions_stay_short() -> None:
    long_functions = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name} ({length} lines)"
        for path in python_files(with_tests=False)
        for node in functions_of(path)
        if (length := length_without_docstring(node)) > MAX_FUNCTION_LINES
    ]
    assert not long_functions, f"over {MAX_FUNCTION_LINES} lines: {long_functions}"


def test_no_module_has_a_name_that_says_nothing() -> None:
    named = [str(path.relative_to(ROOT)) for path in python_files(with_tests=False) if path.stem in BANNED_NAMES]
    assert not named


def test_packages_hold_a_docstring_only() -> None:
    for path in SOURCE.rglob("__init__.py"):
        if path == SOURCE / "__init__.py" or "migrations" in path.parts:
            continue
        body = ast.parse(path.read_text(encoding="utf-8")).body
        only_docstring = len(body) == 1 and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
        assert only_docstring, f"{path.relative_to(ROOT)} must hold a docstring and nothing else"


def test_every_module_says_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in python_files(with_tests=False)
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not silent, f"no module docstring: {silent}"


@pytest.mark.parametrize(
    "module",
    ["kinora", "kinora.search.searcher", "kinora.library.find", "kinora.site.urls", "kinora.cli.main"],
)
def test_what_the_site_imports_loads_no_network_of_neurons(module: str, tmp_path: Path) -> None:
    program = (
        "import sys, django\n"
        f"{'' if module == 'kinora' else 'django.setup()'}\n"
        f"import {module}\n"
        "heavy = sorted({'torch', 'transformers', 'onnxruntime', 'faster_whisper', 'av', 'cv2'} & set(sys.modules))\n"
        "print(','.join(heavy))"
    )
    environment = {
        **os.environ,
        "KINORA_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "kinora.library.django_settings",
    }
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment, timeout=120, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == "", f"importing {module} loads {run.stdout.strip()}"


def test_layers_hold() -> None:
    run = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        capture_output=True, text=True, cwd=ROOT, timeout=120, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
