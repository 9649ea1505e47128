"""Drawings of rooms before, during and after the works: invented places, flat colours, one hand.

A room is drawn twice as large as it is kept, then shrunk, so that its edges are smooth. The same room, moment
and seed give the same bytes.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from intranet.chantiers.terms import Moment

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

WIDTH, HEIGHT = 1000, 750
SCALE = 2
FLOOR = 0.74  # where the wall meets the floor, as a share of the height

Colour = str
Box = tuple[float, float, float, float]

TIRED_WALL, TIRED_STAIN, PLASTER = "#d9d0bd", "#c3b494", "#e9e4da"
WOOD, DARK_WOOD, WHITE = "#c99a68", "#8b6544", "#fbfaf7"
FRESH = {"living": "#f2d9b6", "bedroom": "#cfe0e8", "kitchen": "#d7e5d0", "bathroom": "#cfe5e3"}
TILED = frozenset({"kitchen", "bathroom"})


@dataclass(frozen=True, slots=True)
class Room:
    """What to draw: ``kind`` is ``living``, ``bedroom``, ``kitchen`` or ``bathroom``."""

    kind: str
    seed: int


def draw_room(room: Room, moment: Moment, *, somebody: bool = False) -> bytes:
    """A JPEG of the room at that moment of the works; ``somebody``: with one of the family at work."""
    from PIL import Image, ImageDraw  # only the demonstration draws

    image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), WHITE)
    brush = Brush(ImageDraw.Draw(image, "RGBA"), Random(room.seed))
    _wall(brush, room, moment)
    if moment is Moment.BEFORE:
        _damage(brush)
    _floor(brush, room, moment)
    _window(brush, room, moment)
    _furniture(brush, room, moment)
    if moment is Moment.DURING:
        _tools(brush)
    if somebody:
        _somebody(brush)
    written = io.BytesIO()
    image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(written, "JPEG", quality=88)
    return written.getvalue()


class Brush:
    """Draws in a square of one by one, whatever the size of the picture."""

    def __init__(self, draw: ImageDraw, random: Random) -> None:
        self.draw = draw
        self.random = random
        self.across = WIDTH * SCALE
        self.down = HEIGHT * SCALE

    def _points(self, *points: tuple[float, float]) -> list[tuple[float, float]]:
        return [(x * self.across, y * self.down) for x, y in points]

    def box(self, box: Box, fill: Colour, radius: float = 0) -> None:
        left, top, right, bottom = box
        corners = self._points((left, top), (right, bottom))
        self.draw.rounded_rectangle(corners, radius * self.across, fill=fill)

    def oval(self, box: Box, fill: Colour) -> None:
        left, top, right, bottom = box
        self.draw.ellipse(self._points((left, top), (right, bottom)), fill=fill)

    def shape(self, points: list[tuple[float, float]], fill: Colour) -> None:
        self.draw.polygon(self._points(*points), fill=fill)

    def line(self, points: list[tuple[float, float]], fill: Colour, thick: float = 0.004) -> None:
        self.draw.line(self._points(*points), fill=fill, width=round(thick * self.across), joint="curve")

    def blot(self, x: float, y: float, size: float, fill: Colour) -> None:
        """An uneven stain: a few ovals that overlap."""
        for _each in range(5):
            dx, dy = self.random.uniform(-size, size) / 2, self.random.uniform(-size, size) / 2
            half = size * self.random.uniform(0.35, 0.6)
            self.oval((x + dx - half, y + dy - half, x + dx + half, y + dy + half), fill)


def _wall(brush: Brush, room: Room, moment: Moment) -> None:
    fresh = FRESH[room.kind]
    if moment is Moment.AFTER:
        brush.box((0, 0, 1, FLOOR), fresh)
    else:
        brush.box((0, 0, 1, FLOOR), TIRED_WALL if moment is Moment.BEFORE else PLASTER)
    if moment is Moment.DURING:
        for band in range(6):
            top = 0.02 + band * 0.01
            brush.box((0.05 + band * 0.085, top, 0.15 + band * 0.085, FLOOR), fresh)
    if room.kind in TILED:
        _wall_tiles(brush, "#f6f7f5" if moment is Moment.AFTER else "#d5d2c6", moment)
    brush.box((0, 0, 1, 0.025), "#ffffff" if moment is Moment.AFTER else "#e8e3d8")


def _wall_tiles(brush: Brush, colour: Colour, moment: Moment) -> None:
    top, rows, columns = 0.46, 4, 16
    height = (FLOOR - top) / rows
    for row in range(rows):
        for column in range(columns):
            if moment is Moment.BEFORE and brush.random.random() < 0.09:
                continue
            left = column / columns
            brush.box(
                (
                    left + 0.002,
                    top + row * height + 0.002,
                    left + 1 / columns - 0.002,
                    top + (row + 1) * height,
                ),
                colour,
            )


def _floor(brush: Brush, room: Room, moment: Moment) -> None:
    done = moment is Moment.AFTER
    if room.kind in TILED:
        brush.box((0, FLOOR, 1, 1), "#b9c4c4" if done else "#aaa596")
        for step in range(9):
            x = step / 8
            brush.line([(0.5 + (x - 0.5) * 0.9, FLOOR), (0.5 + (x - 0.5) * 1.8, 1)], "#ffffff66")
        for y in (0.80, 0.88):
            brush.line([(0, y), (1, y)], "#ffffff66")
    else:
        brush.box((0, FLOOR, 1, 1), WOOD if done else "#a58a6b")
        for row, y in enumerate((FLOOR, 0.79, 0.85, 0.92)):
            brush.line([(0, y), (1, y)], "#00000018")
            for board in range(5):
                x = board / 5 + (0.1 if row % 2 else 0.02)
                brush.line([(x, y), (x, y + 0.06)], "#00000018")
    if moment is Moment.BEFORE:
        brush.box((0, FLOOR - 0.022, 0.36, FLOOR), "#cfc5b1")
        brush.box((0.52, FLOOR - 0.022, 1, FLOOR), "#cfc5b1")
    else:
        brush.box((0, FLOOR - 0.028, 1, FLOOR), WHITE if done else "#efeae0")
    if moment is Moment.DURING:
        brush.shape([(0.02, 0.80), (0.98, 0.80), (1, 1), (0, 1)], "#f4f1eacc")


def _window(brush: Brush, room: Room, moment: Moment) -> None:
    left, right = (0.60, 0.86) if room.seed % 2 else (0.12, 0.38)
    top, bottom = 0.12, 0.42 if room.kind in TILED else 0.52
    frame = WHITE if moment is Moment.AFTER else "#efeadd"
    brush.box((left - 0.015, top - 0.02, right + 0.015, bottom + 0.02), frame, 0.006)
    brush.box((left, top, right, bottom), "#bfe0f2")
    brush.oval((right - 0.09, top + 0.03, right - 0.03, top + 0.11), "#ffe9a8")
    brush.shape(
        [
            (left, bottom),
            (left, bottom - 0.07),
            (left + 0.1, bottom - 0.14),
            (left + 0.19, bottom - 0.05),
            (right, bottom - 0.11),
            (right, bottom),
        ],
        "#9cc3a0",
    )
    middle = (left + right) / 2
    brush.box((middle - 0.006, top, middle + 0.006, bottom), frame)
    brush.box((left - 0.025, bottom + 0.02, right + 0.025, bottom + 0.04), frame)
    if moment is Moment.AFTER and room.kind in ("living", "bedroom"):
        curtain = "#e08e6d" if room.kind == "living" else "#7fa3bf"
        for side in ((left - 0.06, left + 0.01), (right - 0.01, right + 0.06)):
            brush.box((side[0], top - 0.05, side[1], FLOOR - 0.06), curtain, 0.01)
        brush.line([(left - 0.08, top - 0.05), (right + 0.08, top - 0.05)], DARK_WOOD, 0.006)


def _furniture(brush: Brush, room: Room, moment: Moment) -> None:
    if moment is Moment.AFTER:
        _FURNITURE[room.kind](brush, 0.08 if room.seed % 2 else 0.50)
    elif room.kind in TILED and moment is Moment.BEFORE:
        brush.box((0.10, 0.58, 0.46, 0.84), "#b9a98c", 0.006)
        brush.box((0.09, 0.56, 0.47, 0.59), "#8f8268", 0.004)


def _living(brush: Brush, left: float) -> None:
    brush.oval((left - 0.02, 0.86, left + 0.46, 0.95), "#d4796055")
    brush.box((left, 0.58, left + 0.38, 0.76), "#5d7f8c", 0.02)
    brush.box((left - 0.02, 0.68, left + 0.40, 0.84), "#6d919e", 0.02)
    brush.box((left + 0.04, 0.63, left + 0.14, 0.73), "#f3c677", 0.015)
    for foot in (0.01, 0.35):
        brush.box((left + foot, 0.84, left + foot + 0.02, 0.88), DARK_WOOD)
    brush.box((left + 0.09, 0.18, left + 0.27, 0.40), DARK_WOOD, 0.004)
    brush.box((left + 0.10, 0.195, left + 0.26, 0.385), "#fdf6e8", 0.002)
    brush.oval((left + 0.14, 0.23, left + 0.20, 0.31), "#e08e6d")
    brush.shape([(left + 0.11, 0.38), (left + 0.18, 0.29), (left + 0.25, 0.38)], "#86a98b")


def _bedroom(brush: Brush, left: float) -> None:
    brush.box((left, 0.46, left + 0.40, 0.78), WOOD, 0.02)
    brush.box((left + 0.01, 0.64, left + 0.39, 0.86), WHITE, 0.015)
    brush.box((left + 0.01, 0.72, left + 0.39, 0.90), "#7fa3bf", 0.015)
    for pillow in (0.04, 0.22):
        brush.box((left + pillow, 0.60, left + pillow + 0.14, 0.68), "#eef4f7", 0.02)
    brush.box((left + 0.06, 0.20, left + 0.34, 0.22), WOOD)
    for place, (height, colour) in enumerate(((0.10, "#e08e6d"), (0.08, "#86a98b"), (0.11, "#f3c677"))):
        brush.box((left + 0.09 + place * 0.03, 0.20 - height, left + 0.115 + place * 0.03, 0.20), colour)
    brush.oval((left + 0.27, 0.11, left + 0.32, 0.19), "#86a98b")


def _kitchen(brush: Brush, left: float) -> None:
    brush.box((left, 0.60, left + 0.42, 0.86), "#86a98b", 0.006)
    brush.box((left - 0.01, 0.575, left + 0.43, 0.605), DARK_WOOD, 0.004)
    for door in range(3):
        brush.box((left + 0.01 + door * 0.137, 0.62, left + 0.135 + door * 0.137, 0.85), "#94b698", 0.004)
        brush.box((left + 0.055 + door * 0.137, 0.635, left + 0.09 + door * 0.137, 0.645), WHITE)
    brush.box((left + 0.24, 0.20, left + 0.42, 0.40), "#94b698", 0.006)
    brush.box((left + 0.06, 0.50, left + 0.14, 0.575), "#c9d2d6", 0.01)
    brush.oval((left + 0.28, 0.50, left + 0.36, 0.58), "#e08e6d")


def _bathroom(brush: Brush, left: float) -> None:
    brush.box((left, 0.62, left + 0.40, 0.86), WHITE, 0.03)
    brush.box((left - 0.01, 0.60, left + 0.41, 0.64), "#eef2f2", 0.012)
    brush.box((left + 0.30, 0.48, left + 0.315, 0.61), "#9aa7ab")
    brush.box((left + 0.27, 0.475, left + 0.33, 0.49), "#9aa7ab")
    brush.oval((left + 0.08, 0.16, left + 0.24, 0.40), DARK_WOOD)
    brush.oval((left + 0.09, 0.175, left + 0.23, 0.385), "#e4f1f3")
    brush.box((left + 0.05, 0.64, left + 0.13, 0.76), "#e08e6d", 0.006)


_FURNITURE = {"living": _living, "bedroom": _bedroom, "kitchen": _kitchen, "bathroom": _bathroom}


def _damage(brush: Brush) -> None:
    """Stains, peeled patches, a crack, a bare bulb."""
    for _each in range(4):
        x, y = brush.random.uniform(0.06, 0.94), brush.random.uniform(0.08, 0.44)
        brush.blot(x, y, brush.random.uniform(0.03, 0.07), TIRED_STAIN + "88")
    for _each in range(3):
        x, y = brush.random.uniform(0.1, 0.9), brush.random.uniform(0.5, 0.68)
        brush.blot(x, y, 0.03, PLASTER)
    x, y = brush.random.uniform(0.42, 0.56), 0.025
    crack = [(x, y)]
    for _each in range(9):
        x += brush.random.uniform(-0.022, 0.022)
        y += brush.random.uniform(0.03, 0.06)
        crack.append((x, y))
    brush.line(crack, "#8d8065", 0.003)
    brush.line([crack[4], (crack[4][0] + 0.05, crack[4][1] + 0.04)], "#8d8065", 0.002)
    brush.line([(0.5, 0), (0.5, 0.10)], "#55504a", 0.003)
    brush.oval((0.485, 0.10, 0.515, 0.145), "#f4e9b8")


def _tools(brush: Brush) -> None:
    """A ladder, a bucket of paint and a roller on its pole."""
    for foot in (0.62, 0.80):
        brush.line([(0.71, 0.22), (foot, 0.92)], WOOD, 0.012)
    for step in range(1, 6):
        y = 0.22 + step * 0.12
        spread = 0.09 * (y - 0.22) / 0.70
        brush.line([(0.71 - spread, y), (0.71 + spread, y)], WOOD, 0.010)
    brush.box((0.36, 0.82, 0.46, 0.95), "#dfe5e7", 0.008)
    brush.oval((0.36, 0.80, 0.46, 0.84), "#e08e6d")
    brush.line([(0.52, 0.94), (0.585, 0.30)], DARK_WOOD, 0.007)
    brush.box((0.545, 0.24, 0.625, 0.29), WHITE, 0.015)
    brush.box((0.545, 0.24, 0.625, 0.255), "#e08e6d", 0.006)


def _somebody(brush: Brush) -> None:
    """Somebody at the roller: overalls, a cap, one arm up."""
    for leg in (0.40, 0.47):
        brush.box((leg, 0.72, leg + 0.055, 0.95), "#41606e", 0.012)
        brush.box((leg - 0.005, 0.93, leg + 0.065, 0.965), "#3b3330", 0.010)
    brush.line([(0.495, 0.50), (0.565, 0.40)], "#b98562", 0.030)
    brush.line([(0.425, 0.50), (0.405, 0.68)], "#b98562", 0.028)
    brush.box((0.405, 0.45, 0.520, 0.62), "#f3c677", 0.030)
    brush.box((0.400, 0.55, 0.525, 0.76), "#527786", 0.016)
    brush.box((0.448, 0.41, 0.478, 0.47), "#b98562")
    brush.oval((0.420, 0.30, 0.506, 0.43), "#b98562")
    brush.box((0.414, 0.285, 0.512, 0.345), "#c85c4b", 0.035)
    brush.box((0.408, 0.328, 0.518, 0.350), "#a94a3c", 0.008)
    for eye in (0.446, 0.480):
        brush.oval((eye - 0.005, 0.368, eye + 0.005, 0.381), "#3b3330")
    brush.line([(0.450, 0.402), (0.463, 0.408), (0.477, 0.402)], "#7d4a38", 0.004)
