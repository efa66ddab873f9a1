"""A sheet to draw on in points, and the picture that it becomes.

matplotlib is imported when the first picture is drawn: a notebook that draws none starts faster.
"""

from __future__ import annotations

import base64
import html
import io
from dataclasses import dataclass
from functools import cache
from typing import Any

# After Okabe and Ito, darkened for contrast: told apart with any colour vision. Shapes repeat what they say.
BLUE, ORANGE, PURPLE = "#0072B2", "#B87A00", "#A8326F"
INK, QUIET, LINE, PAPER = "#1A1A1A", "#5F6368", "#B8BCC2", "#FFFFFF"
TINTS = {BLUE: "#E3F0F9", ORANGE: "#FCF0D9", PURPLE: "#F9E6F0"}
MONO, SANS = "DejaVu Sans Mono", "DejaVu Sans"
MARGIN = 14.0


@dataclass(frozen=True)
class Picture:
    """A picture with a text that says the same: shown where there is HTML, printed where there is none."""

    png: bytes
    width: float
    title: str
    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        data = base64.b64encode(self.png).decode("ascii")
        alternative = html.escape(f"{self.title}\n{self.text}", quote=True)
        style = f"width: {self.width:.0f}px; max-width: 100%"
        return f'<img src="data:image/png;base64,{data}" alt="{alternative}" style="{style}">'


def show(picture: Picture) -> None:
    """Display a picture in a notebook; print its text anywhere else."""
    from IPython.display import display

    display(picture)  # type: ignore[no-untyped-call]


@cache
def width_of(text: str, size: float, family: str = MONO, weight: str = "normal") -> float:
    """Width of a line of text, in points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextToPath

    font = FontProperties(family=family, size=size, weight=weight)
    return float(TextToPath().get_text_width_height_descent(text, font, ismath=False)[0])


class Sheet:
    """A white sheet; 1 unit is 1 point, the origin is at the top left, y grows downwards."""

    def __init__(self, width: float, height: float) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.width, self.height = width + 2 * MARGIN, height + 2 * MARGIN
        self.figure = Figure(figsize=(self.width / 72, self.height / 72), facecolor=PAPER)
        FigureCanvasAgg(self.figure)
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set_axis_off()
        self.axes.set_xlim(-MARGIN, width + MARGIN)
        self.axes.set_ylim(height + MARGIN, -MARGIN)

    def write(self, x: float, y: float, text: str, size: float = 10, **looks: Any) -> None:
        """A line of text whose left end is at x and whose middle is at y; `looks` are matplotlib's."""
        chosen: dict[str, Any] = {
            "family": MONO,
            "color": INK,
            "va": "center_baseline",
            "parse_math": False,
        } | looks
        self.axes.text(x, y, text, fontsize=size, **chosen)

    def line(self, xs: list[float], ys: list[float], color: str = LINE, **looks: Any) -> None:
        """A line through points."""
        chosen: dict[str, Any] = {"linewidth": 1.2, "solid_capstyle": "round"} | looks
        self.axes.plot(xs, ys, color=color, **chosen)

    def arrow(self, start: float, end: float, y: float, color: str) -> None:
        """A level arrow."""
        looks = {"arrowstyle": "-|>,head_width=0.22,head_length=0.5", "color": color, "linewidth": 1.4}
        self.axes.annotate("", (end, y), (start, y), arrowprops=looks | {"shrinkA": 0, "shrinkB": 0})

    def chip(
        self, x: float, y: float, text: str, color: str, *, round_ends: bool, dashed: bool = False
    ) -> None:
        """A small box with text, its left end at x and its middle at y; `chip_width` tells its width."""
        from matplotlib.patches import FancyBboxPatch

        height = 17.0
        style = f"round,pad=0,rounding_size={height / 2 if round_ends else 3}"
        box = FancyBboxPatch(
            (x, y - height / 2),
            chip_width(text),
            height,
            boxstyle=style,
            facecolor=TINTS[color],
            edgecolor=color,
            linewidth=1.1,
            linestyle=(0, (3, 2)) if dashed else "solid",
        )
        self.axes.add_patch(box)
        self.write(x + chip_width(text) / 2, y, text, 8.5, ha="center")

    def picture(self, title: str, text: str) -> Picture:
        """The finished picture, drawn sharp enough for screens of twice the usual density."""
        written = io.BytesIO()
        self.figure.savefig(written, format="png", dpi=192, facecolor=PAPER)
        return Picture(written.getvalue(), self.width * 96 / 72, title, text)


def chip_width(text: str) -> float:
    """Width of the box that `Sheet.chip` draws around a text, in points."""
    return width_of(text, 8.5) + 16
