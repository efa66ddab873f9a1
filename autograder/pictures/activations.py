"""Pictures of activations and dropout: curves, slopes that multiply, dropped numbers, shared memory.

Slopes are difference quotients in double precision: near enough to draw, and nothing to compute with.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from autograder.pictures.canvas import (
    BLUE,
    INK,
    LINE,
    ORANGE,
    PAPER,
    PURPLE,
    QUIET,
    SANS,
    TINTS,
    Picture,
    Sheet,
    show,
    width_of,
)

Activation = Callable[[Tensor], Tensor]

PANEL_WIDTH, PANEL_HEIGHT, PANEL_GAP, PANELS_IN_A_ROW = 150.0, 112.0, 26.0, 4
REACH, LOWEST, HIGHEST = 5.0, -1.3, 2.3
FLAT = 0.05
CELL_WIDTH, CELL_HEIGHT, CELL_GAP = 44.0, 24.0, 4.0
CELLS_SHOWN = 10
CALLS = 2000


@dataclass(frozen=True)
class Panel:
    """A rectangle of the sheet in coordinates of its own: x from `x0` to `x1`, y upwards from `y0` to `y1`."""

    left: float
    top: float
    width: float
    height: float
    x0: float
    x1: float
    y0: float
    y1: float

    def across(self, x: float) -> float:
        """Where x lies on the sheet."""
        return self.left + (x - self.x0) / (self.x1 - self.x0) * self.width

    def down(self, y: float) -> float:
        """Where y lies on the sheet."""
        return self.top + (self.y1 - y) / (self.y1 - self.y0) * self.height

    def curve(
        self, sheet: Sheet, xs: Sequence[float], ys: Sequence[float], color: str, **looks: object
    ) -> None:
        """A line through points; what lies above or below the panel is left out."""
        inside = [y if self.y0 <= y <= self.y1 else math.nan for y in ys]
        sheet.line([self.across(x) for x in xs], [self.down(y) for y in inside], color, **looks)


def name_of(function: Activation) -> str:
    """What to call an activation: a module prints what it is, a function has a name."""
    return repr(function) if isinstance(function, nn.Module) else getattr(function, "__name__", "function")


def values(function: Activation, x: Tensor) -> Tensor:
    """The function at every number of x (n) -> (n); raises ValueError if it returns another shape."""
    with torch.no_grad():
        y = function(x.clone())
    if y.shape != x.shape:
        raise ValueError(
            f"{name_of(function)} gave {tuple(y.shape)} for {tuple(x.shape)}: one number each is needed"
        )
    return y


def slopes(function: Activation, x: Tensor, step: float = 1e-6) -> Tensor:
    """How steep the function is at every number of x (n) -> (n); x is double."""
    return (values(function, x + step) - values(function, x - step)) / (2 * step)


def show_activations(*functions: Activation, slope: bool = False) -> None:
    """Draw activations side by side; with `slope=True` their slopes as well, and where they are flat."""
    show(activations_picture(*functions, slope=slope))


def activations_picture(*functions: Activation, slope: bool = False) -> Picture:
    """Curves of activations from -5 to 5, as a picture with a text that says the same."""
    # An even number of points: none of them is 0, where a kink would have no slope.
    x = torch.linspace(-REACH, REACH, 500, dtype=torch.float64)
    columns = min(len(functions), PANELS_IN_A_ROW)
    rows = math.ceil(len(functions) / PANELS_IN_A_ROW)
    pitch_x, pitch_y = PANEL_WIDTH + PANEL_GAP, PANEL_HEIGHT + 52
    width = max(columns * pitch_x - PANEL_GAP + 14, 380.0 if slope else 0.0)
    sheet = Sheet(width, rows * pitch_y - 10 + (26 if slope else 0))
    lines = []
    for index, function in enumerate(functions):
        row, column = divmod(index, PANELS_IN_A_ROW)
        panel = Panel(
            14 + column * pitch_x,
            20 + row * pitch_y,
            PANEL_WIDTH,
            PANEL_HEIGHT,
            -REACH,
            REACH,
            LOWEST,
            HIGHEST,
        )
        steepness = slopes(function, x) if slope else None
        draw_curves(sheet, panel, name_of(function), x, values(function, x), steepness)
        lines.append(curves_text(function, slope))
    if slope:
        draw_curves_legend(sheet, rows * pitch_y + 2)
    return sheet.picture("Activations:", "\n".join(lines))


def draw_curves(
    sheet: Sheet, panel: Panel, name: str, x: Tensor, y: Tensor, steepness: Tensor | None
) -> None:
    """One activation: its curve, and its slope with the flat stretches shaded if `steepness` is given."""
    size = 9.5 * min(1.0, (PANEL_WIDTH - 8) / width_of(name, 9.5, weight="bold"))
    sheet.write(panel.left, panel.top - 12, name, size, weight="bold")
    if steepness is not None:
        for start, end in flat_stretches(x, steepness):
            shade(sheet, panel, start, end)
    draw_frame(sheet, panel)
    points = x.tolist()
    if steepness is not None:
        panel.curve(sheet, points, steepness.tolist(), ORANGE, linewidth=1.7, linestyle=(0, (4, 2)))
    panel.curve(sheet, points, y.tolist(), BLUE, linewidth=2.2)


def flat_stretches(x: Tensor, steepness: Tensor) -> list[tuple[float, float]]:
    """From where to where the slope is nearly nothing."""
    stretches: list[tuple[float, float]] = []
    before = False
    for place, flat in zip(x.tolist(), (steepness.abs() < FLAT).tolist(), strict=True):
        if flat:
            start = stretches.pop()[0] if before else place
            stretches.append((start, place))
        before = flat
    return stretches


def shade(sheet: Sheet, panel: Panel, start: float, end: float) -> None:
    """A tinted band over the whole height of a panel."""
    left, right = panel.across(start), panel.across(end)
    fill(sheet, left, panel.top, right - left, panel.height, TINTS[PURPLE])


def fill(
    sheet: Sheet,
    x: float,
    y: float,
    width: float,
    height: float,
    color: str,
    edge: str = "none",
    **looks: object,
) -> None:
    """A rectangle with its top left corner at (x, y)."""
    from matplotlib.patches import Rectangle

    # mypy can't match keywords of several types; they are matplotlib's.
    sheet.axes.add_patch(Rectangle((x, y), width, height, facecolor=color, edgecolor=edge, **looks))  # type: ignore[arg-type]


def draw_frame(sheet: Sheet, panel: Panel) -> None:
    """The two axes through 0, faint lines at 1 and -1, and a few numbers."""
    right, bottom = panel.left + panel.width, panel.top + panel.height
    for y in (-1.0, 1.0, 2.0):
        sheet.line([panel.left, right], [panel.down(y)] * 2, LINE, linewidth=0.5, linestyle=(0, (1, 3)))
    for y in (-1, 0, 1, 2):
        sheet.write(panel.left - 4, panel.down(y), str(y), 7.5, family=SANS, color=QUIET, ha="right")
    sheet.line([panel.left, right], [panel.down(0)] * 2, LINE, linewidth=0.9)
    sheet.line([panel.across(0)] * 2, [panel.top, bottom], LINE, linewidth=0.9)
    for x in (-4, 0, 4):
        sheet.write(panel.across(x), bottom + 9, str(x), 7.5, family=SANS, color=QUIET, ha="center")


def draw_curves_legend(sheet: Sheet, y: float) -> None:
    """What the two lines and the shade mean."""
    words = {"family": SANS, "color": INK}
    sheet.line([14, 38], [y, y], BLUE, linewidth=2.2)
    sheet.write(44, y, "value", 9, **words)
    sheet.line([94, 118], [y, y], ORANGE, linewidth=1.7, linestyle=(0, (4, 2)))
    sheet.write(124, y, "slope", 9, **words)
    fill(sheet, 174, y - 6, 24, 12, TINTS[PURPLE])
    sheet.write(204, y, f"flat: the slope is below {FLAT}", 9, **words)


def curves_text(function: Activation, slope: bool) -> str:
    """A few values of an activation in words, and its slopes if asked for."""
    x = torch.tensor([-4.0, -1.0, 1.0, 4.0], dtype=torch.float64)
    text = f"{name_of(function)}: {at_places(x, values(function, x))}"
    return f"{text}; slope {at_places(x, slopes(function, x))}" if slope else text


def at_places(x: Tensor, y: Tensor) -> str:
    """Such as '0.27 at -1, 0.73 at 1'."""
    return ", ".join(f"{value:.2g} at {place:g}" for place, value in zip(x.tolist(), y.tolist(), strict=True))


def show_depth(*functions: Activation, depth: int = 10) -> None:
    """Show what is left of a gradient behind each of `depth` equal activations in a row."""
    show(depth_picture(*functions, depth=depth))


def depth_picture(*functions: Activation, depth: int = 10) -> Picture:
    """How gradients shrink from activation to activation, as a picture with a text that says the same."""
    left = {name_of(function): gradients_left(function, depth) for function in functions}
    names = max((width_of(end_label(name, sizes[-1]), 9) for name, sizes in left.items()), default=0.0)
    panel = Panel(40, 26, 330, 190, 0, depth, -7.5, 0.4)
    sheet = Sheet(panel.left + panel.width + 16 + names, panel.top + panel.height + 34)
    draw_depth_frame(sheet, panel, depth)
    below = -math.inf
    colors = (BLUE, ORANGE, PURPLE, INK)
    steepest_first = sorted(left.items(), key=lambda item: -item[1][-1])
    for (name, sizes), color, mark in zip(steepest_first, colors, "osD^", strict=False):
        heights = [max(math.log10(size) if size > 0 else panel.y0, panel.y0) for size in sizes]
        panel.curve(sheet, list(range(depth + 1)), heights, color, linewidth=1.8, marker=mark, markersize=4.5)
        below = max(panel.down(heights[-1]), below + 14)
        sheet.write(panel.across(depth) + 12, below, end_label(name, sizes[-1]), 9, color=color)
    return sheet.picture(
        "What is left of a gradient:",
        "\n".join(f"{name}: " + ", ".join(f"{size:.1g}" for size in sizes) for name, sizes in left.items()),
    )


def gradients_left(function: Activation, depth: int) -> list[float]:
    """Mean size of the slope of 0, 1, ..., `depth` such functions in a row, for inputs from -2 to 2."""
    x = torch.linspace(-2, 2, 200, dtype=torch.float64)
    slope = torch.ones_like(x)
    sizes = [1.0]
    for _ in range(depth):
        slope = slope * slopes(function, x)
        x = values(function, x)
        sizes.append(float(slope.abs().mean()))
    return sizes


def end_label(name: str, size: float) -> str:
    """Such as 'Sigmoid()  3e-07'."""
    return f"{name}  {size:.1g}"


def draw_depth_frame(sheet: Sheet, panel: Panel, depth: int) -> None:
    """Powers of ten on the left, activations below."""
    words = {"family": SANS, "color": QUIET}
    sheet.write(0, 4, "what is left of a gradient, on average (each line down: ten times less)", 9, **words)
    for power in range(0, -8, -1):
        y = panel.down(power)
        sheet.line([panel.left, panel.left + panel.width], [y, y], LINE, linewidth=0.5)
        label = "1" if power == 0 else f"1e{power}"
        sheet.write(panel.left - 8, y, label, 8, ha="right", color=QUIET)
    for number in range(0, depth + 1, max(1, depth // 5)):
        x = panel.across(number)
        sheet.write(x, panel.top + panel.height + 12, str(number), 8, family=SANS, color=QUIET, ha="center")
    middle = panel.left + panel.width / 2
    sheet.write(middle, panel.top + panel.height + 30, "activations in a row", 9, ha="center", **words)


def show_dropout(layer: nn.Module, x: Tensor) -> None:
    """Show what a dropout layer does to the numbers of x (n): twice in training, on average, and in evaluation."""
    show(dropout_picture(layer, x))


def dropout_picture(layer: nn.Module, x: Tensor) -> Picture:
    """What becomes of at most 10 numbers in a copy of the layer, as a picture with a text that says the same."""
    x = x.detach().flatten()[:CELLS_SHOWN]
    training, evaluating = copy.deepcopy(layer).train(), copy.deepcopy(layer).eval()
    with torch.no_grad():
        rows = {
            "input": x,
            "train, one call": training(x.clone()),
            "train, next call": training(x.clone()),
            f"mean of {CALLS:,} calls": torch.stack([training(x.clone()) for _ in range(CALLS)]).mean(dim=0),
            "eval": evaluating(x.clone()),
        }
    names = max(width_of(name, 9.5) for name in rows)
    pitch = CELL_HEIGHT + 10
    sheet = Sheet(names + 20 + len(x) * (CELL_WIDTH + CELL_GAP) - CELL_GAP, len(rows) * pitch + 30)
    for number, (name, row) in enumerate(rows.items()):
        y = number * pitch
        sheet.write(0, y + CELL_HEIGHT / 2, name, 9.5)
        for place, (value, given) in enumerate(zip(row.tolist(), x.tolist(), strict=True)):
            left = names + 20 + place * (CELL_WIDTH + CELL_GAP)
            if name.startswith("mean"):
                sheet.write(left + CELL_WIDTH / 2, y + CELL_HEIGHT / 2, f"{value:.2f}", 9, ha="center")
            else:
                draw_cell(sheet, left, y, value, color_of(value, given))
    draw_dropout_legend(sheet, len(rows) * pitch + 16)
    lines = (f"{name}: " + ", ".join(f"{value:.2g}" for value in row.tolist()) for name, row in rows.items())
    return sheet.picture(f"{layer} and {len(x)} numbers:", "\n".join(lines))


def color_of(value: float, given: float) -> str:
    """What happened to a number: nothing, it was dropped, or it was scaled."""
    if value == given:
        return BLUE
    return LINE if value == 0 else ORANGE


def draw_cell(sheet: Sheet, x: float, y: float, value: float, color: str) -> None:
    """A number in a box, its top left corner at (x, y); LINE as a colour means that nothing is in it."""
    if color == LINE:
        fill(sheet, x, y, CELL_WIDTH, CELL_HEIGHT, PAPER, LINE, linewidth=0.9, linestyle=(0, (3, 2)))
    else:
        fill(sheet, x, y, CELL_WIDTH, CELL_HEIGHT, TINTS[color], color, linewidth=0.9)
    text = f"{value:.1f}" if abs(value) < 1000 else f"{value:.0e}"
    ink = QUIET if color == LINE else INK
    sheet.write(x + CELL_WIDTH / 2, y + CELL_HEIGHT / 2, text, 9, ha="center", color=ink)


def draw_dropout_legend(sheet: Sheet, y: float) -> None:
    """What the boxes' colours mean."""
    x = 0.0
    for color, words in ((BLUE, "as it came"), (LINE, "dropped"), (ORANGE, "kept and scaled")):
        if color == LINE:
            fill(sheet, x, y - 6, 18, 12, PAPER, LINE, linewidth=0.9, linestyle=(0, (3, 2)))
        else:
            fill(sheet, x, y - 6, 18, 12, TINTS[color], color, linewidth=0.9)
        sheet.write(x + 25, y, words, 9, family=SANS)
        x += 25 + width_of(words, 9, SANS) + 22


def show_memory(title: str = "", /, **tensors: Tensor) -> None:
    """Show which names stand for the same memory, and what is in it now: show_memory(a=a, b=b)."""
    show(memory_picture(title, **tensors))


def memory_picture(title: str = "", /, **tensors: Tensor) -> Picture:
    """Names and the memory that they stand for, as a picture with a text that says the same."""
    sharing: dict[int, list[str]] = {}
    for name, tensor in tensors.items():
        sharing.setdefault(tensor.untyped_storage().data_ptr(), []).append(name)
    memories = [(names, whole_memory(tensors[names[0]])) for names in sharing.values()]
    labels = {name: label_of(name, tensor) for name, tensor in tensors.items()}
    cells_at = max((width_of(label, 10, weight="bold") for label in labels.values()), default=0.0) + 64
    longest = max((len(numbers) for _, numbers in memories), default=0)
    head, pitch = (24.0 if title else 0.0), CELL_HEIGHT + 8
    width = max(cells_at + longest * CELL_WIDTH + 140, width_of(title, 10, SANS, "bold"))
    sheet = Sheet(width, head + len(tensors) * pitch - 8)
    sheet.write(0, 6, title, 10, family=SANS, weight="bold")
    top = head
    for names, numbers in memories:
        middle = top + (len(names) * pitch - 8) / 2
        draw_names(sheet, [labels[name] for name in names], top + CELL_HEIGHT / 2, pitch, cells_at, middle)
        draw_memory(sheet, numbers, cells_at, middle, len(names))
        top += len(names) * pitch
    lines = [
        f"{' and '.join(labels[name] for name in names)}: {', '.join(f'{number:g}' for number in numbers.tolist())}"
        for names, numbers in memories
    ]
    return sheet.picture("Names and memory:", "\n".join([title, *lines] if title else lines))


def whole_memory(tensor: Tensor) -> Tensor:
    """The numbers of the memory that a tensor looks into (n), those beyond the tensor included; at most 10."""
    memory = torch.empty(0, dtype=tensor.dtype, device=tensor.device)
    return memory.set_(tensor.detach().untyped_storage())[:CELLS_SHOWN]


def label_of(name: str, tensor: Tensor) -> str:
    """A name, and how much of its memory it sees unless that is all."""
    total = tensor.untyped_storage().nbytes() // tensor.element_size()
    return name if tensor.numel() >= total else f"{name} ({tensor.numel()} of {total})"


def draw_names(
    sheet: Sheet, labels: list[str], top: float, pitch: float, cells_at: float, middle: float
) -> None:
    """Names below each other, each with a line to the memory that it stands for."""
    for position, label in enumerate(labels):
        y = top + position * pitch
        sheet.write(0, y, label, weight="bold")
        start = width_of(label, 10, weight="bold") + 8
        sheet.line([start, cells_at - 30, cells_at - 4], [y, y, middle], QUIET, linewidth=1.0)


def draw_memory(sheet: Sheet, numbers: Tensor, left: float, middle: float, names: int) -> None:
    """A row of cells, and in words how many names stand for it if that is more than one."""
    for place, number in enumerate(numbers.tolist()):
        color = ORANGE if names > 1 else BLUE
        draw_cell(sheet, left + place * CELL_WIDTH, middle - CELL_HEIGHT / 2, number, color)
    if names > 1:
        after = left + len(numbers) * CELL_WIDTH + 12
        sheet.write(after, middle, f"{names} names, one memory", 9, family=SANS, color=ORANGE)
