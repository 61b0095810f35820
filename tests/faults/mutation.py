"""Messages that are almost right: of bytes, and of fields."""

import random
from collections.abc import Iterator
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

INTEGERS = (0, 1, 2, 3, 5, 63, 64, 100, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**53, 2**63 - 1, 2**63, 2**64 - 1, -1, -2)
REALS = (0.0, -0.0, 1.5, -1.0, 1e308, 5e-324, float("inf"), float("-inf"), float("nan"))
TEXTS = (
    "", "x", "..", "lab/..", "lab/a/../b", "lab/x\0y", "lab//x", "/lab", "lab/", "LAB/x", "lab/x@0", "lab/x@-1",
    "lab/x@", f"lab/x@{2**64}", "lab/x@1@2", "lab/e\u0301", "lab/\u202e\u200b", "lab/" + "n" * 1020, "lab/known@999",
    "matmul", "\x7f", "a" * 65_536, "{0}{x}%s%n", "csr", "float32", "nosuch/thing", "Europe/Nowhere", "+99:99",
    "../../etc/passwd",
)  # fmt: skip
BYTES = (b"", b"\0", b"\xff" * 8, b"\x80" * 1000)


def bent(random_: random.Random, message: Message) -> Message:
    """A copy of a message with one to three fields changed, somewhere in it, to what is at an edge or beyond."""
    copy = type(message)()
    copy.CopyFrom(message)
    for _ in range(random_.randint(1, 3)):
        inner = random_.choice(list(_messages(copy)))
        _bend(random_, inner, random_.choice(inner.DESCRIPTOR.fields) if inner.DESCRIPTOR.fields else None)
    return copy


def damaged(random_: random.Random, data: bytes) -> bytes:
    """Bytes with a few of them changed, cut off, repeated, inserted, or with fields that nobody knows."""
    changed = bytearray(data)
    for _ in range(random_.randint(1, 4)):
        at = random_.randrange(len(changed) + 1)
        match random_.randrange(7):
            case 0 if changed:
                changed[at % len(changed)] ^= 1 << random_.randrange(8)
            case 1:
                del changed[at:]
            case 2:
                changed[at:at] = changed[at : at + random_.randrange(64)]
            case 3:
                changed += bytes(changed)
            case 4:
                changed[at:at] = b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
            case 5:
                changed += b"\xfa\xff\x03\x03abc"
            case _:
                changed[at : at + 2] = random_.randbytes(2)
    return bytes(changed[: 1 << 20])


def _messages(message: Message) -> Iterator[Message]:
    yield message
    for field, value in message.ListFields():
        if field.message_type is not None:
            for inner in value if field.is_repeated else [value]:
                yield from _messages(inner)


def _bend(random_: random.Random, message: Message, field: FieldDescriptor | None) -> None:
    if field is None:
        return
    if random_.random() < 0.2:
        message.ClearField(field.name)
        return
    if field.is_repeated:
        values = getattr(message, field.name)
        if values and random_.random() < 0.3:
            del values[random_.randrange(len(values)) :]
        elif field.message_type is not None:
            values.add().CopyFrom(random_.choice(values)) if values else values.add()
        else:
            values.insert(random_.randint(0, len(values)), _scalar(random_, field))
    elif field.message_type is not None:
        getattr(message, field.name).SetInParent()
    else:
        setattr(message, field.name, _scalar(random_, field))


_BOUNDS = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_ENUM: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}


def _scalar(random_: random.Random, field: FieldDescriptor) -> Any:
    kind = field.cpp_type
    if kind in _BOUNDS:
        lowest, highest = _BOUNDS[kind]
        return random_.choice([number for number in INTEGERS if lowest <= number <= highest])
    if kind == FieldDescriptor.CPPTYPE_BOOL:
        return random_.random() < 0.5
    if kind == FieldDescriptor.CPPTYPE_STRING:
        return random_.choice(BYTES if field.type == FieldDescriptor.TYPE_BYTES else TEXTS)
    return random_.choice(REALS)
