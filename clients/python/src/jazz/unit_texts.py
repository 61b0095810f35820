"""What the text of a unit is made of, in the vocabulary of pint."""

from __future__ import annotations

import re

from jazz.codec.schema import MAX_UNIT_BYTES

_TOKENS = re.compile(
    r"\s*(?:(?P<power>\*\*|\^)\s*(?P<sign>[+-]?)\s*(?P<exponent>[0-9]{1,2}(?:\.[0-9]{1,6})?)(?![0-9.]|\s*(?:\*\*|\^))"
    r"|(?P<name>[^\W\d][\w']*|[%‰°µμΩÅ℃℉Δ][\w']*|[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)"
    r"|(?P<one>1(?![0-9.]))|(?P<sign_only>[*/()·]))"
)
"""Numbers are exponents of two digits at most, or the 1 of 1/s, so that every unit is cheap to read."""


def can_be_unit(text: str) -> bool:
    """Whether pint may be asked what unit a text is: it computes what stands there, and 9**9**9 takes it ages.

    >>> can_be_unit("kg/m**3"), can_be_unit("9**9**9"), can_be_unit("m**9**9"), can_be_unit("")
    (True, False, False, False)
    """
    if not text.strip() or len(text.encode()) > MAX_UNIT_BYTES:
        return False
    at = 0
    while at < len(text.rstrip()):
        token = _TOKENS.match(text, at)
        if token is None or token.end() == at:
            return False
        at = token.end()
    return True
