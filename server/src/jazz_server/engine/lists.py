"""Settings that are one integer or several: lengths, repetitions, axes."""

from __future__ import annotations

from jazz_server.engine.op import Inference, Setting, Settings
from jazz_server.engine.shapes import Shape
from jazz_server.kinds import describe


def listed(setting: Setting | None) -> tuple[int, ...]:
    """The integers of a setting that a type rule has found no fault with."""
    given = setting if isinstance(setting, tuple) else (setting,)
    return tuple(item for item in given if isinstance(item, int))


def integers(inference: Inference, settings: Settings, name: str) -> tuple[int, ...] | None:
    """One integer or several; None when they are not set or wrong."""
    given = settings.get(name)
    if given is None:
        return None
    found = listed(given)
    if not isinstance(given, int | tuple) or any(isinstance(item, bool) for item in found):
        inference.mismatch(name, "integers", repr(given))
        return None
    if isinstance(given, tuple) and len(found) < len(given):
        inference.mismatch(name, "integers", repr(list(given)))
        return None
    return found


def axes(inference: Inference, settings: Settings, shape: Shape) -> tuple[int, ...] | None:
    """The axes that are set, counted from 0; None when they are not set, wrong, or not known for want of a rank."""
    found = integers(inference, settings, "axis")
    if found is None or shape is None:
        return None
    rank = len(shape)
    wrong = [axis for axis in found if not -rank <= axis < rank]
    if wrong:
        expected = f"an axis from {-rank} to {rank - 1} of {describe.shape(shape)}" if rank else "no axis for rank 0"
        inference.mismatch("axis", expected, str(wrong[0]))
        return None
    counted = tuple(axis % rank for axis in found)
    if len(set(counted)) < len(counted):
        inference.mismatch("axis", "each axis once", repr(list(found)))
        return None
    return counted
