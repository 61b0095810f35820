"""What is known of sizes before values are there, and what follows from it."""

import math
from typing import Any

import numpy as np
import pytest

from jazz.values import DataType, Layout, Table, dense
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.compressed import Compressed, transpose
from jazz_server.engine.errors import MemoryLimit
from jazz_server.engine.memory import check_bytes, check_shape, room
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


MATRIX_SIZE, TALL = Size((8, 16), 128, 512), Size((1024, 16), 16384, 65536)
SPARSE = Size((1024, 1024), 4096, 36868, sparse=True)
TEXTS = Size((100,), 100, 5000)
COSTS: list[tuple[str, list[Size], dict[str, Any], list[Size], Cost]] = [
    ("sort", [TALL], {}, [TALL], Cost(16384 * 14)),
    ("argsort", [TALL], {}, [TALL], Cost(16384 * 14)),
    ("unique", [SPARSE], {}, [SPARSE], Cost(4096 * 12)),
    ("topk", [TALL], {"k": 8}, [Size((1024, 8), 8192, 32768)] * 2, Cost(16384 * 3)),
    ("keep_topk", [SPARSE], {"k": 4}, [SPARSE], Cost(4096 * 2)),
    ("prune", [SPARSE], {}, [SPARSE], Cost(4096)),
    ("bin", [TALL, Size((32,), 32, 256)], {}, [TALL], Cost(16384 * 5)),
    ("isin", [SPARSE, Size((32,), 32, 256)], {}, [SPARSE], Cost((4096 + 32) * 5)),
    ("tokenize", [TEXTS], {}, [TEXTS], Cost(5000)),
    ("hash_features", [TEXTS], {}, [SPARSE], Cost(5000)),
    ("count_tokens", [TEXTS, TEXTS], {}, [SPARSE], Cost(5000)),
    ("take", [TALL, Size((8,), 8, 64)], {"axis": 0}, [MATRIX_SIZE], Cost(128, 1024)),
    ("slice", [SPARSE], {"stop": 256}, [Size((256, 1024), 4096, 0, sparse=True)], Cost(4096, stored=1024)),
    ("split", [TALL], {"sections": 2}, [Size((512, 16), 8192, 32768)] * 2, Cost(16384, 131072)),
    ("tile", [SPARSE], {"repetitions": (2, 1)}, [Size((2048, 1024), 4096, 0, sparse=True)], Cost(8192, stored=8192)),
    ("concat", [SPARSE, SPARSE], {}, [Size((2048, 1024), 4096, 0, sparse=True)], Cost(8192, stored=8192)),
    ("stack", [TALL, TALL], {}, [Size((2, 1024, 16), 32768, 131072)], Cost(32768)),
    ("reshape", [TALL], {"shape": (16, 1024)}, [TALL], Cost(0, 0)),
    ("expand_dims", [SPARSE], {}, [SPARSE], Cost(4096)),
    ("squeeze", [TALL], {}, [TALL], Cost(0, 0)),
    ("transpose", [SPARSE], {}, [SPARSE], Cost(0, 0)),
    ("trace", [TALL], {}, [Size((), 1, 4)], Cost(16, 8, stored=16)),
    ("diag", [Size((8,), 8, 32)], {}, [Size((8, 8), 8, 100, sparse=True)], Cost(8, 200, stored=8)),
    ("kron", [MATRIX_SIZE, MATRIX_SIZE], {}, [Size((64, 256), 16384, 65536)], Cost(16384, stored=16384)),
    ("outer", [TEXTS, TEXTS], {}, [Size((100, 100), 10000, 40000)], Cost(10000, stored=10000)),
    ("knn", [TALL, MATRIX_SIZE], {"k": 1}, [TEXTS, TEXTS], Cost(2 * 16384 * 8, 65536 + 512)),
    ("bfs", [SPARSE, Size((), 1, 8)], {}, [TALL, TALL], Cost(8192, 36868)),
    ("triangle_count", [SPARSE], {}, [Size((), 1, 8)], Cost(4096**1.5, 4 * 36868)),
    ("pagerank", [SPARSE], {}, [TEXTS], Cost(60 * 4096, 30 * 36868)),
]


@pytest.mark.parametrize(
    ("name", "arguments", "settings", "results", "expected"),
    COSTS,
    ids=[f"{row[0]}-{i}" for i, row in enumerate(COSTS)],
)
def test_what_is_not_one_operation_for_each_element_has_a_cost_of_its_own(
    name: str, arguments: list[Size], settings: dict[str, Any], results: list[Size], expected: Cost
) -> None:
    op = CATALOGUE[name]
    assert op.cost is not None
    assert op.cost(arguments, settings_of(op, settings), results) == expected


@pytest.mark.parametrize("name", sorted({row[0] for row in COSTS}))
def test_of_what_is_not_known_a_cost_is_not_known_either(name: str) -> None:
    _, arguments, settings, results, _ = next(row for row in COSTS if row[0] == name)
    op = CATALOGUE[name]
    assert op.cost is not None
    unknown = [
        [Size((math.nan,) * len(size.shape), math.nan, math.nan, size.sparse) for size in sizes]
        for sizes in (arguments, results)
    ]
    cost = op.cost(unknown[0], settings_of(op, settings), unknown[1])
    assert math.isnan(cost.flops) or cost == Cost(0, 0)


def test_a_loop_costs_its_turns() -> None:
    x = TensorType((F32,), (4,), DENSE)
    settings = settings_of(CATALOGUE["iterate"], {"body": Cost(10, 20), "max_iter": 5})
    cost, _ = estimated(CATALOGUE["iterate"], [size_of_type(x)], settings, [x, TensorType((F32,), (), DENSE)])
    assert cost == Cost(50, 100)


def test_every_operation_has_a_cost_in_words_and_a_version_that_it_is_there_since() -> None:
    for op in CATALOGUE.values():
        assert op.work.startswith("O("), op.name
        assert op.since.replace(".", "").isdigit(), op.name


def test_what_does_not_fit_in_what_is_left_is_refused_before_it_is_made() -> None:
    with room(1000):
        check_bytes(1000)
        with pytest.raises(MemoryLimit, match="are left"):
            check_bytes(1001)
        with pytest.raises(MemoryLimit, match="are left"):
            check_shape((126,), np.dtype(np.float64))


def test_what_a_transpose_is_made_from_counts_as_well() -> None:
    entries = 1 << 18
    matrix = Compressed(
        1, entries, np.array([0, entries], np.int32), np.arange(entries, dtype=np.int32), np.ones(entries)
    )
    with room(8 * entries + entries * (12 + 16)):
        assert transpose(matrix).rows == entries
    with room(8 * entries + entries * (12 + 16) - 1), pytest.raises(MemoryLimit, match="what it is made from"):
        transpose(matrix)


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
