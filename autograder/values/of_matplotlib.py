"""Figures and axes of Matplotlib: what they show, as plain parts. Nothing is ever rendered of what came.

A test looks at them as at its own: lines and their numbers, bars, points, images and texts; labels, limits, scales,
ticks and legends. Colours, widths and markers are made again, and not compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.values.kinds import Foreign, TooLargeError

PRELOADED = ("matplotlib.pyplot",)
MOST_ARTISTS = 4096
"""In one picture that is made again of what student code sent; each takes some ten microseconds."""
WORDS = {
    "matplotlib.Figure": "a figure",
    "matplotlib.Axes": "axes",
    "matplotlib.Line2D": "a line",
    "matplotlib.Rectangle": "a rectangle",
    "matplotlib.Polygon": "a patch",
    "matplotlib.PathCollection": "points",
    "matplotlib.Collection": "a collection",
    "matplotlib.AxesImage": "an image",
    "matplotlib.Text": "a text",
}
_SCALES = ("linear", "log", "symlog", "logit")
_DASHES = ("-", "--", "-.", ":", "None")
_HELD = ("lines", "patches", "collections", "images", "texts")


def taken_apart(value: Any) -> Foreign | None:
    """Return what a figure, axes or an artist in them show."""
    # Where Matplotlib is not offered, what stands in for it has other classes.
    if not any((it.__module__, it.__name__) == ("matplotlib.artist", "Artist") for it in type(value).__mro__):
        return None
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    if isinstance(value, Figure):
        size = tuple(map(float, value.get_size_inches()))
        axes = [_axes(it) for it in value.axes]
        return Foreign("matplotlib.Figure", None, {"title": value.get_suptitle(), "axes": axes, "size": size})
    if isinstance(value, Axes):
        return _axes(value)
    return _artist(value)


def made(value: Foreign) -> Any:
    """Return a figure, axes in a figure of their own, or an artist of these parts."""
    from matplotlib.figure import Figure

    assert value.parts is not None
    if value.type_name == "matplotlib.Figure":
        figure = Figure(figsize=value.parts["size"])
        if value.parts["title"]:
            figure.suptitle(value.parts["title"])
        for axes in value.parts["axes"]:
            _make_axes(figure, axes)
        return figure
    return _make_axes(Figure(), value) if value.type_name == "matplotlib.Axes" else _made_artist(value)


def require_sound(value: Foreign) -> None:
    """Raise unless a picture can be made of these parts, which student code may have made up.

    Raises
    ------
    ValueError
        If it cannot, or has too many artists.
    TypeError, LookupError
        If a part is missing or of an unknown kind.
    """
    artists = _require_sound(value)
    if artists > MOST_ARTISTS:
        raise TooLargeError(f"a picture may have {MOST_ARTISTS:,} lines, patches and texts")


def numbers_in(value: Foreign) -> np.ndarray | None:
    """Return None: no array would do as well as a picture."""
    return None


# --- taken apart ----------------------------------------------------------------------------------------


def _axes(axes: Any) -> Foreign:
    legend = axes.get_legend()
    parts: dict[str, Any] = {
        "title": axes.get_title(),
        "xlabel": axes.get_xlabel(),
        "ylabel": axes.get_ylabel(),
        "xlim": tuple(map(float, axes.get_xlim())),
        "ylim": tuple(map(float, axes.get_ylim())),
        "xscale": axes.get_xscale(),
        "yscale": axes.get_yscale(),
        "xticks": _ticks(axes.xaxis),
        "yticks": _ticks(axes.yaxis),
        "legend": None if legend is None else [it.get_text() for it in legend.get_texts()],
    }
    for name in _HELD:
        parts[name] = [it for it in map(_artist, getattr(axes, name)) if it is not None]
    bounds = " ".join(f"{float(it):.6g}" for it in axes.get_position().bounds)
    return Foreign("matplotlib.Axes", None, parts, {"bounds": bounds})


def _ticks(axis: Any) -> list[tuple[float, str]] | None:
    """Return the places and texts of ticks that somebody has set, or categories; None where the limits decide."""
    from matplotlib.category import StrCategoryLocator
    from matplotlib.ticker import FixedLocator

    if not isinstance(axis.get_major_locator(), (FixedLocator, StrCategoryLocator)):
        return None
    places = [float(it) for it in axis.get_majorticklocs()]
    texts = map(str, axis.get_major_formatter().format_ticks(places))
    return list(zip(places, texts, strict=True))


def _artist(artist: Any) -> Foreign | None:
    from matplotlib.collections import Collection, PathCollection
    from matplotlib.image import AxesImage
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch, Rectangle
    from matplotlib.text import Text

    label, parts = str(artist.get_label()), dict[str, Any]()
    match artist:
        case Line2D():
            style = {
                "color": _color(artist.get_color()),
                "linestyle": str(artist.get_linestyle()),
                "linewidth": f"{artist.get_linewidth():.6g}",
                "marker": str(artist.get_marker()),
            }
            parts = {"x": _numbers(artist.get_xdata(orig=False)), "y": _numbers(artist.get_ydata(orig=False))}
            return Foreign("matplotlib.Line2D", None, {**parts, "label": label}, style)
        case Rectangle():
            bounds = (*artist.get_xy(), artist.get_width(), artist.get_height())
            parts = {"bounds": tuple(map(float, bounds)), "label": label}
            return Foreign("matplotlib.Rectangle", None, parts, {"color": _hex(artist.get_facecolor())})
        case Patch():
            corners = artist.get_patch_transform().transform(artist.get_path().vertices)
            parts = {"corners": _numbers(corners), "label": label}
            return Foreign("matplotlib.Polygon", None, parts, {"color": _hex(artist.get_facecolor())})
        case PathCollection():
            parts = {"offsets": _numbers(artist.get_offsets()), "sizes": _numbers(artist.get_sizes())}
            return Foreign("matplotlib.PathCollection", None, {**parts, "label": label})
        case Collection():
            paths = [_numbers(it.vertices) for it in artist.get_paths()]
            return Foreign("matplotlib.Collection", None, {"paths": paths, "label": label})
        case AxesImage():
            extent = tuple(map(float, artist.get_extent()))
            return Foreign(
                "matplotlib.AxesImage", None, {"array": _numbers(artist.get_array()), "extent": extent}
            )
        case Text():
            parts = {"text": artist.get_text(), "place": tuple(map(float, artist.get_unitless_position()))}
            return Foreign("matplotlib.Text", None, parts)
    return None


def _numbers(values: Any) -> np.ndarray:
    """Return plain numbers of their kind, with NaN for what is masked."""
    array: Any = np.ma.asarray([] if values is None else values)
    if array.dtype.kind not in "iuf" or np.ma.is_masked(array):
        array = array.astype(float)
    return np.array(array.filled(np.nan) if array.dtype.kind == "f" else array.data)


def _color(color: Any) -> str:
    return color if isinstance(color, str) else _hex(color)


def _hex(color: Any) -> str:
    from matplotlib.colors import to_hex

    return str(to_hex(color, keep_alpha=True))


# --- made again -----------------------------------------------------------------------------------------


def _make_axes(figure: Any, value: Foreign) -> Any:
    assert value.parts is not None
    parts = value.parts
    bounds = value.to_rebuild.get("bounds", "").split()
    axes = figure.add_axes(tuple(map(float, bounds)) if len(bounds) == 4 else (0.125, 0.11, 0.775, 0.77))
    adders = (axes.add_line, axes.add_patch, axes.add_collection, axes.add_image, axes.add_artist)
    for name, add in zip(_HELD, adders, strict=True):
        for held in parts[name]:
            add(_made_artist(held, axes))
    for axis, which in ((axes.xaxis, "x"), (axes.yaxis, "y")):
        getattr(axes, f"set_{which}scale")(parts[f"{which}scale"])
        if parts[f"{which}ticks"] is not None:
            axis.set_ticks(
                [place for place, _ in parts[f"{which}ticks"]],
                labels=[it for _, it in parts[f"{which}ticks"]],
            )
        getattr(axes, f"set_{which}lim")(*parts[f"{which}lim"])
    axes.set(title=parts["title"], xlabel=parts["xlabel"], ylabel=parts["ylabel"])
    if parts["legend"] is not None:
        from matplotlib.lines import Line2D

        axes.legend(handles=[Line2D([], [], label=it) for it in parts["legend"]], labels=parts["legend"])
    return axes


def _made_artist(value: Foreign, axes: Any = None) -> Any:
    from matplotlib import collections, image, lines, patches, text
    from matplotlib.path import Path

    assert value.parts is not None
    parts, style = value.parts, value.to_rebuild
    dashes: Any = style.get("linestyle", "-")
    color = style.get("color", "#000000ff")
    match value.type_name:
        case "matplotlib.Line2D":
            marker = style.get("marker", "None")
            return lines.Line2D(
                parts["x"].copy(),
                parts["y"].copy(),
                label=parts["label"],
                color=color,
                linestyle=dashes if dashes in _DASHES else "-",
                linewidth=float(style.get("linewidth", "1.5")),
                marker=marker if marker in lines.Line2D.markers else "None",
            )
        case "matplotlib.Rectangle":
            x, y, width, height = parts["bounds"]
            return patches.Rectangle((x, y), width, height, facecolor=color, label=parts["label"])
        case "matplotlib.Polygon":
            return patches.PathPatch(Path(parts["corners"].copy()), facecolor=color, label=parts["label"])
        case "matplotlib.PathCollection":
            points = collections.PathCollection(
                [], sizes=parts["sizes"].copy(), offsets=parts["offsets"].copy(), label=parts["label"]
            )
            if axes is not None:
                points.set_offset_transform(axes.transData)
            return points
        case "matplotlib.Collection":
            paths = [it.copy() for it in parts["paths"]]
            return collections.PolyCollection(paths, closed=False, label=parts["label"])
        case "matplotlib.AxesImage":
            picture = image.AxesImage(axes or _make_bare_axes(), extent=parts["extent"])
            picture.set_data(parts["array"].copy())
            return picture
        case "matplotlib.Text":
            return text.Text(parts["place"][0], parts["place"][1], parts["text"])
    raise ValueError(f"{value.type_name} is no part of a picture")


def _make_bare_axes() -> Any:
    from matplotlib.figure import Figure

    return Figure().add_subplot()


# --- whether something can be made of parts -------------------------------------------------------------


def _require_sound(value: Any) -> int:
    """Return how many artists there are."""
    if type(value) is not Foreign or value.parts is None:
        raise TypeError("it is no picture")
    parts = value.parts
    if value.type_name == "matplotlib.Figure":
        _require(_is_text, parts["title"])
        _require(_are_numbers(2, least=0.01), parts["size"])
        return sum(_require_sound(it) for it in _listed(parts["axes"], "matplotlib.Axes")) + len(
            parts["axes"]
        )
    if value.type_name != "matplotlib.Axes":
        for name, sound in _SOUND[value.type_name].items():
            _require(sound, parts[name])
        if value.type_name == "matplotlib.Line2D" and len(parts["x"]) != len(parts["y"]):
            raise ValueError("a line has more numbers along one axis")
        return 1 + len(parts.get("paths", ()))
    for name in ("title", "xlabel", "ylabel"):
        _require(_is_text, parts[name])
    ticks = 0
    for which in "xy":
        _require(_are_numbers(2), parts[f"{which}lim"])
        _require(_SCALES.__contains__, parts[f"{which}scale"])
        for tick in parts[f"{which}ticks"] or ():
            place, text = tick
            _require(_is_number, place)
            _require(_is_text, text)
            ticks += 1
    shown = _listed(parts["legend"] or [])
    for text in shown:
        _require(_is_text, text)
    held = [it for name in _HELD for it in _listed(parts[name])]
    if any(type(it) is not Foreign or it.type_name not in _SOUND for it in held):
        raise TypeError("axes hold something unknown")
    return len(shown) + ticks + sum(_require_sound(it) for it in held)


def _require(sound: Callable[[Any], bool], part: Any) -> None:
    if not sound(part):
        raise ValueError("a part of the picture is of another kind")


def _listed(part: Any, type_name: str = "") -> list[Any]:
    if type(part) is not list or (
        type_name and any(type(it) is not Foreign or it.type_name != type_name for it in part)
    ):
        raise TypeError("what a picture holds is no list of it")
    return part


def _is_text(part: Any) -> bool:
    return type(part) is str and len(part) <= 10_000


def _is_number(part: Any) -> bool:
    return type(part) in (int, float) and abs(part) < 1e300


def _are_numbers(count: int, least: float = -1e300) -> Callable[[Any], bool]:
    def sound(part: Any) -> bool:
        return (
            type(part) is tuple and len(part) == count and all(_is_number(it) and it >= least for it in part)
        )

    return sound


def _is_array(*shapes: tuple[int | None, ...]) -> Callable[[Any], bool]:
    def sound(part: Any) -> bool:
        return (
            type(part) is np.ndarray
            and part.dtype.kind in "iuf"
            and any(
                len(shape) == part.ndim
                and all(wanted in (None, it) for wanted, it in zip(shape, part.shape, strict=True))
                for shape in shapes
            )
        )

    return sound


def _are_paths(part: Any) -> bool:
    return type(part) is list and all(map(_is_array((None, 2)), part))


_SOUND: Mapping[str, Mapping[str, Callable[[Any], bool]]] = {
    "matplotlib.Line2D": {"x": _is_array((None,)), "y": _is_array((None,)), "label": _is_text},
    "matplotlib.Rectangle": {"bounds": _are_numbers(4), "label": _is_text},
    "matplotlib.Polygon": {"corners": _is_array((None, 2)), "label": _is_text},
    "matplotlib.PathCollection": {
        "offsets": _is_array((None, 2)),
        "sizes": _is_array((None,)),
        "label": _is_text,
    },
    "matplotlib.Collection": {"paths": _are_paths, "label": _is_text},
    "matplotlib.AxesImage": {
        "array": _is_array((None, None), (None, None, 3), (None, None, 4)),
        "extent": _are_numbers(4),
    },
    "matplotlib.Text": {"text": _is_text, "place": _are_numbers(2)},
}
