"""The catalogue is made of the modules that there are."""

from pathlib import Path

import pytest

from jazz_server.engine import catalogue, ops
from jazz_server.engine.errors import InvalidTheme

_THEME = """
from jazz_server.engine.op import Op

OPS = (Op("{name}", 1, "{name}(x)", "", ("x",), ("result",), lambda *_: (), lambda *_: ()),)
"""


@pytest.fixture
def more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which further modules are found."""
    monkeypatch.setattr(ops, "__path__", [*ops.__path__, str(tmp_path)])
    return tmp_path


def test_a_module_with_operations_is_found(more: Path) -> None:
    (more / "found_first.py").write_text(_THEME.format(name="a_new_one"))
    assert set(catalogue.discovered()) - set(catalogue.CATALOGUE) == {"a_new_one"}


def test_operations_are_sorted(more: Path) -> None:
    (more / "found_second.py").write_text(_THEME.format(name="another_new_one"))
    assert list(catalogue.discovered()) == sorted(catalogue.discovered())


def test_two_operations_of_one_name_are_refused(more: Path) -> None:
    (more / "twice_there.py").write_text(_THEME.format(name="matmul"))
    with pytest.raises(InvalidTheme, match=r"twice_there\.py: .* no other module has, found matmul"):
        catalogue.discovered()


def test_a_module_without_operations_is_refused(more: Path) -> None:
    (more / "without_any.py").write_text('"""Nothing."""\n')
    with pytest.raises(InvalidTheme, match=r"without_any\.py: expected OPS, .*, found none"):
        catalogue.discovered()
