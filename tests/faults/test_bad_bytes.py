"""Messages that are almost right and far from right: a typed error each, nothing stored, and the server goes on."""

import random
from typing import Any

import pytest

from faults import specimens
from faults.mutation import bent, damaged
from faults.specimens import METHODS, requests
from faults.victim import SOAK, Victim, assert_typed

CASES = 50 * SOAK
"""Messages for each method, of either kind of damage."""


@pytest.fixture(scope="module", autouse=True)
def _blocks(victim: Victim) -> None:
    """The blocks that the specimens speak of."""
    known = specimens.values()
    for name, value in {
        "matrix": known["dense"],
        "table": known["table"],
        "csr": known["csr"],
        "frame": known["frame"],
    }.items():
        messages = specimens.put_stream(value, name=f"lab/{name}")
        assert victim.send("Blocks/PutBlock", [each.SerializeToString() for each in messages]).failed is None


def test_there_is_a_specimen_for_every_method():
    assert set(requests()) == set(METHODS)


def tried(victim: Victim, method: str, seed: int, spoil: Any) -> None:
    """Send a call one of whose messages is spoilt: it is taken, or refused in the right form and without a trace."""
    random_ = random.Random(f"{method} {seed}")
    call = random_.choice(requests()[method])
    messages = [message.SerializeToString() for message in call]
    position = random_.randrange(len(call)) if random_.random() < 0.3 else 0
    messages[position] = spoil(random_, call[position])
    before = victim.contents()

    answer = victim.send(method, messages)

    if answer.failed is not None and not timed_out(answer.failed):
        assert_typed(answer.failed)
        if not answer.messages:  # a session may have done what came before
            victim.assert_nothing_added(before)


def timed_out(failed: Any) -> bool:
    """The caller's own deadline: some messages are pipelines that take long."""
    return failed.code.name == "DEADLINE_EXCEEDED" and not failed.reason


@pytest.mark.parametrize("method", METHODS)
def test_fields_beyond_their_edges_are_refused_or_taken(victim: Victim, method: str):
    for seed in range(CASES):
        tried(victim, method, seed, lambda random_, message: bent(random_, message).SerializeToString())


@pytest.mark.parametrize("method", METHODS)
def test_damaged_bytes_are_refused_or_taken(victim: Victim, method: str):
    for seed in range(CASES):
        tried(victim, method, seed, lambda random_, message: damaged(random_, message.SerializeToString()))


@pytest.mark.parametrize("method", METHODS)
def test_bytes_that_are_no_message_are_refused(victim: Victim, method: str):
    for data in (b"\xff", b"\x0a\xff\xff\xff\xff\x0f", b"\x0b", b"\x07", b"\x0a\x02\xff\xfe", b"\x80" * 100):
        failed = victim.send(method, [data]).failed

        if failed is not None:  # a field that a message does not have may be anything
            assert_typed(failed)


@pytest.mark.parametrize(
    "method", [name for name, method in METHODS.items() if not method.client_streaming and "Server" not in name]
)
def test_text_that_is_not_utf8_is_refused(victim: Victim, method: str):
    [[request], *_] = requests()[method]
    data = request.SerializeToString()
    field = next((f for f in METHODS[method].input_type.fields if f.type == f.TYPE_STRING and not f.is_repeated), None)
    if field is None:
        pytest.skip("its messages have no text")
    tag = bytes([field.number << 3 | 2]) if field.number < 16 else b"\x82\x01"

    assert victim.refusal(method, data + tag + b"\x02\xff\xfe").fields == ["request"]


def test_calls_that_fail_leave_no_descriptors_and_no_memory(victim: Victim):
    def round_of_calls(first: int) -> None:
        for seed in range(first, first + 150):
            method = list(METHODS)[seed % len(METHODS)]
            tried(victim, method, seed, lambda random_, message: damaged(random_, message.SerializeToString()))

    round_of_calls(10_000)
    descriptors, memory = victim.descriptors(), victim.anonymous_bytes()

    round_of_calls(20_000)

    assert victim.descriptors() <= descriptors + 2
    assert victim.anonymous_bytes() < memory + (32 << 20)
