"""Looks into containers: what is lost in them, which names share numbers, how far gradients reach."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from autograder.pictures.canvas import (
    BLUE,
    INK,
    LINE,
    ORANGE,
    PURPLE,
    QUIET,
    SANS,
    Picture,
    Sheet,
    chip_width,
    show,
    width_of,
)
from autograder.pictures.tensors import BUFFER, LOST, PARAMETER, Held
from autograder.pictures.tree import Row, drawn_tree, walk

NOTHING = object()
STORAGE_ROW, STORAGE_HEADER, WAY = 26.0, 34.0, 96.0
DOT = 5.0
CHART_LEFT, CHART_TOP, CHART_WIDTH, CHART_HEIGHT = 50.0, 54.0, 430.0, 180.0
SMALLEST = 1e-30
"""Below this, a gradient is drawn at the bottom of the chart: it is nothing."""


def show_lost(model: nn.Module, names: Iterable[str]) -> None:
    """Show a model's registered modules, and in the same tree what you say it has lost.

    `names` are paths such as 'table.x'. The picture does not look for lost things: it draws what you name.
    """
    show(lost_picture(model, names))


def show_storage(model: nn.Module) -> None:
    """Show which names of a model's state_dict stand for the same numbers in memory."""
    show(storage_picture(model))


def show_gradients(sizes: Mapping[str, Sequence[float]]) -> None:
    """Draw the sizes of gradients from the first layer to the last, a line for each name, on a scale of powers."""
    show(gradients_picture(sizes))


def lost_picture(model: nn.Module, names: Iterable[str]) -> Picture:
    """The tree of a model with what lies at `names` hung in, as a picture with a text that says the same."""
    rows = [replace(row, tensors=registered(row.tensors)) for row in walk(model, "", 0, {})]
    paths = list(paths_of(rows))
    for path in reversed(paths):
        inside = [name for name in dict.fromkeys(names) if owner_of(name, paths) == path]
        place = paths.index(path)
        end = end_below(rows, place)
        hung = [named_row(model, name, path, rows[place].depth + 1) for name in inside]
        rows[end:end] = sorted(hung, key=lambda row: row.lost)
    return drawn_tree(rows, f"{type(model).__name__}, with what it has lost:", in_numbers(model, rows))


def registered(tensors: Iterable[Held]) -> tuple[Held, ...]:
    """The parameters and buffers among them."""
    return tuple(held for held in tensors if held.kind in (PARAMETER, BUFFER))


def paths_of(rows: Iterable[Row]) -> Iterator[str]:
    """The dotted path of each row of a tree; the model's own is empty."""
    path: list[str] = []
    for row in rows:
        path[row.depth :] = [row.name]
        yield ".".join(path[1:])


def owner_of(name: str, paths: Sequence[str]) -> str:
    """The longest of the paths that a name begins with, the name itself not counted."""
    return max((path for path in paths if not path or name.startswith(f"{path}.")), key=len)


def end_below(rows: Sequence[Row], place: int) -> int:
    """Where the rows below the one at `place` end."""
    following = range(place + 1, len(rows))
    return next((index for index in following if rows[index].depth <= rows[place].depth), len(rows))


def named_row(model: nn.Module, name: str, owner: str, depth: int) -> Row:
    """The row of what lies at a path: something lost, or a note why it is not."""
    found, label = thing_at(model, name), name.removeprefix(f"{owner}.") if owner else name
    if found is NOTHING:
        return Row(label, "(nothing has this name)", depth, ())
    if known := registered_name(model, found):
        return Row(label, type(found).__name__, depth, (), again=known)
    if isinstance(found, Tensor):
        return Row(label, "Tensor", depth, (Held(label.rpartition(".")[2], LOST, found),), lost=True)
    if isinstance(found, nn.Module):
        weights = [*found.named_parameters(), *found.named_buffers()]
        held = tuple(Held(path, LOST, tensor) for path, tensor in weights)
        return Row(label, type(found).__name__, depth, held, lost=True)
    return Row(label, f"{type(found).__name__} (no tensor, no module)", depth, ())


def thing_at(model: nn.Module, name: str) -> object:
    """What lies at a dotted path through attributes, positions and keys; NOTHING if the path leads nowhere."""
    found: object = model
    for part in name.split("."):
        match found:
            case nn.Module():
                found = getattr(found, part, NOTHING)
            case dict():
                found = {str(key): item for key, item in found.items()}.get(part, NOTHING)
            case list() | tuple():
                found = {str(place): item for place, item in enumerate(found)}.get(part, NOTHING)
            case _:
                return NOTHING
    return found


def registered_name(model: nn.Module, thing: object) -> str | None:
    """The name under which a model has registered this very object; None if it has not."""
    known = [*model.named_modules(), *model.named_parameters(), *model.named_buffers()]
    return next((name or type(model).__name__ for name, registered in known if registered is thing), None)


def in_numbers(model: nn.Module, rows: Iterable[Row]) -> str:
    """How many numbers a model trains, and how many lie in its lost rows."""
    trainable = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    lost = {id(held.tensor): held.tensor.numel() for row in rows if row.lost for held in row.tensors}
    return f"{trainable:,} trainable numbers, {sum(lost.values()):,} lost"


@dataclass(frozen=True)
class Numbers:
    """Numbers in memory, with all the names that a model has for them."""

    names: tuple[str, ...]
    tensor: Tensor

    @property
    def label(self) -> str:
        """Such as 'float32 (5, 7)'."""
        shape = ", ".join(map(str, self.tensor.shape))
        return f"{str(self.tensor.dtype).removeprefix('torch.')} ({shape})"

    @property
    def note(self) -> str:
        """How many names there are, where there is more than one."""
        return f"{len(self.names)} names, one memory" if len(self.names) > 1 else ""


def storage_picture(model: nn.Module) -> Picture:
    """Names on the left, memory on the right, a line from each name to its numbers."""
    named = {name: held for name, held in model.state_dict(keep_vars=True).items() if torch.is_tensor(held)}
    heights = {name: STORAGE_HEADER + STORAGE_ROW * (row + 0.5) for row, name in enumerate(named)}
    places = list(in_memory(named))
    middles = spread_out([sum(heights[name] for name in place.names) / len(place.names) for place in places])
    boxes_at = max((width_of(name, 10) for name in named), default=60.0) + WAY
    notes_at = boxes_at + max((chip_width(place.label) for place in places), default=80.0) + 12
    width = max(notes_at + max((width_of(place.note, 9, SANS) for place in places), default=0.0), 380.0)
    bottom = max([STORAGE_HEADER, *heights.values(), *middles]) + STORAGE_ROW / 2
    count = f"{len(named)} names in state_dict(), {len(list(model.parameters()))} tensors in parameters()"
    sheet = Sheet(width, bottom + 30)
    sheet.write(0, 10, "name", 9, family=SANS, color=QUIET)
    sheet.write(boxes_at, 10, "numbers in memory", 9, family=SANS, color=QUIET)
    sheet.line([0, width], [24, 24], LINE, linewidth=0.8)
    for place, middle in zip(places, middles, strict=True):
        draw_numbers(sheet, place, {name: heights[name] for name in place.names}, boxes_at, middle)
        sheet.write(notes_at, middle, place.note, 9, family=SANS, color=QUIET)
    sheet.line([0, width], [bottom + 6, bottom + 6], LINE, linewidth=0.8)
    sheet.write(width, bottom + 20, count, 9, family=SANS, ha="right")
    lines = [f"{' and '.join(place.names)}: {place.label}" for place in places]
    return sheet.picture(
        f"The names of {type(model).__name__} and their numbers:", "\n".join([*lines, count])
    )


def draw_numbers(sheet: Sheet, place: Numbers, names: Mapping[str, float], x: float, y: float) -> None:
    """Numbers at (x, y), and a way to them from each of their names; `names` tells how low each name stands."""
    color = ORANGE if place.note else BLUE
    for name, height in names.items():
        sheet.write(0, height, name)
        draw_way(sheet, width_of(name, 10) + 8, height, x - 4, y, color)
    sheet.chip(x, y, place.label, color, round_ends=False)


def in_memory(named: Mapping[str, Tensor]) -> Iterator[Numbers]:
    """The named tensors, those that begin at the same place in memory brought together."""
    together: dict[int, list[str]] = {}
    for name, tensor in named.items():
        # Tensors without numbers, on the device meta say, all begin at 0 and share nothing.
        together.setdefault(tensor.data_ptr() or id(tensor), []).append(name)
    for names in together.values():
        yield Numbers(tuple(names), named[names[0]])


def spread_out(heights: Sequence[float]) -> list[float]:
    """The heights, moved down where two would lie less than a row apart; the order of the places is kept."""
    settled: dict[int, float] = {}
    lowest = -math.inf
    for place in sorted(range(len(heights)), key=heights.__getitem__):
        lowest = max(heights[place], lowest + STORAGE_ROW)
        settled[place] = lowest
    return [settled[place] for place in range(len(heights))]


def draw_way(sheet: Sheet, x0: float, y0: float, x1: float, y1: float, color: str) -> None:
    """A soft curve from a name to its numbers, level at both ends."""
    steps = [step / 24 for step in range(25)]
    xs = [x0 + (x1 - x0) * t for t in steps]
    ys = [y0 + (y1 - y0) * t * t * (3 - 2 * t) for t in steps]
    sheet.line(xs, ys, color, linewidth=1.1)


def gradients_picture(sizes: Mapping[str, Sequence[float]]) -> Picture:
    """Lines from layer to layer over powers of ten, as a picture with a text that says the same."""
    drawable = [size for line in sizes.values() for size in line if SMALLEST < size < math.inf]
    low = math.floor(math.log10(min(drawable, default=0.1)))
    high = max(math.ceil(math.log10(max(drawable, default=1.0))), low + 1)
    last = max((len(line) for line in sizes.values()), default=1) - 1
    legend = sum(52 + width_of(name, 10, SANS, "bold") for name in sizes)
    sheet = Sheet(CHART_LEFT + max(CHART_WIDTH, legend) + 12, CHART_TOP + CHART_HEIGHT + 40)
    draw_scales(sheet, low, high, last)
    legend_at = CHART_LEFT
    for (name, line), color in zip(sizes.items(), (PURPLE, BLUE, ORANGE, INK), strict=False):
        xs = [across(layer, last) for layer in range(len(line))]
        ys = [down(size, low, high) for size in line]
        if len(line) == 1:
            # A line through one point would not be seen.
            xs, ys = [xs[0] - DOT / 2, xs[0] + DOT / 2], ys * 2
        sheet.line(xs, ys, color, linewidth=DOT if len(line) == 1 else 2.0)
        sheet.line([legend_at, legend_at + 18], [7, 7], color, linewidth=2.4)
        sheet.write(legend_at + 24, 7, name, 10, family=SANS, weight="bold", color=color)
        legend_at += 24 + width_of(name, 10, SANS, "bold") + 28
    return sheet.picture("Sizes of the gradients:", "\n".join(map(in_words, sizes, sizes.values())))


def draw_scales(sheet: Sheet, low: int, high: int, last: int) -> None:
    """Powers of ten on the left, layers below, and what the two mean."""
    words = {"family": SANS, "color": QUIET}
    sheet.write(CHART_LEFT, CHART_TOP - 22, "size of the gradient", 9, **words)
    for power in range(low, high + 1, max(1, math.ceil((high - low) / 6))):
        y = down(10.0**power, low, high)
        sheet.line([CHART_LEFT, CHART_LEFT + CHART_WIDTH], [y, y], LINE, linewidth=0.5)
        sheet.write(CHART_LEFT - 8, y, f"1e{power}" if power else "1", 8.5, ha="right", color=QUIET)
    bottom = CHART_TOP + CHART_HEIGHT
    for layer in range(0, last + 1, max(1, math.ceil(last / 10))):
        sheet.write(across(layer, last), bottom + 13, str(layer), 8.5, ha="center", color=QUIET)
    sheet.write(CHART_LEFT, bottom + 31, "layer: 0 is next to the input", 9, **words)
    sheet.write(CHART_LEFT + CHART_WIDTH, bottom + 31, "next to the loss", 9, ha="right", **words)


def across(layer: int, last: int) -> float:
    """Where a layer lies on the chart, in points from the left."""
    return CHART_LEFT + CHART_WIDTH * (layer / max(last, 1))


def down(size: float, low: int, high: int) -> float:
    """Where a size lies on the chart, in points from the top; nowhere if it is not finite."""
    if not math.isfinite(size):
        return math.nan
    height = (math.log10(max(size, SMALLEST)) - low) / (high - low)
    return CHART_TOP + CHART_HEIGHT * (1 - max(height, 0.0))


def in_words(name: str, line: Sequence[float]) -> str:
    """A line's first, middle and last size."""
    layers = sorted({0, len(line) // 2, len(line) - 1} & set(range(len(line))))
    return f"{name}: " + ", ".join(f"{line[layer]:.1e} in layer {layer}" for layer in layers)
