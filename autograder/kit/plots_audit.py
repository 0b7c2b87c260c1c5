"""The picture of an audit: what was printed beside what was computed."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from autograder.kit.plots import BLUE, ORANGE, _describe, _new_axes, _refuse_nothing

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def printed_and_computed(claims: Mapping[str, tuple[float, float]], axes: "Axes | None" = None) -> "Axes":
    """Show two bars for each claim: the printed number and the computed one.

    The numbers of different claims are of very different size, so each pair has a scale of its own, on which the
    larger of the two has the length 1; the numbers themselves stand beside the bars.

    Parameters
    ----------
    claims : {claim: (printed, computed)}
    axes : matplotlib Axes, optional
    """
    _refuse_nothing("claims", claims)
    axes = _new_axes(axes, 8.4, 1.0 + 0.46 * len(claims))
    for column, (name, colour) in enumerate((("printed", ORANGE), ("computed", BLUE))):
        numbers = [pair[column] for pair in claims.values()]
        lengths = [
            number / (max(map(abs, pair)) or 1) for number, pair in zip(numbers, claims.values(), strict=True)
        ]
        places = [row + 0.38 * (column - 0.5) for row in range(len(claims))]
        axes.barh(places, lengths, height=0.36, color=colour, label=name)
        for place, length, number in zip(places, lengths, numbers, strict=True):
            axes.annotate(
                f"{number:.6g}",
                (max(length, 0), place),
                (4, 0),
                textcoords="offset points",
                va="center",
                fontsize=8,
            )
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_yticks(range(len(claims)), list(claims))
    axes.set_xticks([])
    axes.set_xlim(min(axes.get_xlim()[0], 0), 1.2)  # room for the numbers
    axes.invert_yaxis()
    _describe(axes, "What was printed, and what comes out", "each pair on a scale of its own")
    axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.05), ncols=2)
    return axes
