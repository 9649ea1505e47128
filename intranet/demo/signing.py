"""Signatures of the demonstration, drawn by nobody's hand: each person has strokes of her own."""

from __future__ import annotations

import math
from hashlib import sha256

from intranet.access import Actor
from intranet.signatures.commands import Draw, Signer
from intranet.signatures.queries import document_digest
from intranet.signatures.rules import PAD_HEIGHT, PAD_WIDTH, Strokes
from intranet.signatures.service import sign_drawn
from intranet.works.terms import Side

ADDRESS = "192.0.2.18"  # of the range kept for examples
POINTS = 70


def sign_for(actor: Actor, contract_id: int, side: Side, family: str) -> None:
    """``actor`` signs for her side, or has the family sign on her screen. Inside ``on``."""
    name = family if side is Side.HOUSEHOLD else actor.name
    signer = Signer(contract_id, side, name, document_digest(contract_id), ADDRESS)
    sign_drawn(actor, Draw(signer, flourish(name)))


def flourish(name: str) -> Strokes:
    """A signature that looks like one, always the same for a name: loops that run on, then a line below."""
    seed = sha256(name.encode()).digest()
    loops, lean, height = 4 + seed[0] % 4, 0.5 + seed[1] / 320, 70 + seed[2] % 70
    body = []
    for step in range(POINTS):
        along = step / (POINTS - 1)
        turn = along * loops * math.tau
        fade = 1 - 0.6 * along + 0.25 * math.sin(along * (3 + seed[3] % 5) * math.pi)
        x = 140 + 620 * along + 45 * math.sin(turn + lean)
        y = 190 - height * fade * math.cos(turn) + (seed[4] % 30) * math.sin(along * 7)
        body.append([_within(x, PAD_WIDTH), _within(y, PAD_HEIGHT)])
    start = 180 + seed[5] % 90
    line = [[start, 310 + seed[6] % 30], [start + 420, 290 + seed[7] % 30]]
    return [body, line]


def _within(value: float, most: int) -> int:
    return min(most, max(0, round(value)))
