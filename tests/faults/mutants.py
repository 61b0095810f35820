"""Golden files that were damaged, and what the codec makes of them.

Run as a program, it tries many in a process of bounded memory and prints what came of them.
"""

import functools
import json
import random
import resource
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from google.protobuf.message import DecodeError

from faults.mutation import bent, damaged
from jazz.codec import BytesReader, InvalidValue, check_body, check_header, decode, encode
from jazz.v1 import value_pb2 as pb

GOLDEN = Path(__file__).parents[1] / "golden" / "cases"
HEADROOM = 256 << 20
"""Bytes of address space that a process may take on top of what it has when it begins."""
LONGEST = 1 << 20
"""Bytes to which a body is lengthened so that it has the length that its header claims."""


@functools.cache
def golden() -> list[pb.InlineValue]:
    """All golden files."""
    return [pb.InlineValue.FromString(path.read_bytes()) for path in sorted(GOLDEN.rglob("*.value"))]


def mutant(seed: int) -> tuple[pb.Value, bytes] | None:
    """A header and a body that are almost those of a golden file; None if what became of them is no message."""
    random_ = random.Random(f"mutant {seed}")
    file = random_.choice(golden())
    header, body = file.header, file.body
    try:
        match random_.randrange(8):
            case 0:
                header = bent(random_, header)
            case 1:
                header = pb.Value.FromString(damaged(random_, header.SerializeToString()))
            case 2:
                header = bent(random_, header)
                body = _as_long_as_claimed(header, body)
            case 3:
                header = pb.Value.FromString(damaged(random_, header.SerializeToString()))
                body = _as_long_as_claimed(header, body)
            case 4:
                body = damaged(random_, body)
            case 5:
                body = _flipped(random_, body)
            case 6:
                body = random_.choice(golden()).body
                body = _as_long_as_claimed(header, body)
            case _:
                whole = pb.InlineValue.FromString(damaged(random_, file.SerializeToString()))
                header, body = whole.header, whole.body
    except DecodeError:
        return None
    header.DiscardUnknownFields()
    return header, body


def _as_long_as_claimed(header: pb.Value, body: bytes) -> bytes:
    claimed = max((buffer.offset + buffer.length for buffer in _buffers(header)), default=0)
    return body[:claimed].ljust(claimed, b"\0") if claimed <= LONGEST else body


def _buffers(value: pb.Value) -> list[pb.Buffer]:
    tensors = [axis.labels for axis in value.axes] + [value.tensor]
    found = [buffer for tensor in tensors for each in (tensor, tensor.categories) for buffer in each.buffers]
    for field in value.table.fields:
        found += _buffers(field.value)
    return found


def _flipped(random_: random.Random, body: bytes) -> bytes:
    changed = bytearray(body)
    for _ in range(random_.randint(1, 4) if body else 0):
        changed[random_.randrange(len(body))] ^= 1 << random_.randrange(8)
    return bytes(changed)


def verdict(header: pb.Value, body: bytes) -> str:
    """What the codec makes of a value: "header" or "body" where it refuses that, "valid" if neither.

    What it refuses it must describe; what it takes must be encoded again to the same.
    """
    if _refused(lambda: check_header(header, len(body))):
        return "header"
    if _refused(lambda: check_body(header, BytesReader(body))):
        return "body"
    value = decode(header, body)
    again = encode(value)
    assert again.header == header
    assert again.body() == body
    return "valid"


def _refused(check: Callable[[], None]) -> bool:
    try:
        check()
    except InvalidValue as error:
        if not error.violations:
            raise AssertionError("a refusal without a reason") from error
        return True
    return False


def main(first: int, count: int) -> None:
    """Tries mutants in bounded memory, and prints how many came to which end, and by how many bytes it grew."""
    golden()
    for file in golden():  # all that is imported when it is needed
        verdict(file.header, file.body)
    address_space = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (address_space + HEADROOM, resource.RLIM_INFINITY))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ends: Counter[str] = Counter()
    for seed in range(first, first + count):
        made = mutant(seed)
        try:
            ends[verdict(*made) if made else "no message"] += 1
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    print(json.dumps({"ends": ends, "grown": grown}))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
