"""The past of one line: every wording, what was sent of it, which guard-rail was set aside for it and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from intranet.rows import fetch_all
from intranet.works.models import GuardrailOverride, LineWording, SplitVersion, WorksLine
from intranet.works.terms import Side

_WORDINGS = (
    select(
        LineWording.at,
        LineWording.side,
        LineWording.by_name,
        LineWording.act,
        LineWording.digest,
        LineWording.wording,
    )
    .where(LineWording.line_id == bindparam("line_id"))
    .order_by(LineWording.number)
)
_SENT = (
    select(SplitVersion.number, SplitVersion.side, SplitVersion.sent_at, SplitVersion.lines)
    .where(SplitVersion.split_id == bindparam("split_id"))
    .order_by(SplitVersion.number)
)
_OVERRIDE = (
    GuardrailOverride.line_id,
    GuardrailOverride.digest,
    GuardrailOverride.rule,
    GuardrailOverride.by_name,
    GuardrailOverride.at,
    GuardrailOverride.reason,
)
_OVERRIDES_OF_LINE = (
    select(*_OVERRIDE)
    .where(GuardrailOverride.line_id == bindparam("line_id"))
    .order_by(GuardrailOverride.at, GuardrailOverride.id)
)
_OVERRIDES = (
    select(*_OVERRIDE)
    .join(WorksLine, WorksLine.id == GuardrailOverride.line_id)
    .where(WorksLine.split_id == bindparam("split_id"))
    .order_by(GuardrailOverride.at, GuardrailOverride.id)
)


class Override(NamedTuple):
    """A guard-rail set aside for the wording with that digest: by whom, when and why."""

    line_id: int
    digest: str
    rule: str
    by_name: str
    at: datetime
    reason: str


class Past(NamedTuple):
    """A wording the line had. ``wording`` is what ``rules.wording_data`` kept."""

    at: datetime
    side: Side
    by_name: str
    act: str
    digest: str
    wording: Mapping[str, Any]


class Sent(NamedTuple):
    """The line as a version sent it (``rules.snapshot_line``)."""

    number: int
    side: Side
    at: datetime
    line: Mapping[str, Any]


class LinePast(NamedTuple):
    """All that is kept of one line, each part oldest first."""

    wordings: Sequence[Past]
    sent: Sequence[Sent]
    overrides: Sequence[Override]


def line_past(split_id: int, line_id: int) -> LinePast:
    """Everything, drafts never sent included: for ALC. Three statements."""
    return LinePast(
        [Past._make(row) for row in fetch_all(_WORDINGS, line_id=line_id)],
        _sent(split_id, line_id),
        [Override._make(row) for row in fetch_all(_OVERRIDES_OF_LINE, line_id=line_id)],
    )


def sent_past(split_id: int, line_id: int) -> LinePast:
    """What the bailleur may read: the wordings it was sent, in order, and what was set aside for these."""
    everything = line_past(split_id, line_id)
    shown: list[Past] = []
    for sent in everything.sent:
        wording = _in_force(everything.wordings, sent)
        if not shown or shown[-1].digest != wording.digest:
            shown.append(wording)
    seen = {each.digest for each in shown}
    overrides = [each for each in everything.overrides if each.digest in seen]
    return LinePast(shown, everything.sent, overrides)


def overrides(split_id: int) -> Mapping[tuple[int, str], Sequence[Override]]:
    """What was set aside in a split, by line and digest of the wording it holds for. One statement."""
    found: dict[tuple[int, str], list[Override]] = defaultdict(list)
    for row in fetch_all(_OVERRIDES, split_id=split_id):
        found[row.line_id, row.digest].append(Override._make(row))
    return found


def _sent(split_id: int, line_id: int) -> list[Sent]:
    return [
        Sent(row.number, row.side, row.sent_at, line)
        for row in fetch_all(_SENT, split_id=split_id)
        for line in row.lines
        if line["id"] == line_id
    ]


def _in_force(wordings: Sequence[Past], sent: Sent) -> Past:
    """The wording a version sent: who wrote it last before it left; of older lines, what the version kept."""
    digest: str = sent.line["digest"]
    for past in wordings[::-1]:
        if past.at <= sent.at and past.digest == digest:
            return past
    return Past(sent.at, sent.side, "", "changed", digest, sent.line)
