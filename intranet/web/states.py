"""A state as people read it: a word and one of six colours, never a colour alone."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

Colour = Literal["grey", "blue", "amber", "violet", "green", "red"]


class StateWord(NamedTuple):
    """The word for a state and its colour.

    ``grey`` not started, ``blue`` under way, ``amber`` waiting for me, ``violet`` waiting for the other,
    ``green`` done, ``red`` blocked. ``label`` is a string or a lazy translation.
    """

    label: Any
    colour: Colour
