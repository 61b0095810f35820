"""What is known of sizes before values are there, and what follows from it."""

import math

import numpy as np
import pytest

from jazz.values import DataType, Layout, Table, dense
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.errors import MemoryLimit
from jazz_server.engine.memory import room
from jazz_server.engine.op import Cost, Host, Size
from jazz_server.engine.sizes import check_host, estimated, size_of, size_of_type
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import AnyType, FieldType, Symbol, TableType, TensorType
from unit.engine.samples import settings_of, sparse

F32 = DataType("float32")
DENSE, CSR = (Layout.DENSE,), (Layout.CSR,)
MATRIX = np.eye(4, 6, dtype=np.float32)


def test_a_dense_tensor_is_as_large_as_its_type_says() -> None:
    assert size_of_type(type_of(dense(MATRIX))) == size_of(dense(MATRIX)) == Size((4, 6), 24, 96)


def test_of_a_sparse_tensor_the_entries_have_to_be_known() -> None:
    tensor = sparse(MATRIX, MATRIX != 0, Layout.CSR)
    size = size_of_type(type_of(tensor), stored=4)
    assert size == size_of(tensor) == Size((4, 6), 4, 4 * 8 + 5 * 4, sparse=True)
    unknown = size_of_type(type_of(tensor))
    assert unknown is not None
    assert math.isnan(unknown.stored)
    assert unknown.elements == 24


def test_no_more_entries_are_stored_than_there_are_elements() -> None:
    size = size_of_type(TensorType((F32,), (2, 3), CSR), stored=100)
    assert size is not None
    assert size.stored == 6


@pytest.mark.parametrize("type_", [TensorType((F32,), (Symbol("n"), 3), DENSE), TensorType((), (2, 3), DENSE)])
def test_what_follows_from_what_is_not_known_is_not_known(type_: TensorType) -> None:
    size = size_of_type(type_)
    assert size is not None
    assert math.isnan(size.bytes)


def test_of_a_value_without_rank_there_is_no_size() -> None:
    assert size_of_type(AnyType()) is None
    assert size_of_type(TensorType((F32,), None, DENSE)) is None


def test_a_table_is_as_large_as_its_fields() -> None:
    column = dense(np.zeros(3, np.float32))
    closed = TableType((FieldType("a", type_of(column)),), closed=True)
    assert size_of_type(closed) == size_of(Table((("a", column),))) == Size((), 3, 12)
    open_ = size_of_type(TableType(closed.fields))
    assert open_ is not None
    assert math.isnan(open_.bytes)


def test_an_elementwise_operation_reads_and_writes_each_element() -> None:
    x = TensorType((F32,), (4, 6), DENSE)
    cost, (result,) = estimated(CATALOGUE["exp"], [size_of_type(x)], {}, [x])
    assert (cost, result) == (Cost(24, 192), Size((4, 6), 24, 96))


@pytest.mark.parametrize(
    ("layouts", "flops"), [((DENSE, DENSE), 2 * 4 * 6 * 5), ((CSR, DENSE), 2 * 4 * 5), ((CSR, CSR), 2 * 4 * 6 / 6)]
)
def test_a_product_costs_its_multiplications(layouts: tuple[tuple[Layout], tuple[Layout]], flops: float) -> None:
    a, b = TensorType((F32,), (4, 6), layouts[0]), TensorType((F32,), (6, 5), layouts[1])
    stored = {CSR: (4, 6), DENSE: (math.nan, math.nan)}
    sizes = [size_of_type(a, stored[layouts[0]][0]), size_of_type(b, stored[layouts[1]][1])]
    result = TensorType((F32,), (4, 5), CSR if layouts == (CSR, CSR) else DENSE)
    cost, _ = estimated(CATALOGUE["matmul"], sizes, {}, [result])
    assert cost.flops == flops


def test_a_loop_costs_its_turns() -> None:
    x = TensorType((F32,), (4,), DENSE)
    settings = settings_of(CATALOGUE["iterate"], {"body": Cost(10, 20), "max_iter": 5})
    cost, _ = estimated(CATALOGUE["iterate"], [size_of_type(x)], settings, [x, TensorType((F32,), (), DENSE)])
    assert cost == Cost(50, 100)


def test_every_operation_has_a_cost_in_words_and_a_version_that_it_is_there_since() -> None:
    for op in CATALOGUE.values():
        assert op.work.startswith("O("), op.name
        assert op.since.replace(".", "").isdigit(), op.name


def test_a_library_that_may_take_more_than_there_is_is_not_called() -> None:
    host = Host("scipy.of_something", memory=lambda sizes, settings: 10 * sizes[0].bytes)
    value = dense(np.zeros(8))
    with room(640):
        check_host(host, [value], {})
    with (
        room(639),
        pytest.raises(MemoryLimit, match=r"scipy\.of_something may take 640 bytes; at most 639 bytes are left"),
    ):
        check_host(host, [value], {})
