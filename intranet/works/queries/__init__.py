"""Reading splits and contracts: columns, statements built once, as many for a hundred lines as for one.

What a row holds here may be shown to ALC and to the bailleur alike: no pôle, no site, no référent, no note.
Whether the person may see the object at all is for the view to have asked (``access.require``); the queues
ask for themselves.
"""

from intranet.works.queries.contracts import (
    contract_header,
    live_contract,
    partners,
    signatures,
    with_home_of_contract,
)
from intranet.works.queries.history import (
    Comment,
    Kept,
    Version,
    comments,
    compared,
    kept_versions,
    last_differences,
    pending_changes,
    pending_differences,
    present_version,
    told,
    versions,
)
from intranet.works.queries.kinds import KindChoice, kind_choices
from intranet.works.queries.lines import LineView, is_line_of, sent_lines, split_header, split_lines
from intranet.works.queries.queues import QueueRow, my_turn, waiting_for_others
from intranet.works.queries.standing import Standing, standing
from intranet.works.queries.turns import Grant, Turn, TurnDays, turn_days, turn_of
from intranet.works.queries.wordings import LinePast, Override, Past, Sent, line_past, overrides, sent_past

__all__ = [
    "Comment",
    "Grant",
    "Kept",
    "KindChoice",
    "LinePast",
    "LineView",
    "Override",
    "Past",
    "QueueRow",
    "Sent",
    "Standing",
    "Turn",
    "TurnDays",
    "Version",
    "comments",
    "compared",
    "contract_header",
    "is_line_of",
    "kept_versions",
    "kind_choices",
    "last_differences",
    "line_past",
    "live_contract",
    "my_turn",
    "overrides",
    "partners",
    "pending_changes",
    "pending_differences",
    "present_version",
    "sent_lines",
    "sent_past",
    "signatures",
    "split_header",
    "split_lines",
    "standing",
    "told",
    "turn_days",
    "turn_of",
    "versions",
    "waiting_for_others",
    "with_home_of_contract",
]
