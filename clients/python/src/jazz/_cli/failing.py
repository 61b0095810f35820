"""How commands fail: one line on standard error, what is wrong with the input below it, and an exit code."""

from __future__ import annotations

import os
import sys
from enum import IntEnum
from typing import NoReturn

import typer

from jazz._cli.printing import error_console
from jazz.errors import (
    AlreadyExists,
    DeadlineExceeded,
    FailedPrecondition,
    JazzError,
    NotFound,
    Unavailable,
    VersionConflict,
)


class ExitCode(IntEnum):
    """What a command ends with."""

    OK = 0
    ERROR = 1
    USAGE = 2
    NOT_FOUND = 3
    CONFLICT = 4
    UNAVAILABLE = 5
    INTERRUPTED = 130
    BROKEN_PIPE = 141


EPILOG = (
    "Exit codes: 0 done; 1 an error; 2 a command line that means nothing; 3 there is no such block, space or pipeline; "
    "4 it exists already, or another version is the latest; 5 the server cannot be reached or is too slow; "
    "130 interrupted."
)


def exit_code(error: BaseException) -> ExitCode:
    """The exit code for an error."""
    match error:
        case NotFound():
            return ExitCode.NOT_FOUND
        case AlreadyExists() | VersionConflict():
            return ExitCode.CONFLICT
        case Unavailable() | DeadlineExceeded():
            return ExitCode.UNAVAILABLE
        case KeyboardInterrupt():
            return ExitCode.INTERRUPTED
        case BrokenPipeError():
            return ExitCode.BROKEN_PIPE
        case _:
            return ExitCode.ERROR


def fail(error: BaseException) -> NoReturn:
    """Says what went wrong, and ends the command."""
    tell(error)
    raise typer.Exit(exit_code(error))


def tell(error: BaseException) -> None:
    """Says what went wrong."""
    console = error_console()
    match error:
        case BrokenPipeError():
            # nobody reads any more: what is still in the buffer must not fail a second time when Python ends
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        case KeyboardInterrupt():
            console.print("interrupted", style="red", markup=False)
        case JazzError():
            console.print(f"jazz: {_line(error.message)}", style="red", markup=False, highlight=False)
            for violation in error.violations:
                if str(violation) not in error.message:
                    console.print(f"  {_line(str(violation))}", markup=False, highlight=False)
            if isinstance(error, FailedPrecondition) and error.reason == "SPACE_NOT_EMPTY":
                console.print("  jazz rm --recursive SPACE deletes a space with all that is in it", markup=False)
        case OSError():
            named = f"{error.filename}: " if error.filename is not None else ""
            text = f"jazz: {named}{error.strerror or error}"
            console.print(_line(text), style="red", markup=False, highlight=False)
        case _:
            console.print(f"jazz: {_line(str(error))}", style="red", markup=False, highlight=False)


def _line(text: str) -> str:
    return " ".join(text.split())
