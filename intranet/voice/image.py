"""Whether the family is on the pictures of its chantier, in plain words, and its way to take that back."""

from __future__ import annotations

from typing import NamedTuple

from intranet.chantiers.image_right import answer_on_split
from intranet.voice.texts import Words


class ImageCard(NamedTuple):
    """What the family answered about its image. ``agreed``: there is something to take back."""

    agreed: bool
    told: str


def image_card(split_id: int, say: Words) -> ImageCard | None:
    """The card, or ``None`` while the family was not asked. One statement."""
    agreed = answer_on_split(split_id).agreed
    if agreed is None:
        return None
    return ImageCard(agreed, say("image.agreed" if agreed else "image.refused"))
