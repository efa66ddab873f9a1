"""What happens to the tensors of a model when the model moves to another device."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import nn

from autograder.pictures.canvas import (
    INK,
    LINE,
    PURPLE,
    QUIET,
    SANS,
    Picture,
    Sheet,
    chip_width,
    show,
    width_of,
)
from autograder.pictures.tensors import PARAMETER, Held, all_tensors
from autograder.pictures.tree import COLORS, draw_chip

ROW, HEADER, COLUMN, TRACK = 26.0, 44.0, 92.0, 130.0


@dataclass(frozen=True)
class Journey:
    """A tensor's way: where it was, where it is now, and what else follows from how it is held."""

    held: Held
    trained: bool
    saved: bool
    before: str
    after: str
    arrived: bool


def show_move(model: nn.Module, device: str = "meta") -> None:
    """Show which tensors follow `model.to(device)`, and which stay behind; the model itself stays put.

    The device 'meta' is on every machine: it keeps shapes and no numbers, which is enough to look.
    """
    show(move_picture(model, device))


def move_picture(model: nn.Module, device: str = "meta") -> Picture:
    """A model's way to another device, as a picture with a text that says the same."""
    ways = journeys(model, device)
    names_end = max((width_of(way.held.name, 10) for way in ways), default=60.0)
    kinds_at = names_end + 18
    trained_at = kinds_at + max(map(chip_width, COLORS)) + 18 + COLUMN / 2
    saved_at = trained_at + COLUMN
    start_at = saved_at + COLUMN / 2 + 40
    sheet = Sheet(start_at + TRACK + 40, HEADER + ROW * len(ways))
    draw_header(sheet, kinds_at, trained_at, saved_at, start_at, device)
    for index, way in enumerate(ways):
        y = HEADER + ROW * (index + 0.5)
        sheet.write(0, y, way.held.name)
        draw_chip(sheet, way.held.kind, way.held.kind, kinds_at, y)
        draw_mark(sheet, trained_at, y, way.trained)
        draw_mark(sheet, saved_at, y, way.saved)
        draw_way(sheet, way, start_at, y)
    return sheet.picture(f"{type(model).__name__} moves to {device}:", "\n".join(map(in_words, ways)))


def journeys(model: nn.Module, device: str) -> list[Journey]:
    """What becomes of each tensor when a copy of the model moves."""
    held_before = all_tensors(model)
    # Tensors with a history refuse to be copied; a detached copy in the memo is taken instead.
    memo = {id(held.tensor): held.tensor.detach().clone() for held in held_before if not held.tensor.is_leaf}
    moved = copy.deepcopy(model, memo).to(device)
    after = {held.name: held.tensor.device for held in all_tensors(moved)}
    target = torch.empty(0, device=device).device
    saved = model.state_dict()
    return [
        Journey(
            held,
            trained=held.kind == PARAMETER and held.tensor.requires_grad,
            saved=held.name in saved,
            before=str(held.tensor.device),
            after=str(after.get(held.name, held.tensor.device)),
            arrived=after.get(held.name) == target,
        )
        for held in held_before
    ]


def draw_header(
    sheet: Sheet, kinds_at: float, trained_at: float, saved_at: float, start_at: float, device: str
) -> None:
    """The heads of the columns."""
    y = HEADER - 22
    head = {"family": SANS, "color": QUIET}
    sheet.write(0, y, "tensor", 9, **head)
    sheet.write(kinds_at, y, "held as", 9, **head)
    for x, above, below in (
        (trained_at, "trained:", "parameters()"),
        (saved_at, "saved:", "state_dict()"),
        (start_at + TRACK / 2, "moved:", f".to({device!r})"),
    ):
        sheet.write(x, y - 14, above, 9, ha="center", **head)
        sheet.write(x, y, below, 8.5, ha="center", color=QUIET)
    sheet.line([0, sheet.width - 28], [HEADER - 8, HEADER - 8], LINE, linewidth=0.8)


def draw_mark(sheet: Sheet, x: float, y: float, yes: bool) -> None:
    """A tick or a dash."""
    sheet.write(x, y, "✓" if yes else "–", 11, family=SANS, ha="center", color=INK if yes else QUIET)


def draw_way(sheet: Sheet, way: Journey, start: float, y: float) -> None:
    """A tensor's way from its device to the other, or its staying."""
    if not way.arrived:
        sheet.write(start, y, way.before, 9, ha="center", color=PURPLE, weight="bold")
        sheet.write(start + 26, y, "stays behind", 9, family=SANS, color=PURPLE)
        return
    sheet.write(start, y, way.before, 9, ha="center", color=QUIET)
    sheet.arrow(start + 26, start + TRACK - 26, y, COLORS[way.held.kind])
    sheet.write(start + TRACK, y, way.after, 9, ha="center", weight="bold")


def in_words(way: Journey) -> str:
    """A tensor's way as a line of text."""
    facts = [
        way.held.kind,
        "trained" if way.trained else "not trained",
        "saved" if way.saved else "not saved",
    ]
    where = f"{way.before} -> {way.after}" if way.arrived else f"stays behind on {way.before}"
    return f"{way.held.name}: {', '.join(facts)}, {where}"
