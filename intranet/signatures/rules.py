"""The rules of signing (``domain.md`` §3): who must sign, what a drawing and a code look like.

Pure: no session, no request.
"""

from __future__ import annotations

import math
import secrets
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

from intranet.works.terms import Holder, Side

Strokes = list[list[list[int]]]
"""A drawing: strokes, each a list of ``[x, y]`` in thousandths of the pad's width."""

PAD_WIDTH, PAD_HEIGHT = 1000, 400
MOST_STROKES, MOST_POINTS = 200, 6_000
LEAST_INK = 150  # thousandths of the pad's width, all strokes together: less is a slip of the finger

SEAL_JOB = "contract.seal"

CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Neither 0 nor O, 1 nor I nor L, nor U that is heard as V: a code is read out and typed on a phone."""

CODE_LENGTH = 8
CODE_LIFE = timedelta(minutes=30)
CODE_ATTEMPTS = 5
CODES_AN_HOUR = 5
"""Codes made for one party of one contract within an hour; with the attempts, it bounds all guessing."""


def needed_sides(lines: Iterable[Mapping[str, Any]]) -> set[Side]:
    """Who must sign: household, bailleur and ALC, and the works partner if it holds a line."""
    sides = {Side.HOUSEHOLD, Side.BAILLEUR, Side.ALC}
    if any(line["holder"] == Holder.PARTNER for line in lines):
        sides.add(Side.PARTNER)
    return sides


def read_strokes(raw: Any) -> Strokes | None:
    """The drawing in what a browser sent, or ``None`` when it is none: wrong shape, off the pad, or too little.

    Nobody's hand draws more than ``MOST_POINTS`` points; what does is not a signature.
    """
    if not isinstance(raw, list) or not 0 < len(raw) <= MOST_STROKES:
        return None
    if not all(isinstance(stroke, list) and stroke for stroke in raw):
        return None
    if sum(len(stroke) for stroke in raw) > MOST_POINTS:
        return None
    if not all(_on_pad(point) for stroke in raw for point in stroke):
        return None
    strokes = [[[int(x), int(y)] for x, y in stroke] for stroke in raw]
    return strokes if ink(strokes) >= LEAST_INK else None


def _on_pad(point: Any) -> bool:
    return (
        isinstance(point, list)
        and len(point) == 2
        and all(type(each) is int for each in point)
        and 0 <= point[0] <= PAD_WIDTH
        and 0 <= point[1] <= PAD_HEIGHT
    )


def ink(strokes: Sequence[Sequence[Sequence[int]]]) -> float:
    """The length of all strokes together, in thousandths of the pad's width."""
    return sum(math.dist(one, other) for stroke in strokes for one, other in pairwise(stroke))


def new_code() -> str:
    """Eight characters nobody confuses, from the system's own randomness: 30⁸, some 6 × 10¹¹ possible ones."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def show_code(code: str) -> str:
    """The code in two groups, as it is sent and read out."""
    return f"{code[:4]} {code[4:]}"


def read_code(typed: str) -> str:
    """What was typed, without case, spaces and dashes, full-width digits made plain."""
    plain = unicodedata.normalize("NFKC", typed).upper()
    return "".join(character for character in plain if character.isalnum())
