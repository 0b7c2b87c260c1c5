"""Tables of pandas: DataFrame, Series and Index as columns of plain values."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from autograder.values.kinds import Foreign, TooLargeError

MOST_ROWS = 1 << 17
"""Of a table that is made again of what student code sent: keys can be chosen so that pandas takes the square of
their number to look them up."""
_DTYPES = re.compile(r"object|str|string|boolean|U?Int(8|16|32|64)|Float(32|64)")
"""Those that are said beside a column: NumPy's own need no word, and of others only the values cross."""
_WITH_NAN = "object nan"
"""Says of a column of objects that what is missing in it is NaN, and not None."""
_FREQUENCY = re.compile(r"-?\d{0,4}[A-Za-z]{1,4}(-[A-Za-z]{3})?")
_CELLS = (
    type(None),
    bool,
    int,
    float,
    complex,
    str,
    bytes,
    np.number,
    np.bool_,
    np.datetime64,
    np.timedelta64,
)

WORDS = {
    "pandas.DataFrame": "a DataFrame",
    "pandas.Series": "a Series",
    "pandas.Index": "an Index",
    "pandas.MultiIndex": "a MultiIndex",
    "pandas.Categorical": "a Categorical",
    "pandas.NA": "a missing value (pandas.NA)",
    "pandas.Timestamp": "a Timestamp",
    "pandas.Timedelta": "a Timedelta",
    "pandas.Interval": "an Interval",
}


def taken_apart(value: Any) -> Foreign | None:
    """Return the parts of a table, a column or an index; columns are called `['name']`."""
    import pandas as pd

    if isinstance(value, pd.DataFrame):
        names = [f"[{name!r}]" for name in value.columns]
        if len(set(names)) < len(names):  # two columns of one name
            names = [f".iloc[:, {place}]" for place in range(len(names))]
        columns = {name: value.iloc[:, place] for place, name in enumerate(names)}
        parts = {"columns": _index(value.columns), "index": _index(value.index)}
        parts |= {name: _column(it) for name, it in columns.items()}
        return Foreign("pandas.DataFrame", None, parts, _dtypes(columns))
    if isinstance(value, pd.Series):
        parts = {"name": value.name, "index": _index(value.index), "values": _column(value)}
        return Foreign("pandas.Series", None, parts, _dtypes({"values": value}))
    if isinstance(value, pd.Index):
        return _index(value)
    if isinstance(value, pd.Timestamp) and value.tz is None:
        return Foreign("pandas.Timestamp", None, {"value": value.to_datetime64()})
    if isinstance(value, pd.Timedelta):
        return Foreign("pandas.Timedelta", None, {"value": value.to_timedelta64()})
    if isinstance(value, pd.Categorical):
        return _categorical(value)
    if isinstance(value, pd.Interval):
        ends = {"left": _cell(value.left), "right": _cell(value.right)}
        return Foreign("pandas.Interval", None, {**ends, "closed": value.closed})
    return Foreign("pandas.NA", None, {}) if value is pd.NA else None


def made(value: Foreign) -> Any:
    """Return the table, column or index of these parts."""
    import pandas as pd

    assert value.parts is not None
    parts = value.parts
    match value.type_name:
        case "pandas.DataFrame":
            index = _made_column(parts["index"])
            columns = [name for name in parts if name not in ("columns", "index")]
            series = [_made_series(parts[name], index, value.to_rebuild.get(name)) for name in columns]
            table = pd.DataFrame(dict(enumerate(series)), index=index)
            table.columns = _made_column(parts["columns"])
            return table
        case "pandas.Series":
            index = _made_column(parts["index"])
            return _made_series(parts["values"], index, value.to_rebuild.get("values")).rename(parts["name"])
        case "pandas.NA":
            return pd.NA
        case "pandas.Timestamp":
            return pd.Timestamp(parts["value"])
        case "pandas.Timedelta":
            return pd.Timedelta(parts["value"])
        case "pandas.Interval":
            return pd.Interval(_made_column(parts["left"]), _made_column(parts["right"]), parts["closed"])
    return _made_column(value)


def require_sound(value: Foreign) -> None:
    """Raise unless a table can be made of these parts, which student code may have made up, and is not too long.

    Raises
    ------
    ValueError
        If it cannot, or is.
    TypeError, LookupError
        If a part is missing or of an unknown kind.
    """
    assert value.parts is not None
    parts, counts = value.parts, set[int]()
    match value.type_name:
        case "pandas.DataFrame":
            columns = [it for name, it in parts.items() if name not in ("columns", "index")]
            counts = {_length(it) for it in (parts["index"], *columns)}
            if _length(parts["columns"]) != len(columns):
                raise ValueError("there is not a name for each column")
        case "pandas.Series":
            _require_cell(parts["name"])
            counts = {_length(parts["index"]), _length(parts["values"])}
        case "pandas.Index" | "pandas.MultiIndex" | "pandas.Categorical":
            counts = {_length(value)}
        case _:
            _require_cell(value)
    if len(counts) > 1:
        raise ValueError("columns differ in length")
    if max(counts, default=0) > MOST_ROWS:
        raise TooLargeError(f"a table may have {MOST_ROWS:,} rows")


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
        levels = {str(level): index.get_level_values(level) for level in range(index.nlevels)}
        parts = {"names": list(index.names), "levels": [_column(it) for it in levels.values()]}
        return Foreign("pandas.MultiIndex", None, parts, _dtypes(levels))
    to_rebuild = _dtypes({"values": index})
    if isinstance(index, pd.RangeIndex):
        to_rebuild["kind"] = "range"
    if isinstance(index, (pd.DatetimeIndex, pd.TimedeltaIndex)) and index.freqstr:
        to_rebuild["freq"] = index.freqstr
    return Foreign("pandas.Index", None, {"name": index.name, "values": _column(index)}, to_rebuild)


def _dtypes(columns: dict[str, Any]) -> dict[str, str]:
    """Return the dtypes of columns whose values do not say them."""
    found = {name: str(it.dtype) for name, it in columns.items()}
    found |= {
        name: _WITH_NAN for name, it in columns.items() if found[name] == "object" and _has_only_nan(it)
    }
    return {name: dtype for name, dtype in found.items() if _DTYPES.fullmatch(dtype) or dtype == _WITH_NAN}


def _has_only_nan(column: Any) -> bool:
    """Return whether what is missing in a column of objects is NaN everywhere."""
    values = column.tolist()
    return not any(it is None for it in values) and any(type(it) is float and math.isnan(it) for it in values)


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
    return [None if lost else _cell(it) for it, lost in zip(column.tolist(), missing, strict=True)]


def _cell(value: Any) -> Any:
    return value if type(value) in _CELLS else taken_apart(value) or value


def _categorical(values: Any) -> Foreign:
    parts = {
        "codes": np.array(values.codes, dtype=np.int64),
        "categories": _column(values.categories),
        "ordered": bool(values.ordered),
    }
    return Foreign("pandas.Categorical", None, parts, _dtypes({"categories": values.categories}))


def _made_series(values: Any, index: Any, dtype: str | None) -> Any:
    import pandas as pd

    if dtype == _WITH_NAN and isinstance(values, list):
        values = [math.nan if it is None else it for it in values]
    return pd.Series(_made_column(values), index=index, dtype=_known(dtype))


def _made_column(values: Any) -> Any:
    """Return the values of a column or an index, or a single one, in pandas' own types."""
    import pandas as pd

    if isinstance(values, list):
        return list(map(_made_column, values))
    if not isinstance(values, Foreign) or values.parts is None:
        return values.copy() if isinstance(values, np.ndarray) else values
    parts, to_rebuild = values.parts, values.to_rebuild
    match values.type_name:
        case "pandas.MultiIndex":
            levels = [
                pd.Index(_made_column(it), dtype=_known(to_rebuild.get(str(level))))
                for level, it in enumerate(parts["levels"])
            ]
            return pd.MultiIndex.from_arrays(levels, names=parts["names"])
        case "pandas.Categorical":
            categories = pd.Index(
                _made_column(parts["categories"]), dtype=_known(to_rebuild.get("categories"))
            )
            return pd.Categorical.from_codes(parts["codes"], categories, ordered=parts["ordered"])
        case "pandas.Index":
            return _made_index(_made_column(parts["values"]), parts["name"], to_rebuild)
    return made(values)


def _made_index(values: Any, name: Any, to_rebuild: Mapping[str, str]) -> Any:
    import pandas as pd

    if to_rebuild.get("kind") == "range" and isinstance(values, np.ndarray) and values.dtype.kind in "iu":
        first = int(values[0]) if len(values) else 0
        step = int(values[1]) - first if len(values) > 1 else 1
        if np.array_equal(values, first + step * np.arange(len(values))) and step:
            return pd.RangeIndex(first, first + step * len(values), step, name=name)
    freq = to_rebuild.get("freq", "")
    if _FREQUENCY.fullmatch(freq) and isinstance(values, np.ndarray):
        kind = pd.TimedeltaIndex if values.dtype.kind == "m" else pd.DatetimeIndex
        return kind(values, freq=freq, name=name)
    return pd.Index(values, dtype=_known(to_rebuild.get("values")), name=name)


def _known(dtype: str | None) -> str | None:
    dtype = (dtype or "").removesuffix(" nan")
    return dtype if _DTYPES.fullmatch(dtype) else None


def _length(values: Any) -> int:
    """Return how many rows a column or an index has, or raise if it cannot be made of what it holds."""
    if isinstance(values, np.ndarray) and values.ndim == 1 and values.dtype.kind in "fiubcMm":
        return len(values)
    if isinstance(values, list):
        for it in values:
            _require_cell(it)
        return len(values)
    if not isinstance(values, Foreign) or values.parts is None:
        raise TypeError("a column is no array and no list")
    match values.type_name:
        case "pandas.Index":
            _require_cell(values.parts["name"])
            return _length(values.parts["values"])
        case "pandas.MultiIndex":
            _require_cell(values.parts["names"])
            counts = {_length(it) for it in values.parts["levels"]}
            if len(counts) != 1 or len(values.parts["names"]) != len(values.parts["levels"]):
                raise ValueError("levels differ in length")
            return counts.pop()
        case "pandas.Categorical":
            codes = values.parts["codes"]
            _length(values.parts["categories"])
            if not isinstance(codes, np.ndarray) or codes.dtype != np.int64 or codes.ndim != 1:
                raise TypeError("the codes of a Categorical are no integers")
            if not isinstance(values.parts["ordered"], bool):
                raise TypeError("whether a Categorical is ordered is not said")
            return len(codes)
    raise TypeError("a column is of an unknown kind")


def _require_cell(value: Any) -> None:
    if isinstance(value, Foreign) and value.parts is not None:
        match value.type_name:
            case "pandas.NA":
                return
            case "pandas.Timestamp" if isinstance(value.parts["value"], np.datetime64):
                return
            case "pandas.Timedelta" if isinstance(value.parts["value"], np.timedelta64):
                return
            case "pandas.Interval":
                _require_cell(value.parts["left"])
                _require_cell(value.parts["right"])
                _require_cell(value.parts["closed"])
                return
    elif isinstance(value, (list, tuple, set, frozenset)):
        for it in value:
            _require_cell(it)
        return
    elif isinstance(value, dict):
        for it in (*value, *value.values()):
            _require_cell(it)
        return
    elif isinstance(value, _CELLS) or (isinstance(value, np.ndarray) and value.dtype.kind in "fiubcMm"):
        return
    raise TypeError("a table holds something else than numbers, texts, dates and lists of them")
