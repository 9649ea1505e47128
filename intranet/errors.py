"""What a service may answer instead of doing as told. Each message is a sentence for its user."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """A rule says no. ``rule`` is its stable id, ``message`` the reason in plain words (translated).

    ``field`` names the input the reason belongs to, if one does. Answered 422 in a form, 409 otherwise.
    """

    def __init__(self, rule: str, message: Any, *, field: str | None = None) -> None:
        super().__init__(rule, str(message))
        self.rule = rule
        self.message = message
        self.field = field


class NotAllowed(Refused):
    """Seen, but not theirs to do: 403 with a sentence."""


class Stale(Refused):
    """Someone else changed the object since the form was opened. Nothing was written.

    ``changes`` says in words what changed meanwhile, so that the form can be shown again with it.
    """

    def __init__(self, message: Any, changes: tuple[str, ...] = ()) -> None:
        super().__init__("stale", message)
        self.changes = changes


class SessionEnded(Exception):
    """Nobody is signed in any more: ``door`` is where to sign in, ``title`` and ``sentence`` say what ended."""

    def __init__(self, door: str, title: Any, sentence: Any) -> None:
        super().__init__(str(title))
        self.door = door
        self.title = title
        self.sentence = sentence


class NotNow(Exception):
    """It cannot be done at this moment, and nothing was changed: 503 with the sentence and when to try again."""

    def __init__(self, message: Any, *, retry_after: int = 30) -> None:
        super().__init__(str(message))
        self.message = message
        self.retry_after = retry_after  # seconds
