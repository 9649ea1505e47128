"""From the family's form to the command, and from a refusal to words the family reads in its language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from intranet.errors import Refused
from intranet.freetext import tidy
from intranet.voice.choices import GIVEN, TALK, YES
from intranet.voice.showing import Typed
from intranet.works.commands import HouseholdVoice, Said

_LINE = re.compile(r"(line|word|seen)-(\d{1,9})", re.ASCII)
ALL = "all"
"""The button that agrees to every line left without an answer."""


def typed_in(form: Mapping[str, str]) -> Typed:
    """What was chosen and written. Words beside a line without a choice ask to talk about it; the button that agrees
    to everything agrees to the lines shown that have neither.
    """
    answers: dict[int, str] = {}
    words: dict[int, str] = {}
    shown: list[int] = []
    for name, value in form.items():
        found = _LINE.fullmatch(name)
        if found is None:
            continue
        line_id = int(found[2])
        if found[1] == "line" and value in GIVEN:
            answers[line_id] = value
        elif found[1] == "word" and tidy(value):
            words[line_id] = value
        elif found[1] == "seen":
            shown.append(line_id)
    for line_id in words:
        answers.setdefault(line_id, TALK)
    if ALL in form:
        for line_id in shown:
            answers.setdefault(line_id, YES)
    return Typed(answers, words, person=tidy(form.get("person", ""), multiline=False))


def command(
    split_id: int, typed: Typed, form: Mapping[str, str], answered_on: date, place: str = ""
) -> HouseholdVoice:
    """The answers as they were given, each to the wording that was on the page."""
    answers = {}
    for line_id, choice in typed.answers.items():
        answer, wish = GIVEN[choice]
        seen, word = form.get(f"seen-{line_id}", "")[:64], typed.words.get(line_id, "")
        answers[line_id] = Said(answer, seen, word, wish)
    return HouseholdVoice(split_id, typed.person, answered_on, place, answers)


def refused(typed: Typed, why: Refused) -> Typed:
    """The same, with why nothing was kept."""
    if why.rule == "household.nothing":
        told = "told.nothing"
    elif why.rule == "household.person":
        told = "told.who"
    else:
        told = "told.word" if why.rule.startswith("text.") else "told.not_now"
    return Typed(typed.answers, typed.words, typed.person, told=told, field=why.field or "")


def asked_again(typed: Typed, lines: frozenset[int]) -> Typed:
    """The rest is kept: these lines have changed, and are shown to be answered once more."""
    words = {line_id: word for line_id, word in typed.words.items() if line_id in lines}
    return Typed(words=words, person=typed.person, changed=lines, told="told.changed")
