"""AnnData to a table with the axes `obs` and `var`, and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from jazz.convert.axes import Sight, declared_within
from jazz.convert.building import variable
from jazz.convert.errors import refuse, require
from jazz.convert.frames import axis_index, check_name, columns_table, table_frame, vector_tensor
from jazz.convert.plain import scalar
from jazz.values import Axis, Null, Table, Tensor, Value

OBS: Final = "obs"
VAR: Final = "var"
RAW_VAR: Final = "raw_var"
_FIELDS: Final = ("X", "layers", "obs", "var", "obsm", "varm", "obsp", "varp", "uns")
_NAMES: Final = "index_names"

Element = Callable[[Any, str, int], Value]
"""What makes a value of an object: with what to call it in errors, and how many values it lies in, and itself."""


def anndata_table(data: Any, path: str, depth: int, element: Element) -> Table:
    """The table of an AnnData: its parts under their names, along the axes `obs` and `var`, labels stored once.

    `raw` is a field if it is there, with the axis `raw_var` for its own variables; `index_names` has the names of the
    indexes that have one.

    Raises:
        InvalidArgument: A part cannot be stored; says which.
    """
    if data.isbacked:
        refuse(path, "data in memory: use .to_memory()", "data that is backed by a file")
    reader = _Reader(path, depth, element)
    fields: dict[str, Value] = {
        "X": reader.array(data.X, "X", (OBS, VAR)),
        "layers": reader.arrays(data.layers, "layers", (OBS, VAR)),
        "obs": columns_table(data.obs, OBS, f"{path}.obs"),
        "var": columns_table(data.var, VAR, f"{path}.var"),
        "obsm": reader.arrays(data.obsm, "obsm", (OBS, "")),
        "varm": reader.arrays(data.varm, "varm", (VAR, "")),
        "obsp": reader.arrays(data.obsp, "obsp", (OBS, OBS)),
        "varp": reader.arrays(data.varp, "varp", (VAR, VAR)),
        "uns": reader.unstructured(data.uns),
    }
    names = {OBS: data.obs_names.name, VAR: data.var_names.name}
    if data.raw is not None:
        names[RAW_VAR] = data.raw.var_names.name
        raw = {
            "X": reader.array(data.raw.X, "raw.X", (OBS, RAW_VAR)),
            "var": columns_table(data.raw.var, RAW_VAR, f"{path}.raw.var"),
            "varm": reader.arrays(data.raw.varm, "raw.varm", (RAW_VAR, "")),
        }
        fields["raw"] = Table(tuple(raw.items()), (_axis(RAW_VAR, data.raw.var_names, f"{path}.raw.var_names"),))
    named = {name: text for name, text in names.items() if text is not None}
    if named:
        fields[_NAMES] = element(named, f"{path}.{_NAMES}", depth + 1)
    axes = (_axis(OBS, data.obs_names, f"{path}.obs_names"), _axis(VAR, data.var_names, f"{path}.var_names"))
    return Table(tuple(fields.items()), axes)


def _axis(name: str, index: Any, path: str) -> Axis:
    # Of an empty index of objects nothing says that it is of texts.
    labels = vector_tensor(index, path) if len(index) else variable("string", [], (0,))
    return Axis(name, len(index), labels)


class _Reader:
    """What reads the parts of one AnnData."""

    def __init__(self, path: str, depth: int, element: Element) -> None:
        self._path = path
        self._depth = depth
        self._element = element

    def array(self, array: Any, name: str, axes: tuple[str, ...]) -> Value:
        """An array with its axes; null where there is none. Of more dimensions than axes the others have no name."""
        path = f"{self._path}.{name}"
        if array is None:
            return Null()
        if hasattr(array, "columns"):
            return columns_table(array, axes[0], path)
        value = self._element(array, path, self._depth + 1)
        if not isinstance(value, Tensor) or value.ndim < len(axes) or value.axes:
            refuse(path, "an array in memory, dense or sparse", f"an object of {type(array).__name__}")
        return replace(value, axes=axes + ("",) * (value.ndim - len(axes)))

    def arrays(self, mapping: Any, name: str, axes: tuple[str, ...]) -> Table:
        """The arrays of a mapping that share axes."""
        fields: dict[str, Value] = {}
        for key, array in mapping.items():
            check_name(key, fields, f"{self._path}.{name}.keys()")
            fields[key] = self.array(array, f"{name}[{key!r}]", axes)
        return Table(tuple(fields.items()))

    def unstructured(self, mapping: Any) -> Value:
        """What is not along an axis; `uns` may hold anything that can be stored."""
        path = f"{self._path}.uns"
        value = self._element(dict(mapping), path, self._depth + 1)
        taken = {OBS, VAR} & {axis.name for axis in (*getattr(value, "declared", ()), *declared_within(value))}
        if taken:
            refuse(path, "no index with a name that an axis of the whole has", ", ".join(sorted(taken)))
        return value


def is_anndata(table: Table) -> bool:
    """Whether a table has the shape of an AnnData: its fields, and the labelled axes `obs` and `var`."""
    labelled = [axis.name for axis in table.declared if axis.labels is not None]
    return labelled == [OBS, VAR] and tuple(name for name in table.names if name not in ("raw", _NAMES)) == _FIELDS


def anndata_object(table: Table, usual: Callable[[Value, Sight], Any]) -> Any:
    """The AnnData of a table that has the shape of one.

    Args:
        table: The table.
        usual: What gives the usual form of a part.

    Raises:
        MissingPackage: anndata is not installed.
    """
    anndata = require("anndata", "anndata", "a table with the shape of an AnnData")
    sight = Sight().inside(table)
    names = table[_NAMES] if _NAMES in table else Table()
    assert isinstance(names, Table)
    named = {name: str(scalar(text)) for name, text in names.fields if isinstance(text, Tensor)}
    obs, var = (_index(axis, named) for axis in table.declared)
    data = anndata.AnnData(
        X=_array(table["X"], obs, usual),
        layers=_arrays(table["layers"], obs, usual),
        obs=_frame(table["obs"], obs),
        var=_frame(table["var"], var),
        obsm=_arrays(table["obsm"], obs, usual),
        varm=_arrays(table["varm"], var, usual),
        obsp=_arrays(table["obsp"], obs, usual),
        varp=_arrays(table["varp"], var, usual),
        uns=usual(table["uns"], sight),
    )
    if "raw" in table:
        raw = table["raw"]
        assert isinstance(raw, Table)
        variables = _index(raw.declared[0], named)
        data.raw = anndata.AnnData(
            _array(raw["X"], obs, usual),
            obs=data.obs[[]],
            var=_frame(raw["var"], variables),
            varm=_arrays(raw["varm"], variables, usual),
        )
    return data


def _index(axis: Axis, named: dict[str, str]) -> Any:
    return axis_index(axis, None).rename(named.get(axis.name))


def _frame(table: Value, index: Any) -> Any:
    assert isinstance(table, Table)
    frame = table_frame(table, Axis("rows", len(index)), None)
    return frame.set_axis(index, axis=0)


def _arrays(table: Value, index: Any, usual: Callable[[Value, Sight], Any]) -> dict[str, Any]:
    assert isinstance(table, Table)
    return {name: _array(value, index, usual) for name, value in table.fields}


def _array(value: Value, index: Any, usual: Callable[[Value, Sight], Any]) -> Any:
    """A part without the names of its dimensions, which AnnData knows; a frame along an index."""
    if isinstance(value, Table):
        return _frame(value, index)
    return usual(replace(value, axes=()), Sight()) if isinstance(value, Tensor) else None
