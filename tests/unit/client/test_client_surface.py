"""What `import jazz` gives."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import jazz
import jazz.aio

PACKAGE = Path(jazz.__file__).parent


def test_all_is_exactly_the_public_names() -> None:
    submodules = {"codec", "convert", "errors", "graph", "kinds", "unit_texts", "v1", "values"}
    public = {name for name in vars(jazz) if not name.startswith("_")} - submodules

    assert public == set(jazz.__all__)
    assert list(jazz.__all__) == sorted(jazz.__all__, key=lambda name: (not name.isupper(), name.islower(), name))


def test_every_public_name_is_documented() -> None:
    for name in jazz.__all__:
        thing = getattr(jazz, name)
        if isinstance(thing, type | ModuleType) or callable(thing):
            assert thing.__doc__, name


def test_every_error_is_a_jazz_error() -> None:
    named = {name for name in jazz.__all__ if isinstance(getattr(jazz, name), type)}
    exported = {name for name in named if issubclass(getattr(jazz, name), Exception)}
    defined = {reason.exception.__name__ for reason in jazz.errors.REASONS.values()}

    assert exported == defined | {"JazzError", "TracingError"}
    assert all(issubclass(getattr(jazz, name), jazz.JazzError) for name in exported)


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (jazz.NotFound, LookupError),
        (jazz.InvalidArgument, ValueError),
        (jazz.KindMismatch, TypeError),
        (jazz.PermissionDenied, PermissionError),
        (jazz.DeadlineExceeded, TimeoutError),
        (jazz.Unavailable, ConnectionError),
    ],
)
def test_errors_are_also_the_built_in_ones(error: type[Exception], builtin: type[Exception]) -> None:
    assert issubclass(error, builtin)


def test_the_package_says_that_it_is_typed() -> None:
    assert (PACKAGE / "py.typed").exists()


def test_importing_it_imports_no_optional_package() -> None:
    wanted = "{'pandas', 'pyarrow', 'polars', 'rich', 'typer'}"
    program = f"import sys, jazz; print(sorted({wanted} & set(sys.modules)))"

    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert result.stdout == "[]\n"


def test_the_synchronous_client_is_what_the_asynchronous_one_generates() -> None:
    script = PACKAGE.parents[1] / "unasync_client.py"
    if not script.exists():
        pytest.skip("the package is installed without its generator")
    spec = importlib.util.spec_from_file_location("unasync_client", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    assert module.differences() == []


def test_both_clients_have_the_same_methods() -> None:
    def methods(cls: type) -> set[str]:
        return {name for name in dir(cls) if not name.startswith("_")}

    only_waiting = {"attributes", "dtype", "nbytes", "shape"}
    assert methods(jazz.Database) == methods(jazz.aio.Database)
    assert methods(jazz.Block) == methods(jazz.aio.Block) | only_waiting
