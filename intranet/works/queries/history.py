"""What was said, sent and changed in a split."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from intranet.rows import fetch_all
from intranet.works.models import LineComment, SplitVersion, WorksLine
from intranet.works.queries.lines import LineView, split_lines
from intranet.works.rules import WORDING_COLUMNS, Difference, Snapshot, Wording, differences, snapshot_line
from intranet.works.terms import Answer, Side
from intranet.works.wordings import in_words

_COMMENTS = (
    select(
        LineComment.id,
        LineComment.line_id,
        LineComment.side,
        LineComment.author_name,
        LineComment.at,
        LineComment.text,
        LineComment.resolves,
    )
    .join(WorksLine, WorksLine.id == LineComment.line_id)
    .where(WorksLine.split_id == bindparam("split_id"))
    .order_by(LineComment.at, LineComment.id)
)
_WITHOUT_THE_FAMILY = _COMMENTS.where(LineComment.side != Side.HOUSEHOLD)
_VERSIONS = (
    select(SplitVersion.number, SplitVersion.side, SplitVersion.sent_at, SplitVersion.message)
    .where(SplitVersion.split_id == bindparam("split_id"))
    .order_by(SplitVersion.number)
)
_VERSIONS_WITH_LINES = (
    select(
        SplitVersion.number,
        SplitVersion.side,
        SplitVersion.sent_at,
        SplitVersion.message,
        SplitVersion.lines,
    )
    .where(SplitVersion.split_id == bindparam("split_id"))
    .order_by(SplitVersion.number)
)
_LAST_TWO = (
    select(SplitVersion.number, SplitVersion.lines)
    .where(SplitVersion.split_id == bindparam("split_id"))
    .order_by(SplitVersion.number.desc())
    .limit(2)
)


class Comment(NamedTuple):
    """A remark on a line; with ``resolves`` it closes the thread, until the next one."""

    id: int
    line_id: int
    side: Side
    author: str
    at: datetime
    text: str
    resolves: bool = False


class Version(NamedTuple):
    """A version as it was sent, and by which side."""

    number: int
    side: Side
    sent_at: datetime
    message: str


class Kept(NamedTuple):
    """A version with its lines (``rules.snapshot_line``)."""

    number: int
    side: Side
    sent_at: datetime
    message: str
    lines: Snapshot


def comments(split_id: int, reader: Side = Side.ALC) -> Mapping[int, Sequence[Comment]]:
    """The remarks on each line, oldest first, by line. One statement.

    What the family wrote is for ALC alone: no other ``reader`` gets it.
    """
    found: dict[int, list[Comment]] = defaultdict(list)
    for row in fetch_all(_COMMENTS if reader is Side.ALC else _WITHOUT_THE_FAMILY, split_id=split_id):
        found[row.line_id].append(Comment._make(row))
    return found


def versions(split_id: int) -> Sequence[Version]:
    """The versions sent, oldest first."""
    return [Version._make(row) for row in fetch_all(_VERSIONS, split_id=split_id)]


def kept_versions(split_id: int) -> Sequence[Kept]:
    """The versions sent with all their lines, oldest first. One statement."""
    return [Kept._make(row) for row in fetch_all(_VERSIONS_WITH_LINES, split_id=split_id)]


def compared(split_id: int) -> Sequence[tuple[Version, tuple[str, ...]]]:
    """Every version sent, newest first, each with what it changed against the one before. One statement."""
    return told(kept_versions(split_id))


def told(kept: Sequence[Kept]) -> Sequence[tuple[Version, tuple[str, ...]]]:
    """The versions newest first, each with what it changed against the one before, as sentences."""
    found = []
    for before, row in zip((None, *kept), kept, strict=False):
        said = in_words(differences(before.lines, row.lines)) if before is not None else ()
        found.append((Version(row.number, row.side, row.sent_at, row.message), said))
    return found[::-1]


def present_version(lines: Sequence[LineView]) -> Snapshot:
    """The lines as they stand, as a version would keep them."""
    return [_live_snapshot(line) for line in lines]


def pending_changes(split_id: int) -> tuple[str, ...]:
    """What differs now from the last version sent: what the next sending will tell the other side."""
    return in_words(pending_differences(split_id, split_lines(split_id)))


def pending_differences(split_id: int, lines: Sequence[LineView]) -> Sequence[Difference]:
    """What differs between ``lines`` as they are now and the last version sent. One statement."""
    rows = fetch_all(_LAST_TWO, split_id=split_id)
    if not rows:
        return ()
    return list(differences(rows[0].lines, present_version(lines)))


def last_differences(split_id: int) -> Sequence[Difference]:
    """What the last sending changed against the version before it, as values. One statement."""
    rows = fetch_all(_LAST_TWO, split_id=split_id)
    return list(differences(rows[1].lines, rows[0].lines)) if len(rows) == 2 else ()


def _live_snapshot(line: LineView) -> dict[str, Any]:
    wording = Wording(**{name: getattr(line, name) for name in WORDING_COLUMNS})
    answers: dict[str, dict[str, Any]] = {}
    for side, answer in (
        (Side.ALC, line.alc),
        (Side.BAILLEUR, line.bailleur),
        (Side.HOUSEHOLD, line.household),
    ):
        if answer is not Answer.WAITING:
            answers[side.value] = {"answer": answer.value}
    if line.household is Answer.COUNTERED:
        answers[Side.HOUSEHOLD.value] |= {
            "counter_holder": line.household_wish.value if line.household_wish else None,
            "counter_share_pct": None,
            "counter_payer": None,
        }
    if line.bailleur is Answer.COUNTERED:
        answers[Side.BAILLEUR.value] |= {
            "counter_holder": line.counter_holder.value if line.counter_holder else None,
            "counter_share_pct": line.counter_share_pct,
            "counter_payer": line.counter_payer.value if line.counter_payer else None,
        }
        if line.counter_due_on:
            answers[Side.BAILLEUR.value]["counter_due_on"] = line.counter_due_on.isoformat()
    return snapshot_line(line.id, line.code, wording, answers)
