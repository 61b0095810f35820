"""What tests do with R: run code, catch conditions, and see what came out."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DEADLINE = 60
"""Seconds that a call of R may take: under rpy2 nothing interrupts it."""

_HELPERS = """
.caught <- function(expr) tryCatch({
  force(expr)
  list(class = character(), message = "", reason = "", fields = character())
}, error = function(e) list(
  class = class(e), message = conditionMessage(e), reason = if (is.null(e$reason)) "" else e$reason,
  fields = as.character(e$violations$field)
))
.same <- function(a, b) {
  if (identical(a, b)) return("")
  told <- all.equal(a, b, tolerance = 0)
  if (!isTRUE(told)) paste(told, collapse = "; ") else if (isS4(a)) "" else "not identical"
}
.elements <- function(x) if (isS4(x)) as.vector(as.matrix(x)) * 1 else x
.attempt <- function(code, env) tryCatch(
  list(error = "", value = eval(parse(text = code), env)),
  error = function(e) list(error = paste(c(class(e)[[1]], conditionMessage(e)), collapse = ": "), value = NULL)
)
"""


class RError(Exception):
    """An error of R that no test expected."""


@dataclass(frozen=True)
class Condition:
    """An error of R: its classes, message, reason, and the fields that are wrong."""

    classes: tuple[str, ...]
    message: str
    reason: str
    fields: tuple[str, ...]


class RSession:
    """The one R of this process."""

    def __init__(self, library: Path, target: str) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from rpy2 import robjects

        self._r = robjects
        robjects.r(_HELPERS)
        self.run(f'.libPaths(c("{library}", .libPaths()))')
        self.run("suppressPackageStartupMessages({library(rjazz); library(Matrix)})")
        self.run(f'db <- jz_connect("{target}", timeout = {DEADLINE}, progress = FALSE)')

    def run(self, code: str) -> Any:
        """What code gives, as an object of rpy2."""
        environment = self._r.globalenv
        result = self._r.r[".attempt"](code, environment)
        if error := result.rx2("error")[0]:
            raise RError(f"{error}\n  in {code}")
        return result.rx2("value")

    def text(self, code: str) -> str:
        """The one text that code gives."""
        return str(self.run(code)[0])

    def texts(self, code: str) -> list[str]:
        """The texts that code gives."""
        return [str(text) for text in self.run(code)]

    def flag(self, code: str) -> bool:
        """The truth value that code gives."""
        return bool(self.run(code)[0])

    def bytes(self, code: str) -> bytes:
        """The bytes of the raw vector that code gives."""
        return bytes(self.run(code))

    def differences(self, found: str, wanted: str) -> str:
        """How what two pieces of code give differs; "" when it is identical."""
        return self.text(f".same({found}, {wanted})")

    def condition(self, code: str) -> Condition:
        """The error that code ends with."""
        caught = self.run(f".caught({{{code}}})")
        classes = tuple(map(str, caught.rx2("class")))
        assert classes, f"no error: {code}"
        return Condition(
            classes, str(caught.rx2("message")[0]), str(caught.rx2("reason")[0]), tuple(map(str, caught.rx2("fields")))
        )
