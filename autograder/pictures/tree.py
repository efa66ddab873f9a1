"""A model as the tree of its modules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from torch import nn

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
from autograder.pictures.tensors import BUFFER, LOST, PARAMETER, PLAIN, Held, own_tensors

COLORS = {PARAMETER: BLUE, BUFFER: ORANGE, PLAIN: PURPLE, LOST: PURPLE}
LINE_HEIGHT, INDENT, GAP, CHIPS_WIDTH = 24.0, 22.0, 8.0, 400.0


@dataclass(frozen=True)
class Row:
    """One module in the tree: `depth` levels below the model."""

    name: str
    kind: str
    depth: int
    tensors: tuple[Held, ...]
    again: str | None = None
    lost: bool = False

    @property
    def note(self) -> str:
        """What stands behind the class: a module that is met again is not unfolded again."""
        if self.lost:
            return LOST
        return "" if self.again is None else f"the same object as {self.again}"


def show_tree(model: nn.Module) -> None:
    """Show the modules of a model as a tree, with the parameters and buffers that each of them owns."""
    show(tree_picture(model))


def tree_picture(model: nn.Module) -> Picture:
    """The tree of a model's modules, as a picture with a text that says the same."""
    trainable = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    rows = list(walk(model, "", 0, {}))
    return drawn_tree(rows, f"The modules of {type(model).__name__}:", f"{trainable:,} trainable numbers")


def drawn_tree(rows: list[Row], title: str, count: str) -> Picture:
    """A tree of these rows, with a legend and `count` below it."""
    lines = [chip_lines(row.tensors) for row in rows]
    tops = [0.0]
    for row_lines in lines:
        tops.append(tops[-1] + LINE_HEIGHT * max(1, len(row_lines)))
    chips_at = max(name_end(row) for row in rows) + 24
    legend = [kind for kind in COLORS if any(held.kind == kind for row in rows for held in row.tensors)]
    width = max(chips_at + max(map(chips_extent, lines)), legend_width(legend, count))
    sheet = Sheet(width, tops[-1] + 34)
    draw_branches(sheet, rows, tops)
    for row, row_lines, top in zip(rows, lines, tops, strict=False):
        draw_names(sheet, row, top + LINE_HEIGHT / 2)
        for index, line in enumerate(row_lines):
            draw_chips(sheet, line, chips_at, top + (index + 0.5) * LINE_HEIGHT)
    draw_legend(sheet, legend, count, tops[-1] + 22, width)
    return sheet.picture(title, tree_text(rows, count))


def walk(module: nn.Module, path: str, depth: int, seen: dict[int, str]) -> Iterator[Row]:
    """The rows of the module at a dotted path and of what is below it, in the order of registration.

    `seen` maps the ids of the modules met so far to their paths.
    """
    kind = type(module).__name__
    name = path.rpartition(".")[2] or kind
    if id(module) in seen:
        yield Row(name, kind, depth, (), seen[id(module)])
        return
    seen[id(module)] = path or kind
    yield Row(name, kind, depth, tuple(own_tensors(module)))
    children = [(key, child) for key, child in module._modules.items() if child is not None]
    for key, child in children:
        yield from walk(child, f"{path}.{key}" if path else key, depth + 1, seen)


def chip_lines(tensors: tuple[Held, ...]) -> list[list[Held]]:
    """Tensors broken into lines that are not too wide."""
    lines: list[list[Held]] = []
    for held in tensors:
        if not lines or chips_extent([[*lines[-1], held]]) > CHIPS_WIDTH:
            lines.append([])
        lines[-1].append(held)
    return lines


def chips_extent(lines: list[list[Held]]) -> float:
    """Width of the widest line of chips, in points."""
    return max((sum(chip_width(held.label) + GAP for held in line) - GAP for line in lines), default=0.0)


def name_end(row: Row) -> float:
    """Where the words of a row end, in points from the left."""
    words = width_of(row.name, 10, weight="bold")
    if row.depth:
        words += 8 + width_of(row.kind, 10)
    if row.note:
        words += 10 + width_of(row.note, 8.5, SANS)
    return row.depth * INDENT + words


def draw_branches(sheet: Sheet, rows: list[Row], tops: list[float]) -> None:
    """The lines from each module to its children, each drawn on from the child above; broken for lost ones."""
    for index, row in enumerate(rows):
        if row.depth == 0:
            continue
        x, y = (row.depth - 1) * INDENT + 7, tops[index] + LINE_HEIGHT / 2
        above = max(i for i in range(index) if rows[i].depth <= row.depth)
        start = LINE_HEIGHT / 2 if rows[above].depth == row.depth else LINE_HEIGHT - 3
        color, style = (PURPLE, (0, (2, 2))) if row.lost else (LINE, "solid")
        sheet.line([x, x], [tops[above] + start, y], color, linestyle=style)
        sheet.line([x, x + INDENT - 11], [y, y], color, linestyle=style)


def draw_names(sheet: Sheet, row: Row, y: float) -> None:
    """A module's name and class."""
    x = row.depth * INDENT
    sheet.write(x, y, row.name, weight="bold", color=PURPLE if row.lost else INK)
    if row.depth:
        x += width_of(row.name, 10, weight="bold") + 8
        sheet.write(x, y, row.kind, color=QUIET)
    if row.note:
        sheet.write(
            x + width_of(row.kind, 10) + 10, y, row.note, 8.5, family=SANS, color=QUIET, style="italic"
        )


def draw_chips(sheet: Sheet, line: list[Held], x: float, y: float) -> None:
    """One line of tensors."""
    for held in line:
        draw_chip(sheet, held.label, held.kind, x, y)
        x += chip_width(held.label) + GAP


def draw_chip(sheet: Sheet, label: str, kind: str, x: float, y: float) -> None:
    """A tensor; shape and outline say how it is held, as its colour does."""
    sheet.chip(x, y, label, COLORS[kind], round_ends=kind == BUFFER, dashed=kind in (PLAIN, LOST))


def legend_width(kinds: list[str], count: str) -> float:
    """Width of the legend, in points."""
    return sum(chip_width(kind) + GAP for kind in kinds) + 16 + width_of(count, 9, SANS)


def draw_legend(sheet: Sheet, kinds: list[str], count: str, y: float, width: float) -> None:
    """What the chips mean, and how many numbers the model trains."""
    sheet.line([0, width], [y - 16, y - 16], LINE, linewidth=0.8)
    x = 0.0
    for kind in kinds:
        draw_chip(sheet, kind, kind, x, y)
        x += chip_width(kind) + GAP
    sheet.write(width, y, count, 9, family=SANS, color=INK, ha="right")


def tree_text(rows: list[Row], count: str) -> str:
    """The tree in words, a line a module."""
    lines = []
    for row in rows:
        words = [f"{row.name}: {row.kind}" if row.depth else row.name, row.note]
        words += [f"{held.label} {held.kind}" for held in row.tensors]
        lines.append("  " * row.depth + ", ".join(word for word in words if word))
    return "\n".join([*lines, count])
