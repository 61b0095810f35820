"""Generated kinds, as messages of the contract in their canonical form, and values near them."""

from __future__ import annotations

import string

from hypothesis import strategies as st

from jazz.codec.schema import LAYOUT_NUMBERS, write_data_type
from jazz.v1 import kinds_pb2 as pb
from jazz.v1 import value_pb2
from jazz.values import DATA_TYPES, UNITS, DataType, Layout

CHARACTERS = st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"))
SYMBOLS = st.sampled_from(["n", "rows", "größe", "हिन्दी", "x_1", "closed", "csr"])
NAMES = st.one_of(
    st.sampled_from(["a", "closed", "in", "two words", "...", "x?", 'quo"te', "tab\t", "é́", "#", "1", "a/b", "\n"]),
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=5),
)
LINES = st.text(CHARACTERS, max_size=12).map(str.strip)
PARAGRAPHS = st.lists(LINES, max_size=3).map(lambda lines: "\n".join(lines).strip("\n"))
REFERENCES = st.one_of(
    st.sampled_from(["lab/photo", "lab/photo@3", "lab/a/b.c", "a-b/größe", "lab/two words@12", 'lab/"', "lab/{x}"]),
    st.text(string.ascii_letters + " {}#,", min_size=1, max_size=4).map(lambda name: f"lab/{name}"),
)
UNIT_TEXTS = st.sampled_from(["", "m", "kg/m**3", "meter per second", "°C", "m/s^2", 'a"b'])
BOUNDS = st.none() | st.floats(allow_nan=False) | st.integers(-5, 5).map(float)


def data_types() -> st.SearchStrategy[DataType]:
    """All data types, with units, zones and order."""
    plain = st.sampled_from([name for name in DATA_TYPES if name not in ("timestamp", "duration", "factor")])
    zones = st.sampled_from(["", "UTC", "Europe/Vienna", "+02:00", "Etc/GMT+5"])
    return st.one_of(
        plain.map(DataType),
        st.builds(DataType, st.just("timestamp"), st.sampled_from(UNITS), zones),
        st.builds(DataType, st.just("duration"), st.sampled_from(UNITS)),
        st.builds(DataType, st.just("factor"), ordered=st.booleans()),
    )


def _element(dtype: DataType) -> value_pb2.ElementType:
    message = value_pb2.ElementType()
    write_data_type(dtype, message)
    return message


def dimensions() -> st.SearchStrategy[pb.Dimension]:
    """Lengths, symbols and any."""
    return st.one_of(
        st.integers(0, 2**63 - 1).map(lambda size: pb.Dimension(size=size)),
        SYMBOLS.map(lambda symbol: pb.Dimension(symbol=symbol)),
        st.just(pb.Dimension(any=pb.AnySize())),
    )


@st.composite
def tensor_types(draw: st.DrawFn) -> pb.TensorType:
    """Types of tensors."""
    types = [_element(dtype) for dtype in draw(st.lists(data_types(), max_size=3, unique=True))]
    layouts = draw(st.lists(st.sampled_from(Layout), max_size=3, unique=True))
    shape = draw(st.none() | st.lists(dimensions(), max_size=3))
    return pb.TensorType(
        types=sorted(types, key=lambda e: (e.data_type, e.time_unit, e.time_zone, e.ordered)),
        shape=None if shape is None else pb.ShapeType(dimensions=shape),
        layouts=sorted(LAYOUT_NUMBERS[layout] for layout in layouts),
        strict_layout=draw(st.booleans()),
        nullable=draw(st.booleans()),
        unit=draw(UNIT_TEXTS),
        minimum=draw(BOUNDS),
        maximum=draw(BOUNDS),
    )


def _table(fields: list[tuple[str, pb.Type, bool, str]], closed: bool) -> pb.Type:
    made = [pb.FieldType(name=name, type=type_, optional=optional, doc=doc) for name, type_, optional, doc in fields]
    return pb.Type(table=pb.TableType(fields=made, closed=closed))


def types() -> st.SearchStrategy[pb.Type]:
    """Types of any sort."""
    leaves = st.one_of(
        tensor_types().map(lambda tensor: pb.Type(tensor=tensor)),
        REFERENCES.map(lambda name: pb.Type(kind=pb.KindReference(name=name))),
        st.just(pb.Type(any=pb.AnyType())),
        st.just(pb.Type(null=value_pb2.Null())),
    )
    return st.recursive(
        leaves,
        lambda inner: st.builds(
            _table,
            st.lists(st.tuples(NAMES, inner, st.booleans(), LINES), max_size=4, unique_by=lambda field: field[0]),
            st.booleans(),
        ),
        max_leaves=8,
    )


def kinds() -> st.SearchStrategy[pb.Kind]:
    """Kinds of any sort."""
    references = st.lists(REFERENCES.map(lambda name: pb.KindReference(name=name)), max_size=2)
    return st.builds(lambda t, e, d: pb.Kind(type=t, extends=e, doc=d), types(), references, PARAGRAPHS)
