"""Who calls. This is the one place where a connection becomes an identity; roles and tokens belong here."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

ANONYMOUS = "anonymous"

caller: ContextVar[str] = ContextVar("caller", default=ANONYMOUS)
"""The identity of the call that is being served; set by the interceptor."""


def identify(context: Any) -> str:
    """The common name in the certificate that the peer has shown, or `ANONYMOUS`."""
    names = context.auth_context().get("x509_common_name", ())
    return next((name.decode("utf-8", "replace") for name in names if name), ANONYMOUS)
