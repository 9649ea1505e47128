"""The household's own voice: line by line, to the wording it read, in the name of who says it.

What is said to a wording that has changed meanwhile is not kept: that line is asked again. A family that has a
doubt refuses nothing for good: the line is to be discussed, and ALC changes it or explains it. It may also say who
does it instead, itself or the bailleur: kept as its counter-proposal, which changes the line no more than a doubt.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import bindparam, select

from intranet import permissions as p
from intranet.access import Actor, require_may
from intranet.clock import now
from intranet.errors import Refused
from intranet.extensions import db
from intranet.freetext import checked
from intranet.timeline.service import commit
from intranet.translation import gettext as _
from intranet.works.commands import HouseholdVoice, Said
from intranet.works.facts import good_answer
from intranet.works.mailing import tell_alc
from intranet.works.models import LineComment, Split, WorksLine
from intranet.works.service.concluding import (
    agree_when_all_do,
    check_answer_day,
    check_given,
    nothing_said,
    write_household,
)
from intranet.works.service.loading import check_may_act, take_split, trace
from intranet.works.terms import Answer, Side

PERSON_LIMIT = PLACE_LIMIT = 120
WORD_LIMIT = 500
_SAID = frozenset({Answer.ACCEPTED, Answer.REFUSED, Answer.COUNTERED})
_WORDS = (
    select(LineComment.line_id, LineComment.text)
    .join(WorksLine, WorksLine.id == LineComment.line_id)
    .where(WorksLine.split_id == bindparam("split_id"), LineComment.side == Side.HOUSEHOLD)
)


class Heard(NamedTuple):
    """What became of the answers. ``asked_again``: lines whose wording had changed or that are gone.

    ``hindrance`` says why the split is not agreed although nobody's answer is missing.
    """

    split: Split
    taken: int
    asked_again: frozenset[int]
    hindrance: Refused | None = None


def answer_as_household(actor: Actor, command: HouseholdVoice) -> Heard:
    """The household's own answers, given with its code. May: the household's guest, for her split."""
    require_may(actor, p.SPLIT_VOICE)
    return _hear(actor, command, "answer_as_household")


def record_voice(actor: Actor, command: HouseholdVoice) -> Heard:
    """The same answers, given on the phone of somebody of ALC who says where and when. May: who records them."""
    require_may(actor, p.SPLIT_HOUSEHOLD)
    return _hear(actor, command, "record_household")


def _hear(actor: Actor, command: HouseholdVoice, act: str) -> Heard:
    split = take_split(command.split_id)
    check_may_act(split, act)
    person, place, words = _checked(split, command)
    lines = {line.id: line for line in split.lines if not line.fixed}
    good = {
        line_id: said
        for line_id, said in command.answers.items()
        if line_id in lines and lines[line_id].digest == said.digest
    }
    for line_id, said in good.items():
        check_given(lines[line_id], said.answer, said.wish)
    known = _words_said(split) if any(words.values()) else {}
    spoken = {
        line_id: word
        for line_id, word in words.items()
        if word and line_id in good and word not in known.get(line_id, ())
    }
    changed = [line_id for line_id, said in good.items() if _differs(lines[line_id], said)]
    for line_id in changed:
        write_household(lines[line_id], good[line_id].answer, actor, person, good[line_id].wish)
    for line_id, word in spoken.items():
        _keep_word(line_id, actor, person, word)
    new = {*changed, *spoken}
    hindrance = None
    if new:
        split.household_answered_on = command.answered_on
        split.household_answered_at_place = place
        given = [good[line_id].answer for line_id in new]
        trace(
            "works.split.household_spoke",
            split,
            actor,
            on=command.answered_on,
            place=place,
            person=person,
            alone=actor.guest_id is not None,
            accepted=given.count(Answer.ACCEPTED),
            refused=given.count(Answer.REFUSED),
            countered=given.count(Answer.COUNTERED),
        )
        try:
            agree_when_all_do(split, actor)
        except Refused as refused:
            hindrance = refused
        if actor.guest_id is not None:
            tell_alc("household_answered", split, message="", who=person)
    commit()
    return Heard(split, len(new), frozenset(command.answers) - frozenset(good), hindrance)


def _checked(split: Split, command: HouseholdVoice) -> tuple[str, str, Mapping[int, str]]:
    """Who speaks, where, and the words beside each line, cleaned. ``Refused`` names the field."""
    if not command.answers:
        raise nothing_said()
    if not {said.answer for said in command.answers.values()} <= _SAID:
        raise Refused("household.answers", _("Une réponse ne correspond à aucune ligne : relisez la page."))
    check_answer_day(split, command.answered_on)
    person = checked(command.person, PERSON_LIMIT, field="person", multiline=False)
    if not person:
        raise Refused("household.person", _("Écrivez qui répond."), field="person")
    place = checked(command.place, PLACE_LIMIT, field="place", multiline=False)
    words = {
        line_id: checked(said.word, WORD_LIMIT, field=f"word-{line_id}")
        for line_id, said in command.answers.items()
    }
    return person, place, words


def _differs(line: WorksLine, said: Said) -> bool:
    """Whether this says something new: an answer sent once more keeps who gave it and when."""
    present = good_answer(line, Side.HOUSEHOLD)
    return present is None or (present.answer, present.counter_holder) != (said.answer, said.wish)


def _words_said(split: Split) -> Mapping[int, frozenset[str]]:
    """What the family has already written beside each line: a form sent again says it once."""
    said: dict[int, set[str]] = defaultdict(set)
    for line_id, text in db.session.execute(_WORDS, {"split_id": split.id}):
        said[line_id].add(text)
    return {line_id: frozenset(texts) for line_id, texts in said.items()}


def _keep_word(line_id: int, actor: Actor, person: str, word: str) -> None:
    """The family's words stand in the line's thread, where ALC alone reads them."""
    remark = LineComment(
        line_id=line_id,
        side=Side.HOUSEHOLD,
        author_id=actor.author_id,
        author_name=person,
        at=now(),
        text=word,
    )
    db.session.add(remark)
