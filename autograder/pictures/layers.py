"""What layers of chapter 2 do: to a picture, to a signal, and which cells of a row a kernel reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from autograder.pictures.canvas import (
    BLUE,
    INK,
    LINE,
    PAPER,
    PURPLE,
    QUIET,
    SANS,
    TINTS,
    Picture,
    Sheet,
    show,
)

IMAGE_WIDTH, IMAGE_GAP = 180.0, 18.0
CELL, BOX, ROW, OUTPUTS_AT = 30.0, 26.0, 30.0, 78.0
PANEL_WIDTH, PANEL_HEIGHT, PANEL_GAP = 220.0, 96.0, 54.0


def show_images(images: Mapping[str, Tensor]) -> None:
    """Show grey images (H, W) or (1, H, W) side by side under their names; 0 is black and 1 is white.

    All are shown on this one scale, so that a darker image looks darker.
    """
    show(images_picture(images))


def show_spectrum(signal: Tensor) -> None:
    """Show a real signal (n,) and the sizes of its n Fourier coefficients, the first half in colour."""
    show(spectrum_picture(signal))


def show_reach(cells: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> None:
    """Show which cells of a row each output of a convolution or pooling reads."""
    show(reach_picture(cells, kernel, stride, padding, dilation))


def images_picture(images: Mapping[str, Tensor]) -> Picture:
    """Grey images side by side, each with its name and the mean of its pixels."""
    grids = {name: grey_values(image) for name, image in images.items()}
    heights = [IMAGE_WIDTH * grid.shape[0] / grid.shape[1] for grid in grids.values()]
    tallest = max(heights, default=0.0)
    sheet = Sheet(len(grids) * (IMAGE_WIDTH + IMAGE_GAP) - IMAGE_GAP, tallest + 38)
    words = []
    for index, (name, grid) in enumerate(grids.items()):
        left, top = index * (IMAGE_WIDTH + IMAGE_GAP), 20.0
        bottom = top + heights[index]
        brightness = f"mean {float(grid.mean()):.2f}"
        sheet.write(left, 7, name, 10, family=SANS, weight="bold")
        draw_image(sheet, grid, left, top, bottom)
        sheet.write(left, bottom + 11, brightness, 9, color=QUIET)
        words.append(f"{name}: {grid.shape[0]} x {grid.shape[1]} pixels, {brightness}")
    return sheet.picture("Grey images, 0 black and 1 white:", "\n".join(words))


def grey_values(image: Tensor) -> Tensor:
    """An image as (H, W), on the CPU and without history."""
    grid = image.detach().cpu().float()
    while grid.dim() > 2 and grid.shape[0] == 1:
        grid = grid[0]
    if grid.dim() != 2 or 0 in grid.shape:
        raise ValueError(f"a grey image is (H, W) or (1, H, W), not {tuple(image.shape)}")
    return grid


def draw_image(sheet: Sheet, grid: Tensor, left: float, top: float, bottom: float) -> None:
    """An image without smoothing, so that each pixel is a square; in a thin frame, for it may be white."""
    right = left + IMAGE_WIDTH
    looks: dict[str, Any] = {
        "cmap": "gray",
        "vmin": 0.0,
        "vmax": 1.0,
        "interpolation": "nearest",
        "aspect": "auto",
    }
    sheet.axes.imshow(grid.numpy(), extent=(left, right, bottom, top), **looks)
    sheet.line([left, right, right, left, left], [top, top, bottom, bottom, top], LINE, linewidth=0.8)


def spectrum_picture(signal: Tensor) -> Picture:
    """A signal on the left; on the right the absolute values of its Fourier coefficients, half of them kept."""
    if signal.dim() != 1 or signal.is_complex() or len(signal) == 0:
        raise ValueError(f"show_spectrum takes a real signal (n,), not {tuple(signal.shape)}")
    values = signal.detach().cpu().double()
    sizes: list[float] = torch.fft.fft(values).abs().tolist()
    kept = (len(sizes) + 1) // 2
    sheet = Sheet(2 * PANEL_WIDTH + PANEL_GAP, PANEL_HEIGHT + 66)
    colors = [BLUE if index < kept else LINE for index in range(len(sizes))]
    draw_stems(sheet, 0, values.tolist(), [INK] * len(sizes), f"the signal, n = {len(sizes)}")
    start = PANEL_WIDTH + PANEL_GAP
    draw_stems(sheet, start, sizes, colors, "size of coefficient k")
    legend = f"the first {kept} of {len(sizes)}"
    sheet.write(start, PANEL_HEIGHT + 58, legend, 9, family=SANS, color=BLUE, weight="bold")
    sheet.write(start + PANEL_WIDTH, PANEL_HEIGHT + 58, "the rest", 9, family=SANS, color=QUIET, ha="right")
    words = [f"{k}: {size:.2f}{', first half' if k < kept else ''}" for k, size in enumerate(sizes)]
    return sheet.picture("Sizes of the Fourier coefficients:", "\n".join(words))


def draw_stems(sheet: Sheet, left: float, heights: list[float], colors: list[str], title: str) -> None:
    """A panel with a stem for each number, above or below a base line, and the numbers' positions under it."""
    top, bottom = 26.0, 26.0 + PANEL_HEIGHT
    low, high = min(0.0, *heights, 0.0), max(0.0, *heights, 0.0)
    scale = PANEL_HEIGHT / max(high - low, 1e-9)
    base, step = top + high * scale, PANEL_WIDTH / len(heights)
    sheet.write(left, 7, title, 10, family=SANS, weight="bold")
    sheet.line([left, left + PANEL_WIDTH], [base, base], LINE, linewidth=0.8)
    every = -(-len(heights) // 16)
    for index, (height, color) in enumerate(zip(heights, colors, strict=True)):
        x, y = left + (index + 0.5) * step, base - height * scale
        sheet.line([x, x], [base, y], color, linewidth=2.4)
        sheet.line([x], [y], color, marker="o", markersize=5)
        if index % every == 0:
            sheet.write(x, bottom + 14, str(index), 8.5, ha="center", color=QUIET)


@dataclass(frozen=True)
class Window:
    """One placing of a kernel on a padded row: the cells it reads, counted from the row's first real cell."""

    cells: tuple[int, ...]
    fits: bool


def windows(cells: int, kernel: int, stride: int, padding: int, dilation: int) -> list[Window]:
    """The placings of a kernel from left to right; a last one that reaches over the edge does not fit."""
    span, end = dilation * (kernel - 1) + 1, cells + padding
    placed = [
        Window(tuple(range(start, start + span, dilation)), fits=True)
        for start in range(-padding, end - span + 1, stride)
    ]
    following = -padding + len(placed) * stride
    read = placed[-1].cells[-1] if placed else -padding - 1
    if read < end - 1 and following < end:
        inside = (cell for cell in range(following, following + span, dilation) if cell < end)
        placed.append(Window(tuple(inside), fits=False))
    return placed


def reach_picture(cells: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> Picture:
    """A row of cells with its padding; under it a line for each output, with the cells that it reads."""
    placed = windows(cells, kernel, stride, padding, dilation)
    count = sum(window.fits for window in placed)
    across = (cells + 2 * padding) * CELL
    sheet = Sheet(OUTPUTS_AT + max(across, 8 * CELL) + 60, 52 + ROW * (len(placed) + 1))
    settings = f"kernel {kernel}, stride {stride}, padding {padding}, dilation {dilation}"
    sheet.write(0, 7, settings, 10, family=SANS, weight="bold")
    y = 44.0
    sheet.write(0, y, "input", 9.5, family=SANS, color=QUIET)
    for position in range(-padding, cells + padding):
        real = 0 <= position < cells
        draw_cell(sheet, position, padding, y, INK if real else QUIET, dashed=not real)
        number, left = str(position) if real else "pad", cell_left(position, padding)
        sheet.write(left + BOX / 2, y, number, 10 if real else 7.5, ha="center", color=INK if real else QUIET)
    words = [f"{settings}: {outputs_in_words(count)}"]
    for index, window in enumerate(placed):
        y += ROW
        draw_window(sheet, window, index, padding, y)
        name = f"output {index} reads" if window.fits else "does not fit:"
        words.append(f"{name} {', '.join(cell_in_words(cell, cells) for cell in window.cells)}")
    sheet.write(0, y + ROW, outputs_in_words(count), 9.5, family=SANS, color=BLUE, weight="bold")
    return sheet.picture(f"A row of {cells} cells:", "\n".join(words))


def outputs_in_words(count: int) -> str:
    """The number of outputs."""
    return f"{count} output{'' if count == 1 else 's'}"


def cell_in_words(position: int, cells: int) -> str:
    """The name of a cell: its position in a row of `cells`, or that it is padding."""
    return str(position) if 0 <= position < cells else "padding"


def cell_left(position: int, padding: int) -> float:
    """Where a cell begins, in points from the left."""
    return OUTPUTS_AT + (position + padding) * CELL


def draw_window(sheet: Sheet, window: Window, index: int, padding: int, y: float) -> None:
    """The cells that one output reads, on a line that joins them."""
    color = BLUE if window.fits else PURPLE
    name = f"output {index}" if window.fits else "no output"
    sheet.write(0, y, name, 9.5, family=SANS, color=color)
    middles = [cell_left(cell, padding) + BOX / 2 for cell in window.cells]
    sheet.line([middles[0], middles[-1]], [y, y], color, linewidth=1.4)
    for cell in window.cells:
        draw_cell(sheet, cell, padding, y, color, dashed=not window.fits)
    if not window.fits:
        sheet.write(
            cell_left(window.cells[-1], padding) + CELL + 2, y, "does not fit", 9, family=SANS, color=PURPLE
        )


def draw_cell(sheet: Sheet, position: int, padding: int, y: float, color: str, *, dashed: bool) -> None:
    """A square for one cell of a row, tinted where the colour has a tint."""
    from matplotlib.patches import FancyBboxPatch

    box = FancyBboxPatch(
        (cell_left(position, padding), y - BOX / 2),
        BOX,
        BOX,
        boxstyle="round,pad=0,rounding_size=3",
        facecolor=TINTS.get(color, PAPER),
        edgecolor=color,
        linewidth=1.1,
        linestyle=(0, (3, 2)) if dashed else "solid",
        zorder=2.5,
    )
    sheet.axes.add_patch(box)
