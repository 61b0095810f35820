"""Which fields are images: a kind says so by the names of their dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from jazz_server.kinds.parts import Resolve, parts_of
from jazz_server.kinds.types import Dimension, Kind, Mismatch, Symbol, TensorType, Type

_NAMES: Final = (("height", "width"), ("h", "w"))
_CHANNELS: Final = (1, 3, 4)
_CHANNEL_NAMES: Final = ("channels", "c")


@dataclass(frozen=True, slots=True)
class ImageType:
    """How the dimensions of a tensor are those of an image.

    Attributes:
        several: Whether the first dimension counts images.
        channels: Whether the last dimension is that of channels.
        minimum: The least element, if the kind says it.
        maximum: The greatest element, if the kind says it.
    """

    several: bool
    channels: bool
    minimum: float | None
    maximum: float | None


def image_type(kind: Kind, path: Sequence[str], resolve: Resolve) -> ImageType | None:
    """How the field at a path, of a value that is of a kind, is an image; None when the kind does not say so.

    It is one when two of its dimensions are the symbols `height`, `width` or `h`, `w`, one after the other. Before them
    may be one dimension that counts images, after them one of channels: 1, 3, 4, or the symbol `channels` or `c`.
    """
    level: list[Kind | Type] = [kind]
    for name in path:
        parts = [parts_of(each, resolve, (), "", _ignored) for each in level]
        level = [item.type for part in parts for item in part.fields if item.name == name]
    types = [type_ for each in level for type_ in parts_of(each, resolve, (), "", _ignored).types]
    found = (_form(type_) for type_ in types if isinstance(type_, TensorType))
    return next((form for form in found if form is not None), None)


def _form(type_: TensorType) -> ImageType | None:
    shape = type_.shape or ()
    names = tuple(each.name if isinstance(each, Symbol) else "" for each in shape)
    for several in (False, True):
        rest = shape[2 + several :]
        if names[several : 2 + several] in _NAMES and (not rest or (len(rest) == 1 and _is_channels(rest[0]))):
            return ImageType(several, bool(rest), type_.minimum, type_.maximum)
    return None


def _is_channels(dimension: Dimension) -> bool:
    return dimension in _CHANNELS or (isinstance(dimension, Symbol) and dimension.name in _CHANNEL_NAMES)


def _ignored(_: Mismatch) -> None:
    """A kind that is not there any more says nothing."""
