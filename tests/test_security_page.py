"""The page on security: every test that it names is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")


def test_every_test_that_the_page_names_is_there() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    functions = set(re.findall(r"`(test_\w+)`", PAGE))
    files = set(re.findall(r"`((?:\w+/)+\w+\.py)`", PAGE))
    assert len(functions) > 30
    assert [name for name in sorted(functions) if f"def {name}(" not in sources] == []
    assert [name for name in sorted(files) if not any((ROOT / top / name).is_file() for top in ("tests", "."))] == []


def test_every_row_names_a_test() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| what can be tried")]
    assert [row for row in rows if "`" not in row.rsplit("|", 2)[1]] == []
