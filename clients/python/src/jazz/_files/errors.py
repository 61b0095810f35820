"""What can be wrong with a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from jazz.errors import InvalidArgument, Violation
from jazz.values import Table, Tensor, Value

STANDARD: Final = "-"
"""The name, before an ending, of a file in the place of standard input or output."""


class FileFormatError(InvalidArgument):
    """A file is not what its ending says, or a format cannot hold a value."""


def cannot_hold(path: Path, holds: str, found: str) -> FileFormatError:
    """The error for a value that a format has no place for."""
    standard = path.stem == STANDARD
    if standard and not path.suffix:
        message = "a format is needed for this: --format"
        return FileFormatError(message, violations=[Violation("standard output", holds, found)])
    name = "standard output" if standard else path.name
    kind = f"a {path.suffix} file" if path.suffix else "a file without an ending"
    return FileFormatError(f"{name}: {kind} cannot hold this", violations=[Violation(name, holds, found)])


def described(value: Value) -> str:
    """What was found, for an error."""
    if isinstance(value, Tensor):
        return str(value)
    return f"a table of {', '.join(value.names) or 'no fields'}" if isinstance(value, Table) else "null"


@contextmanager
def reading(path: Path, what: str, *expected: type[Exception]) -> Iterator[None]:
    """Turns what a library raises about a file into one error that names the file and what is wrong with it.

    Args:
        path: The file.
        what: What it should be, such as "a .npy file".
        expected: What the library raises for bytes that it does not understand.
    """
    name = "standard input" if path.stem == STANDARD else str(path)
    if path.stat().st_size == 0:
        raise FileFormatError(f"{name} is empty", violations=[Violation(name, what, "0 bytes")])
    # A file can say that it holds more than there is memory.
    unreadable: tuple[type[Exception], ...] = (*expected, MemoryError)
    try:
        yield
    except FileFormatError:
        raise
    except unreadable as error:
        problem = str(error).strip().partition("\n")[0] or type(error).__name__
        problem = problem.replace(str(path), name)
        raise FileFormatError(f"{name} cannot be read", violations=[Violation(name, what, problem)]) from error
