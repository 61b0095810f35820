"""The page about all operations is that of the catalogue."""

from pathlib import Path

from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.page import page

PAGE = Path(__file__).parents[3] / "docs" / "ops.md"


def test_the_page_is_as_make_docs_writes_it() -> None:
    assert PAGE.read_text(encoding="utf-8") == page() + "\n", "run `make docs`"


def test_every_operation_is_on_the_page() -> None:
    text = page()
    for name in CATALOGUE:
        assert f"\n### {name}\n" in text
        assert f"(#{name})" in text
