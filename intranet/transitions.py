"""Declared state machines: one table of transitions for each object with states.

A transition says from where, to where, which permission moves it, what must hold, and which event it
emits. Services ask the machine; screens ask it too, so that a button and the server cannot disagree.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from intranet.errors import Refused

S = TypeVar("S", bound=enum.StrEnum)

Guard = Callable[[Any], Refused | None]
"""Given the facts of the object, the refusal, or ``None`` when the transition may go on."""


@dataclass(frozen=True, slots=True)
class Transition(Generic[S]):
    """One allowed move. ``permission`` is ``None`` for a move only the clock makes."""

    name: str
    sources: frozenset[S]
    target: S
    permission: str | None
    event: str
    guards: tuple[Guard, ...] = ()
    needs_reason: bool = False


class Machine(Generic[S]):
    """The transitions of one kind of object, looked up by name."""

    def __init__(self, name: str, states: type[S], *transitions: Transition[S]) -> None:
        self.name = name
        self.states = states
        self.transitions = {transition.name: transition for transition in transitions}
        if len(self.transitions) != len(transitions):
            raise ValueError(f"{name}: two transitions share a name")

    def __iter__(self) -> Iterator[Transition[S]]:
        return iter(self.transitions.values())

    def open_from(self, state: S) -> tuple[Transition[S], ...]:
        """The transitions that leave ``state``, in the order declared."""
        return tuple(move for move in self if state in move.sources)

    def check(self, name: str, state: S, facts: Any, reason: str = "") -> Transition[S]:
        """The transition ``name`` from ``state``, or ``Refused`` with why not.

        Who may is for ``access``: the caller has asked it for ``transition.permission`` already.
        """
        from intranet.translation import gettext as _

        move = self.transitions[name]
        if state not in move.sources:
            raise Refused(
                f"{self.name}.{name}.state", _("Cette action n'est plus possible dans l'état actuel.")
            )
        if move.needs_reason and not reason.strip():
            raise Refused(f"{self.name}.{name}.reason", _("Indiquez pourquoi."), field="reason")
        for guard in move.guards:
            refusal = guard(facts)
            if refusal is not None:
                raise refusal
        return move
