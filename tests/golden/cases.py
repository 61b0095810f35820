"""The cases: what each golden file holds, by its name."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from golden.building import PLACES, axis, case, dense, named_axes, sparse, texts, vector
from golden.elements import ALL_SHAPES, INSTANTS, REALS, SPARSE_TYPES, TYPES
from golden.encoding import Description


def cases() -> dict[str, Description]:
    """The description of each golden file, by its path without suffix."""
    made: dict[str, Description] = {}
    for name, described in itertools.chain(
        _matrices(), _shapes(), _times(), _texts(), _factors(), _sparse(), _axes(), _tables()
    ):
        assert name not in made, name
        made[name] = described
    return made


def _matrices() -> Iterator[tuple[str, Description]]:
    """Every type in every layout and order, with and without missing elements, with and without labels."""
    for name, (kind, items) in TYPES.items():
        dense_orders = [("c", "dense in C order"), ("fortran", "dense in Fortran order")]
        layouts = [(layout, layout.upper()) for layout in ("csr", "csc", "coo") if name in SPARSE_TYPES]
        for (how, said), missing, labels in itertools.product(dense_orders + layouts, (False, True), (False, True)):
            if how in ("c", "fortran"):
                tensor = dense(kind, [2, 3], items, how, missing)
            else:
                tensor = sparse(kind, how, items, missing, "int64" if labels else "int32")
            about = f"A matrix of {name}, {said}"
            if missing:
                about += ", some of its elements missing"
            path = f"{name}/matrix-{how}{'-missing' if missing else ''}{'-labels' if labels else ''}"
            if labels:
                axes = named_axes(*tensor["shape"])
                yield path, case(f"{about}, with labels.", {**tensor, "axes": ["gene", "day"]}, axes)
            else:
                yield path, case(f"{about}.", tensor)


def _shapes() -> Iterator[tuple[str, Description]]:
    """Scalars and vectors of every type; further ranks, and empty ones, of some."""
    for name, (kind, items) in TYPES.items():
        yield f"{name}/scalar", case(f"A scalar of {name}.", dense(kind, [], items[1:2]))
        yield f"{name}/scalar-missing", case(f"A missing scalar of {name}.", dense(kind, [], [None]))
        yield (
            f"{name}/vector",
            case(f"A vector of {name} with the edges of its range.", dense(kind, [len(items)], items)),
        )
        tensor = dense(kind, [len(items)], items, missing=True)
        yield f"{name}/vector-missing", case(f"A vector of {name} with missing elements.", tensor)
        if name not in ALL_SHAPES:
            continue
        for order, missing in itertools.product(("c", "fortran"), (False, True)):
            about = f"Three dimensions of {name} in {order} order{', with missing elements' if missing else ''}."
            path = f"{name}/cube-{order}{'-missing' if missing else ''}"
            yield path, case(about, dense(kind, [2, 3, 4], items, order, missing))
        yield f"{name}/vector-all-missing", case("All elements are missing.", dense(kind, [9], [None]))
        yield f"{name}/vector-empty", case("A vector without elements.", dense(kind, [0], items))
        yield f"{name}/matrix-c-empty", case("Rows, but none.", dense(kind, [0, 3], items))
        yield f"{name}/matrix-fortran-empty", case("Rows without columns.", dense(kind, [3, 0], items, "fortran"))
        yield (
            f"{name}/cube-fortran-empty",
            case("The middle dimension is empty.", dense(kind, [2, 0, 3], items, "fortran")),
        )


def _times() -> Iterator[tuple[str, Description]]:
    for unit, zone in itertools.product(("s", "ms", "us", "ns"), ("", "UTC", "America/St_Johns", "+05:30", "-00:30")):
        kind = {"type": "timestamp", "time_unit": unit, **({"time_zone": zone} if zone else {})}
        name = {"": "wall-clock", "+05:30": "ahead", "-00:30": "behind"}.get(zone, zone.split("/")[-1].lower())
        about = f"Counts of {unit} since 1970, {f'in UTC, to be shown in {zone}' if zone else 'of a wall clock'}."
        yield f"times/timestamp-{unit}-{name}", case(about, dense(kind, [7], INSTANTS, missing=True))
    for unit in ("s", "ms", "us", "ns"):
        kind = {"type": "duration", "time_unit": unit}
        yield f"times/duration-{unit}", case(f"Counts of {unit}.", dense(kind, [7], INSTANTS, missing=True))
    lowest = vector("timestamp", "-9223372036854775808", time_unit="ns")
    yield (
        "times/timestamp-lowest",
        case("The lowest int64, which numpy reads as NaT, is a time like any other.", lowest),
    )
    lowest = vector("duration", "-9223372036854775808", time_unit="ns")
    yield (
        "times/duration-lowest",
        case("The lowest int64, which numpy reads as NaT, is a span like any other.", lowest),
    )


def _texts() -> Iterator[tuple[str, Description]]:
    nul = vector("string", "\0", "a\0b", "", None, "c\0")
    yield "text/nul", case("Texts with U+0000, which Jazz keeps and R cannot hold.", nul)
    kinds = {"type": "string", "shape": [], "layout": "dense", "order": "c"}
    yield "text/scalar-empty", case("One text without characters.", {**kinds, "elements": [""]})
    yield "text/vector-of-empty", case("Texts without characters: no data at all.", texts("", "", ""))
    yield "text/vector-nine-one-missing", case("The bitmap has a second byte.", texts(*"abcdefgh", None))
    yield "text/bytes-all", case("Every byte.", vector("bytes", bytes(range(256)).hex(), "", None))


def _factors() -> Iterator[tuple[str, Description]]:
    for ordered, missing in itertools.product((False, True), (False, True)):
        items = ["b", None, "a", "b"] if missing else ["b", "a", "a", "b"]
        further = {"categories": ["b", "unused", "a"], **({"ordered": True} if ordered else {})}
        name = f"factor/{'ordered' if ordered else 'unordered'}{'-missing' if missing else ''}"
        about = f"{'An ordered' if ordered else 'A'} factor with a category that no element has."
        yield name, case(about, vector("factor", *items, **further))
    none = vector("factor", None, None, categories=[])
    yield "factor/without-categories", case("No categories: every element is missing.", none)
    yield "factor/empty-of-nothing", case("No categories and no elements.", vector("factor", categories=[]))
    unicode = vector("factor", "é", "e\u0301", "", categories=["e\u0301", "", "é", " "])
    yield "factor/unicode", case("Categories that look alike, and an empty one.", unicode)
    nul = vector("factor", "a\0", "a", categories=["a", "a\0"])
    yield "factor/nul", case("Categories that differ by U+0000, which R cannot hold.", nul)


def _sparse() -> Iterator[tuple[str, Description]]:
    matrix = {"type": "float64", "shape": [3, 4]}
    for layout, index_type in itertools.product(("csr", "csc", "coo"), ("int32", "int64")):
        how = {"layout": layout, "index_type": index_type}
        entries = [{"at": at} for at in PLACES]
        pattern = {"type": "bool", "shape": [3, 4], "pattern": True, **how, "entries": entries}
        yield f"sparse/{layout}-{index_type}-pattern", case("A pattern: entries without data, each true.", pattern)
        nothing = {**matrix, **how, "entries": []}
        yield f"sparse/{layout}-{index_type}-no-entries", case("A matrix of zeros, none stored.", nothing)
        zeros = {**matrix, **how, "entries": [{"at": at, "is": "0x0p+0"} for at in PLACES]}
        yield f"sparse/{layout}-{index_type}-stored-zeros", case("Zeros that are stored stay stored.", zeros)
    for layout in ("csr", "csc", "coo"):
        how = {"layout": layout, "index_type": "int32"}
        places = [list(at) for at in itertools.product(range(3), range(4))]
        full = [{"at": at, "is": str(number)} for number, at in enumerate(places)]
        tensor = {"type": "int64", "shape": [3, 4], **how, "entries": full}
        yield f"sparse/{layout}-full", case("Every element is stored, the first is zero.", tensor)
        gone = {**matrix, **how, "entries": [{"at": at, "is": None} for at in places]}
        yield f"sparse/{layout}-full-all-missing", case("Every entry is stored and missing.", gone)
        filled = {"type": "float32", "shape": [3, 4], **how, "fill": "inf"}
        filled["entries"] = [
            {"at": at, "is": item}
            for at, item in zip(PLACES, ["0x0p+0", None, "inf", "-0x1p+0", "0x1p+1"], strict=True)
        ]
        yield f"sparse/{layout}-fill", case("Absent entries are infinite; one is stored all the same.", filled)
        for shape in ([0, 3], [3, 0], [0, 0]):
            empty = {"type": "int64", "shape": shape, **how, "entries": []}
            name = f"sparse/{layout}-empty-{shape[0]}-{shape[1]}"
            yield name, case(f"{shape[0]} rows and {shape[1]} columns.", empty)
    for name, kind, fill in (
        ("negative-zero", {"type": "float64"}, "-0x0p+0"),
        ("nan", {"type": "float64"}, "nan(0x7ff8000000000000)"),
        ("bool", {"type": "bool"}, True),
        ("uint64", {"type": "uint64"}, "18446744073709551615"),
        ("complex", {"type": "complex64"}, ["0x0p+0", "0x1p+0"]),
        ("date", {"type": "date"}, "-1"),
    ):
        tensor = {
            **kind,
            "shape": [3],
            "layout": "coo",
            "index_type": "int32",
            "fill": fill,
            "entries": [{"at": [1], "is": None}],
        }
        yield f"sparse/coo-fill-{name}", case("Absent entries are an element that is not zero bytes.", tensor)
    far = {"type": "int8", "shape": [2**40, 3], "layout": "coo", "index_type": "int64"}
    far["entries"] = [{"at": [0, 2], "is": "1"}, {"at": [2**40 - 1, 0], "is": "-1"}]
    yield "sparse/coo-far", case("Positions that only int64 can hold.", far)
    for rank, places in (
        (1, [[0], [4]]),
        (3, [[0, 0, 4], [0, 1, 0], [1, 0, 0]]),
        (5, [[0, 0, 0, 0, 4], [1, 0, 1, 0, 0]]),
    ):
        shape = [2] * (rank - 1) + [5]
        for missing in (False, True):
            items: list[Any] = ["5", None if missing else "0", "-3"]
            entries = [{"at": at, "is": item} for at, item in zip(places, items, strict=False)]
            tensor = {"type": "int16", "shape": shape, "layout": "coo", "index_type": "int32", "entries": entries}
            name = f"sparse/coo-rank-{rank}{'-missing' if missing else ''}"
            yield name, case(f"{rank} dimension{'s' if rank > 1 else ''}.", tensor)
    names = {"type": "float32", "shape": [2, 2, 5], "layout": "coo", "index_type": "int32", "axes": ["", "gene", ""]}
    names["entries"] = [{"at": [0, 1, 4], "is": "0x1p+0"}]
    yield (
        "sparse/coo-rank-3-labels",
        case("Labels along the second of three.", names, [axis("gene", 2, texts("a", "b"))]),
    )


def _axes() -> Iterator[tuple[str, Description]]:
    labels = {
        "string": texts("b", "a", ""),
        "int8": vector("int8", "3", "-1", "2"),
        "int64": vector("int64", "9007199254740993", "-9223372036854775808", "0"),
        "uint64": vector("uint64", "18446744073709551615", "0", "1"),
        "float64": vector("float64", "0x1.8p+0", "-0x0p+0", "nan(0x7ff8000000000000)"),
        "float16": vector("float16", "0x1.8p+0", "-0x0p+0", "nan(0x7e00)"),
        "complex64-missing": vector("complex64", ["0x1p+0", "-0x1p+0"], None, ["0x0p+0", "0x1p+0"]),
        "bool": vector("bool", True, False, True),
        "bytes": vector("bytes", "00ff", "", "61"),
        "date": vector("date", "-1", "0", "19782"),
        "timestamp": vector("timestamp", "-1", "0", "1709209800", time_unit="s", time_zone="UTC"),
        "timestamp-wall-clock": vector("timestamp", "-1", "0", "1709209800000", time_unit="ms"),
        "duration": vector("duration", "-1", "0", "1", time_unit="ms"),
        "factor": vector("factor", "y", "x", "y", categories=["x", "y"], ordered=True),
        "repeated": texts("a", "a", "a"),
        "missing": texts("a", None, "c"),
        "unit": vector("float32", "0x1p+0", "0x1p+1", "0x1p+2", unit="mm"),
    }
    for name, along in labels.items():
        tensor = vector("int32", "1", None, "3", axes=["x"])
        yield f"axes/labels-{name}", case("A vector with labels.", tensor, [axis("x", 3, along)])
    matrix = dense({"type": "float32"}, [2, 3], ["0x1p+0", "0x1p+1"])
    both = [axis("row", 2), axis("column", 3)]
    yield (
        "axes/names-alone",
        case("Dimensions with names and without labels.", {**matrix, "axes": ["row", "column"]}, both),
    )
    yield "axes/first-named", case("One of two dimensions has a name.", {**matrix, "axes": ["row", ""]}, both[:1])
    last = [axis("ячейка 🧬", 3, texts("ä", "日", "🙂"))]
    yield (
        "axes/last-labelled",
        case("A name and labels in other scripts.", {**matrix, "axes": ["", "ячейка 🧬"]}, last),
    )
    square = dense({"type": "int8"}, [2, 2], ["1", "2", "3", "4"])
    same = [axis("node", 2, texts("a", "b"))]
    yield "axes/square", case("Both dimensions lie along one axis.", {**square, "axes": ["node", "node"]}, same)
    cube = dense({"type": "uint16"}, [2, 3, 2], ["1", "2", "3"], "fortran")
    three = [axis("x", 2, texts("a", "b")), axis("y", 3), axis("z", 2, vector("int32", "10", "20"))]
    yield "axes/cube", case("Three axes, two with labels.", {**cube, "axes": ["x", "y", "z"]}, three)
    empty = dense({"type": "float64"}, [0], [])
    yield "axes/empty", case("An axis of length 0.", {**empty, "axes": ["x"]}, [axis("x", 0, texts())])
    yield (
        "axes/unused",
        case("An axis that no dimension lies along.", vector("int8", "1"), [axis("x", 2, texts("a", "b"))]),
    )
    for name, kind in (("integer", "int32"), ("real", "float64"), ("complex", "complex64")):
        items = {"int32": ["1", None], "float64": ["0x1p+0", None], "complex64": [["0x1p+0", "0x0p+0"], None]}[kind]
        yield f"axes/unit-{name}", case("A unit.", vector(kind, *items, unit="µmol/l"))
    yield (
        "axes/unit-dimensionless",
        case("This unit is not the same as none.", vector("uint8", "1", unit="dimensionless")),
    )
    measured = {**sparse({"type": "float32"}, "csr", REALS), "unit": "kg/m**3"}
    yield "axes/unit-csr", case("A unit of a sparse matrix.", measured)


def _field(name: str, **value: Any) -> Description:
    return {"name": name, "value": value}


def _tables() -> Iterator[tuple[str, Description]]:
    yield "tables/null", {"about": "No value.", "null": True}
    yield "tables/empty", {"about": "A table without fields.", "table": []}
    rows = axis("rows", 3)
    yield "tables/frame-without-columns", {"about": "Rows, but no columns.", "axes": [rows], "table": []}
    columns = [
        _field("count", tensor=vector("int64", "1", None, "-3", axes=["rows"])),
        _field("share", tensor=vector("float64", "0x1p-1", "nan(0x7ff8000000000000)", None, axes=["rows"])),
        _field("known", tensor=vector("bool", True, None, False, axes=["rows"])),
        _field("name", tensor={**texts("Ada", None, ""), "axes": ["rows"]}),
        _field("raw", tensor=vector("bytes", "00", None, "", axes=["rows"])),
        _field(
            "level",
            tensor=vector(
                "factor", "high", None, "low", categories=["low", "mid", "high"], ordered=True, axes=["rows"]
            ),
        ),
        _field(
            "when",
            tensor=vector(
                "timestamp", "1709209800000000", None, "-1", time_unit="us", time_zone="Europe/Vienna", axes=["rows"]
            ),
        ),
        _field("noon", tensor=vector("timestamp", "43200", None, "0", time_unit="s", axes=["rows"])),
        _field("day", tensor=vector("date", "19782", None, "-1", axes=["rows"])),
        _field("took", tensor=vector("duration", "1500", None, "-1", time_unit="ms", axes=["rows"])),
    ]
    yield "tables/frame", {"about": "A data frame with a column of each kind.", "axes": [rows], "table": columns}
    labels = axis("sample", 3, texts("s1", "s2", "s3"))
    inner = [{**each, "value": {"tensor": {**each["value"]["tensor"], "axes": ["sample"]}}} for each in columns[:4]]
    yield "tables/frame-labels", {"about": "A data frame with row names.", "axes": [labels], "table": inner}
    none = [
        _field("n", tensor={**vector("int32"), "axes": ["rows"]}),
        _field("t", tensor={**texts(), "axes": ["rows"]}),
    ]
    yield "tables/frame-no-rows", {"about": "Columns, but no rows.", "axes": [axis("rows", 0)], "table": none}
    for name, count in (("no-rows", 0), ("all-missing", 2)):
        kinds = {"int8": {}, "string": {}, "bytes": {}, "date": {}, "bool": {}, "factor": {"categories": ["a"]}}
        empty = [
            _field(kind, tensor=vector(kind, *[None] * count, axes=["rows"], **further))
            for kind, further in kinds.items()
        ]
        frame = {"axes": [axis("rows", count)], "table": empty}
        yield f"tables/frame-{name}-of-each", {"about": "Columns whose elements do not say what they are.", **frame}
    wide = vector("float32", "0x1p+0", "0x1p+1", unit="m", axes=["rows"])
    yield (
        "tables/frame-units",
        {"about": "A column with a unit.", "axes": [axis("rows", 2)], "table": [_field("x", tensor=wide)]},
    )
    general = [
        _field("scalar", tensor=dense({"type": "float64"}, [], ["0x1.8p+0"])),
        _field("image", tensor=dense({"type": "uint8"}, [2, 2, 3], ["0", "255"])),
        _field("fortran", tensor=dense({"type": "int16"}, [3, 2], ["1", "2", "3"], "fortran", missing=True)),
        _field("graph", tensor=sparse({"type": "int32"}, "csr", ["1", "0", "3", "4", "5"], missing=True)),
        _field("text", tensor=texts("one")),
        _field("nothing", null=True),
        _field("empty", table=[]),
        _field("nested", table=[_field("scalar", tensor=dense({"type": "string"}, [], ["inner"]))]),
    ]
    yield "tables/general", {"about": "Tensors of different shapes, null, and tables inside.", "table": general}
    names = [_field(name, null=True) for name in (" ", "a.b", "a/b", "é", "e\u0301", "名前 🧬", "NA", "x" * 300)]
    yield "tables/names", {"about": "Names of fields may be any text that is not empty and has no NUL.", "table": names}
    cells, genes = axis("cell", 3, texts("c1", "c2", "c3")), axis("gene", 4, texts("g1", "g2", "g3", "g4"))
    counts = {**sparse({"type": "float32"}, "csr", REALS), "axes": ["cell", "gene"]}
    raw = {**sparse({"type": "uint32"}, "csc", ["1", "2", "3", "4", "5"]), "axes": ["cell", "gene"]}
    cluster = vector("factor", "B", "T", None, categories=["B", "T", "NK"], axes=["cell"])
    shared = [
        _field("X", tensor=counts),
        _field("layers", table=[_field("raw", tensor=raw)]),
        _field("obs", table=[_field("cluster", tensor=cluster)]),
        _field("var", table=[_field("length", tensor=vector("int32", "9", "8", "7", "6", unit="bp", axes=["gene"]))]),
        _field("pca", tensor={**dense({"type": "float64"}, [3, 2], ["0x1p+0", "-0x1p-1"]), "axes": ["cell", ""]}),
    ]
    yield (
        "tables/shared-axes",
        {
            "about": "Axes that fields at several depths share, as of single cells.",
            "axes": [cells, genes],
            "table": shared,
        },
    )
    left = {"axes": [axis("rows", 1, texts("a"))], "tensor": vector("int8", "1", axes=["rows"])}
    right = {"axes": [axis("rows", 2)], "table": [_field("y", tensor=vector("int8", "1", "2", axes=["rows"]))]}
    siblings = [{"name": "left", "value": left}, {"name": "right", "value": right}]
    yield (
        "tables/axes-of-siblings",
        {"about": "Fields beside each other use one name for different axes.", "table": siblings},
    )
    value: Description = {"tensor": dense({"type": "int8"}, [], ["7"])}
    for _ in range(31):
        value = {"table": [{"name": "in", "value": value}]}
    yield "tables/deep", {"about": "32 values inside each other.", **value}
