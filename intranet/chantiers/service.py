"""The commands of a chantier, in one place for those who call them.

Each takes the ``Actor`` and a command, checks the role (the view has checked the object), changes, writes the
history and commits once.
"""

from __future__ import annotations

from intranet.chantiers.editing import edit_chantier
from intranet.chantiers.handover import accept_all, hand_over_task, lift_reserve
from intranet.chantiers.journal import enter_hours, remove_hours, write_note
from intranet.chantiers.moves import move_chantier, move_task, tick_start, untick_start
from intranet.chantiers.opening import open_from_contract
from intranet.chantiers.photos import add_photo, answer_image, remove_photo

__all__ = [
    "accept_all",
    "add_photo",
    "answer_image",
    "edit_chantier",
    "enter_hours",
    "hand_over_task",
    "lift_reserve",
    "move_chantier",
    "move_task",
    "open_from_contract",
    "remove_hours",
    "remove_photo",
    "tick_start",
    "untick_start",
    "write_note",
]
