"""Python's own objects, numpy, scipy.sparse, pandas, polars, pyarrow, xarray, pint and AnnData to values and back.

`docs/types.md` has the table of types. Packages other than numpy are imported only when a value needs them.
"""

from jazz.convert.errors import MissingPackage
from jazz.convert.reading import to_value
from jazz.convert.showing import FORMS, from_value

__all__ = ["FORMS", "MissingPackage", "from_value", "to_value"]
