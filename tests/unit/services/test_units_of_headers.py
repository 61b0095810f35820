"""Texts in headers that should be units, and are none."""

from jazz.v1 import value_pb2
from jazz_server.services.headers import wrong_units


def test_what_may_have_been_meant_is_looked_for_as_long_as_somebody_reads_of_it() -> None:
    header = value_pb2.Value()
    for number in range(200):
        header.table.fields.add(name=f"f{number}").value.tensor.unit = f"metr{number}e"

    found = [violation.found for violation in wrong_units(header)]

    assert len(found) == 200
    assert "did you mean met" in found[0]
    assert found[-1] == "`metr199e`"
    assert 1 < sum("did you mean" in text for text in found) < 100
