"""Pieces of pages made once and kept: a menu, a bar of filters, the words of a table of states.

What is kept depends only on its key, which therefore names everything that could change it. A process keeps a few
hundred; nothing in them is a person's.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar

from flask import Flask

from intranet.current import this_app
from intranet.translation import current_language
from intranet.web.states import StateWord

MOST = 1024
T = TypeVar("T")


def kept(key: Hashable, make: Callable[[], T]) -> T:
    """What ``make`` gave the first time this key was asked for, in the reader's language."""
    pieces: dict[Hashable, Any] = this_app().extensions["intranet.kept"]
    full = (current_language(), key)
    found = pieces.get(full)
    if found is None:
        if len(pieces) >= MOST:
            pieces.clear()
        found = pieces[full] = make()
    return found


def spoken(words: Mapping[Any, StateWord]) -> Mapping[Any, StateWord]:
    """A module's table of state words, its labels said in the reader's language."""
    return kept(
        ("words", id(words)),
        lambda: {state: StateWord(str(word.label), word.colour) for state, word in words.items()},
    )


def said(words: Mapping[Any, Any]) -> Mapping[Any, str]:
    """A module's table of lazy words, in the reader's language."""
    return kept(("said", id(words)), lambda: {key: str(word) for key, word in words.items()})


def init_app(app: Flask) -> None:
    """Room for the pieces."""
    app.extensions["intranet.kept"] = {}
