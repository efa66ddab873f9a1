"""Draws custom_layers/lighthouse.png, the grey picture that exercise 2.5 sharpens. Run it to draw it anew."""

from __future__ import annotations

import math
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 160, 120
FINE = 4
"""How many times larger it is drawn: shrinking gives smooth edges."""

Point = tuple[float, float]


def draw() -> Image.Image:
    """The picture, 8-bit grey and a little soft, as from a cheap lens."""
    picture = Image.new("L", (WIDTH * FINE, HEIGHT * FINE))
    pen = ImageDraw.Draw(picture)
    draw_sky(pen)
    draw_sea(pen)
    draw_boat(pen)
    draw_rock(pen)
    draw_tower(pen)
    small = picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    return small.filter(ImageFilter.GaussianBlur(0.9))


def polygon(pen: ImageDraw.ImageDraw, points: list[Point], grey: int) -> None:
    """A filled polygon; points are in pixels of the finished picture."""
    pen.polygon([(x * FINE, y * FINE) for x, y in points], fill=grey)


def ellipse(pen: ImageDraw.ImageDraw, x: float, y: float, width: float, height: float, grey: int) -> None:
    """A filled ellipse around (x, y)."""
    box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    pen.ellipse([side * FINE for side in box], fill=grey)


def draw_sky(pen: ImageDraw.ImageDraw) -> None:
    """An evening sky that is lighter towards the horizon, the sun and three clouds."""
    for y in range(78 * FINE):
        pen.line((0, y, WIDTH * FINE, y), fill=112 + 82 * y // (78 * FINE))
    ellipse(pen, 44, 62, 17, 17, 226)
    for x, y, size in ((30, 22, 1.0), (82, 36, 0.7), (140, 16, 0.9)):
        for shift, lift, wide in ((-9, 0, 17), (0, -4, 20), (10, 0, 18), (2, 2, 34)):
            ellipse(pen, x + shift * size, y + lift * size, wide * size, 8 * size, 208)


def draw_sea(pen: ImageDraw.ImageDraw) -> None:
    """Dark water whose waves grow towards the viewer, and the sun's path on it."""
    polygon(pen, [(0, 78), (WIDTH, 78), (WIDTH, HEIGHT), (0, HEIGHT)], 84)
    for row in range(9):
        y, length = 81 + row * 4.4, 5 + row * 1.6
        for step in range(-1, int(WIDTH / length)):
            x = (step + 0.5 * (row % 2)) * length * 1.7
            wave = [
                (x + t * length / 8, y - (0.5 + row * 0.13) * math.sin(math.pi * t / 8)) for t in range(9)
            ]
            grey = 148 if abs(x + length / 2 - 44) < 9 + row * 1.6 else 112
            polygon(pen, [*wave, (x + length, y + 0.9), (x, y + 0.9)], grey)


def draw_boat(pen: ImageDraw.ImageDraw) -> None:
    """A sailing boat before the sun."""
    polygon(pen, [(52, 86), (80, 86), (75, 92), (57, 92)], 42)
    polygon(pen, [(64.4, 57), (65.8, 57), (65.8, 86), (64.4, 86)], 42)
    polygon(pen, [(67, 58), (67, 83), (80, 83)], 214)
    polygon(pen, [(63, 62), (63, 83), (53, 83)], 186)


def draw_rock(pen: ImageDraw.ImageDraw) -> None:
    """The rock under the tower, with a lit side and cracks."""
    outline = [(94, 112), (99, 98), (107, 95), (112, 88), (136, 87), (144, 95), (153, 98), (160, 108)]
    polygon(pen, [*outline, (160, 120), (90, 120)], 58)
    polygon(pen, [(94, 112), (99, 98), (107, 95), (112, 88), (117, 88), (109, 103), (104, 116)], 88)
    for x, y in ((120, 96), (131, 101), (142, 104), (116, 108)):
        polygon(pen, [(x, y), (x + 9, y + 1.5), (x + 3, y + 3.2)], 38)


def draw_beam(pen: ImageDraw.ImageDraw) -> None:
    """The beam of the lamp, in pieces that fade into the sky."""
    for piece in range(24):
        near, far = 120 - 2.8 * piece, 120 - 2.8 * (piece + 1)
        edges = [(x, 20 - (120 - x) * 0.26, 25 - (120 - x) * 0.18) for x in (near, far)]
        (_, near_top, near_bottom), (_, far_top, far_bottom) = edges
        corners = [(near, near_top), (far, far_top), (far, far_bottom), (near, near_bottom)]
        polygon(pen, corners, 208 - round(3.4 * piece))


def draw_tower(pen: ImageDraw.ImageDraw) -> None:
    """A striped tower, its shaded side, the gallery, the lamp and its beam."""
    draw_beam(pen)

    def left(y: float) -> float:
        return 118.5 - (y - 32) * 0.075

    def right(y: float) -> float:
        return 129.5 + (y - 32) * 0.075

    for stripe in range(7):
        top, bottom = 32 + 8 * stripe, 40 + 8 * stripe
        middle = [(left(top) + 0.62 * (right(top) - left(top)), top)]
        middle.append((left(bottom) + 0.62 * (right(bottom) - left(bottom)), bottom))
        light, dark = ((224, 182), (76, 54))[stripe % 2]
        polygon(
            pen, [(left(top), top), (right(top), top), (right(bottom), bottom), (left(bottom), bottom)], dark
        )
        polygon(pen, [(left(top), top), middle[0], middle[1], (left(bottom), bottom)], light)
    for y in (50, 66):
        polygon(pen, [(122, y), (125, y), (125, y + 5), (122, y + 5)], 34 if y == 50 else 40)
    polygon(pen, [(114.5, 29.5), (133.5, 29.5), (132, 33), (116, 33)], 36)
    polygon(pen, [(119, 17), (129, 17), (129, 30), (119, 30)], 236)
    for x in (119, 123.5, 128):
        polygon(pen, [(x, 17), (x + 1.2, 17), (x + 1.2, 30), (x, 30)], 46)
    polygon(pen, [(116.5, 18), (131.5, 18), (124, 9)], 50)
    ellipse(pen, 124, 8.5, 3, 3, 50)


if __name__ == "__main__":
    draw().save(Path(__file__).parent / "custom_layers" / "lighthouse.png", optimize=True)
