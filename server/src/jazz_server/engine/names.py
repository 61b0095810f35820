"""Settings that are texts: names of fields, and what there is of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from jazz_server.engine.op import Inference, Settings
from jazz_server.kinds import describe


def listed(settings: Settings, setting: str) -> tuple[str, ...]:
    """The texts of a setting; none when it is not set."""
    given = settings.get(setting)
    return tuple(name for name in given if isinstance(name, str)) if isinstance(given, tuple) else ()


def infer_names(
    inference: Inference, settings: Settings, setting: str = "names", count: int | None = None
) -> tuple[str, ...] | None:
    """Names of fields, each once and so many as there are; None when something is wrong with them."""
    names = listed(settings, setting)
    repeated = next((name for name, times in Counter(names).items() if times > 1), None)
    if not names or not all(names):
        inference.mismatch(setting, "names of fields", "an empty one" if names else "none")
    elif any(map(has_nul, names)):
        inference.mismatch(setting, "names without NUL", describe.names([repr(name)[1:-1] for name in names]))
    elif repeated is not None:
        inference.mismatch(setting, "each name once", f"`{repeated}` again")
    elif count is not None and len(names) != count:
        inference.mismatch(setting, f"a name for each of {describe.count(count, 'field')}", str(len(names)))
    else:
        return names
    return None


def has_nul(name: str) -> bool:
    """Whether a text cannot be, or end, the name of a field because of a NUL in it."""
    return "\0" in name


def unknown(inference: Inference, name: str, known: Iterable[str]) -> str:
    """A name that is none of those known, with one that is spelled like it."""
    return f"`{name}`{inference.suggestion(name, known)}"
