"""Tables of pandas: DataFrame, Series and Index as columns of plain values."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.values.kinds import Foreign

WORDS = {
    "pandas.DataFrame": "a DataFrame",
    "pandas.Series": "a Series",
    "pandas.Index": "an Index",
    "pandas.MultiIndex": "a MultiIndex",
    "pandas.Categorical": "a Categorical",
    "pandas.NA": "a missing value (pandas.NA)",
    "pandas.Timestamp": "a Timestamp",
}


def taken_apart(value: Any) -> Foreign | None:
    """Return the parts of a table, a column or an index; columns are called `['name']`."""
    import pandas as pd

    if isinstance(value, pd.DataFrame):
        columns = {f"[{name!r}]": _column(value.iloc[:, place]) for place, name in enumerate(value.columns)}
        if len(columns) < len(value.columns):  # two columns of one name
            columns = {f".iloc[:, {place}]": _column(value.iloc[:, place]) for place in range(value.shape[1])}
        parts = {"columns": _index(value.columns), "index": _index(value.index), **columns}
        return Foreign("pandas.DataFrame", None, parts)
    if isinstance(value, pd.Series):
        parts = {"name": value.name, "index": _index(value.index), "values": _column(value)}
        return Foreign("pandas.Series", None, parts)
    if isinstance(value, pd.Index):
        return _index(value)
    if isinstance(value, pd.Timestamp) and value.tz is None:
        return Foreign("pandas.Timestamp", None, {"value": value.to_datetime64()})
    if isinstance(value, pd.Categorical):
        return _categorical(value)
    return Foreign("pandas.NA", None, {}) if value is pd.NA else None


def made(value: Foreign) -> Any:
    """Return the table, column or index of these parts."""
    import pandas as pd

    assert value.parts is not None
    parts = value.parts
    match value.type_name:
        case "pandas.DataFrame":
            columns = [_made_column(it) for name, it in parts.items() if name not in ("columns", "index")]
            index = _made_column(parts["index"])
            series = dict(enumerate(pd.Series(it, index=index) for it in columns))
            table = pd.DataFrame(series, index=index)
            table.columns = _made_column(parts["columns"])
            return table
        case "pandas.Series":
            index = _made_column(parts["index"])
            return pd.Series(_made_column(parts["values"]), index=index, name=parts["name"])
        case "pandas.NA":
            return pd.NA
        case "pandas.Timestamp":
            return pd.Timestamp(parts["value"])
    return _made_column(value)


def numbers_in(value: Foreign) -> np.ndarray | None:
    """Return the numbers of a column, or of a table that holds nothing else."""
    assert value.parts is not None
    if value.type_name == "pandas.DataFrame":
        columns = [it for name, it in value.parts.items() if name not in ("columns", "index")]
        return np.column_stack(columns) if columns and all(map(_is_numeric, columns)) else None
    values = value.parts.get("values")
    return values if _is_numeric(values) else None


def _is_numeric(column: Any) -> bool:
    return isinstance(column, np.ndarray) and column.dtype.kind in "fiub"


def _index(index: Any) -> Foreign:
    import pandas as pd

    if isinstance(index, pd.MultiIndex):
        levels = [_column(index.get_level_values(level)) for level in range(index.nlevels)]
        return Foreign("pandas.MultiIndex", None, {"names": list(index.names), "levels": levels})
    return Foreign("pandas.Index", None, {"name": index.name, "values": _column(index)})


def _column(column: Any) -> Any:
    """Return a column's numbers, truth values or dates as an array, others as a list with None for what is missing."""
    import pandas as pd

    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _categorical(column.array)
    if isinstance(dtype, np.dtype) and dtype.kind in "fiubcMm":
        return np.array(column.to_numpy())
    missing = np.asarray(pd.isna(column))
    if dtype.kind in "fiub" and not missing.any():  # numbers that might have been missing
        return np.asarray(column.to_numpy(dtype=getattr(dtype, "numpy_dtype", None)))
    return [None if lost else it for it, lost in zip(column.tolist(), missing, strict=True)]


def _categorical(values: Any) -> Foreign:
    parts = {
        "codes": np.array(values.codes, dtype=np.int64),
        "categories": _column(values.categories),
        "ordered": bool(values.ordered),
    }
    return Foreign("pandas.Categorical", None, parts)


def _made_column(values: Any) -> Any:
    import pandas as pd

    if not isinstance(values, Foreign) or values.parts is None:
        return values.copy() if isinstance(values, np.ndarray) else values
    parts = values.parts
    if values.type_name == "pandas.MultiIndex":
        return pd.MultiIndex.from_arrays(list(map(_made_column, parts["levels"])), names=parts["names"])
    if values.type_name == "pandas.Categorical":
        categories = _made_column(parts["categories"])
        return pd.Categorical.from_codes(parts["codes"], categories, ordered=parts["ordered"])
    return pd.Index(_made_column(parts["values"]), name=parts["name"])
