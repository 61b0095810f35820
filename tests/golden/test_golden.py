"""The golden files are what is written of their descriptions, and the codec reads and writes them to the byte."""

import functools
import itertools
import json

import pytest

from golden.cases import cases
from golden.described import described
from golden.encoding import Description
from golden.write import FOLDER, written
from jazz.codec import BytesReader, check_body, check_header, decode, encode
from jazz.v1 import value_pb2 as pb

CASES = sorted(path.relative_to(FOLDER).with_suffix("").as_posix() for path in FOLDER.rglob("*.value"))
SPARSE = {"csr", "csc", "coo"}
WITHOUT_ZERO = {"string", "bytes", "factor"}
each_case = pytest.mark.parametrize("name", CASES)


@functools.cache
def golden(name: str) -> pb.InlineValue:
    return pb.InlineValue.FromString((FOLDER / f"{name}.value").read_bytes())


@functools.cache
def description(name: str) -> Description:
    return json.loads((FOLDER / f"{name}.json").read_text("ascii"))


def test_the_files_are_what_is_written_of_their_descriptions():
    wanted = written()
    found = {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in FOLDER.rglob("*.*")}
    assert sorted(found) == sorted(wanted)
    assert [name for name in found if found[name] != wanted[name]] == []


def test_the_files_stay_small():
    assert sum(path.stat().st_size for path in FOLDER.rglob("*.*")) < 1 << 20


@each_case
def test_a_file_is_decoded_to_what_its_description_says(name):
    message = golden(name)
    found = described(decode(message.header, message.body))
    assert found == {part: said for part, said in description(name).items() if part != "about"}


@each_case
def test_a_file_is_valid(name):
    message = golden(name)
    check_header(message.header, len(message.body))
    check_body(message.header, BytesReader(message.body))


@each_case
def test_a_file_is_encoded_again_to_the_byte(name):
    message = golden(name)
    again = encode(decode(message.header, message.body))
    assert again.header == message.header
    assert again.header.SerializeToString(deterministic=True) == message.header.SerializeToString(deterministic=True)
    assert again.body() == message.body
    assert again.body_bytes == len(message.body)


# Which combinations there are


def kinds_of_matrices() -> set[tuple[str, str, str, bool, bool]]:
    """Of each matrix that is a value by itself: type, layout, order or index type, missing, labels."""
    found = set()
    for case in map(description, CASES):
        tensor = case.get("tensor", {})
        if len(tensor.get("shape", [])) == 2:
            items = tensor.get("elements") or [entry.get("is", True) for entry in tensor.get("entries", [])]
            how = tensor.get("order") or tensor["index_type"]
            labels = any("labels" in axis for axis in case.get("axes", []))
            found.add((tensor["type"], tensor["layout"], how, None in items, labels))
    return found


def data_types() -> list[str]:
    return [name.removeprefix("DATA_TYPE_").lower() for name in pb.DataType.keys()[1:]]


def test_every_data_type_is_there_in_both_orders_with_and_without_missing_elements_and_labels():
    wanted = itertools.product(data_types(), ["dense"], ["c", "fortran"], [False, True], [False, True])
    assert set(wanted) <= kinds_of_matrices()


def test_every_data_type_that_has_a_zero_is_there_in_every_sparse_layout_with_and_without_missing_elements_and_labels():
    found = {(dtype, layout, missing, labels) for dtype, layout, _, missing, labels in kinds_of_matrices()}
    wanted = itertools.product(set(data_types()) - WITHOUT_ZERO, SPARSE, [False, True], [False, True])
    assert set(wanted) <= found
    assert {layout for dtype, layout, *_ in found if dtype in WITHOUT_ZERO} == {"dense"}


def test_every_sparse_layout_is_there_with_both_types_of_indices():
    found = {(layout, how) for _, layout, how, _, _ in kinds_of_matrices() if layout != "dense"}
    assert found == set(itertools.product(SPARSE, ["int32", "int64"]))


def test_every_data_type_is_there_as_a_scalar_and_as_a_vector():
    found = {
        (tensor["type"], len(tensor["shape"])) for case in map(description, CASES) if (tensor := case.get("tensor"))
    }
    assert set(itertools.product(data_types(), [0, 1, 2])) <= found
    assert {rank for _, rank in found} == {0, 1, 2, 3, 5}


def test_times_are_there_in_every_unit_with_and_without_a_zone():
    tensors = [case["tensor"] for case in map(description, CASES) if "tensor" in case]
    found = {
        (tensor["type"], tensor["time_unit"], "time_zone" in tensor) for tensor in tensors if "time_unit" in tensor
    }
    units = [("s", "ms", "us", "ns"), (False, True)]
    assert found == {*itertools.product(["timestamp"], *units), *itertools.product(["duration"], units[0], [False])}


def tensors(message: pb.Value) -> list[pb.Tensor]:
    """Every tensor in a value, labels and categories too."""
    found = [axis.labels for axis in message.axes if axis.HasField("labels")]
    if message.HasField("tensor"):
        found.append(message.tensor)
    for field in message.table.fields:
        found += tensors(field.value)
    return found + [tensor.categories for tensor in found if tensor.HasField("categories")]


def test_every_field_of_the_contract_is_set_somewhere():
    known = [tensor for name in CASES for tensor in tensors(golden(name).header)]
    for messages, contract in ((known, pb.Tensor), ([tensor.type for tensor in known], pb.ElementType)):
        said = {field.name for message in messages for field, _ in message.ListFields()}
        assert said == set(contract.DESCRIPTOR.fields_by_name)


def test_files_are_named_for_what_is_in_them():
    assert set(cases()) == set(CASES)
    for name in CASES:
        assert ("missing" in name) <= any(tensor.missing_entries for tensor in tensors(golden(name).header))
