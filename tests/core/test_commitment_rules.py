"""Due, overdue, done, confirmed: computed from dates, one state on any day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from intranet.commitments.rules import OPEN, CommitmentState, promises, state_on
from intranet.works.terms import Holder

DUE = date(2019, 3, 1)
DAYS = st.dates(date(2018, 1, 1), date(2021, 1, 1))
MAYBE = st.none() | DAYS


def state(day: date, **dates: date | None) -> CommitmentState:
    known: dict[str, Any] = {"done_on": None, "confirmed_on": None, "withdrawn_on": None, **dates}
    return state_on(day, due_on=DUE, **known)


def test_it_is_due_until_the_end_of_its_day_and_overdue_from_the_next() -> None:
    assert state(DUE) is CommitmentState.DUE
    assert state(DUE + timedelta(days=1)) is CommitmentState.OVERDUE


def test_what_is_done_is_never_overdue_and_what_is_confirmed_is_closed() -> None:
    late = DUE + timedelta(days=90)
    assert state(late, done_on=late) is CommitmentState.DONE
    assert state(late, done_on=late, confirmed_on=late) is CommitmentState.CONFIRMED


@given(day=DAYS, done=MAYBE, confirmed=MAYBE, withdrawn=MAYBE)
def test_whatever_the_dates_only_what_nobody_did_is_still_to_do(
    day: date, done: date | None, confirmed: date | None, withdrawn: date | None
) -> None:
    found = state(day, done_on=done, confirmed_on=confirmed, withdrawn_on=withdrawn)

    assert (found in OPEN) is (done is None and confirmed is None and withdrawn is None)
    assert (found is CommitmentState.WITHDRAWN) is (withdrawn is not None)


def line(number: int, holder: Holder, due_on: str | None = None) -> dict[str, Any]:
    return {
        "id": number,
        "label": f"Ligne {number}",
        "room": "Séjour",
        "digest": str(number),
        "holder": holder.value,
        "due_on": due_on,
    }


def test_a_contract_promises_the_bailleurs_lines_and_the_shared_ones_only() -> None:
    lines = [line(number, holder) for number, holder in enumerate(Holder)]
    found = promises(lines, date(2019, 4, 1), date(2019, 5, 1), date(2019, 3, 1))

    held = {Holder(lines[each.line_id]["holder"]) for each in found}
    assert held == {Holder.BAILLEUR, Holder.SHARED}


def test_without_a_day_of_its_own_the_bailleurs_works_are_due_at_the_start_and_shared_ones_at_the_end() -> (
    None
):
    start, end = date(2019, 4, 1), date(2019, 5, 1)
    lines = [
        line(1, Holder.BAILLEUR),
        line(2, Holder.SHARED),
        line(3, Holder.BAILLEUR, "2019-04-20"),
    ]

    assert [each.due_on for each in promises(lines, start, end, start)] == [start, end, date(2019, 4, 20)]


def test_a_contract_without_dates_is_due_on_the_day_it_was_signed() -> None:
    signed = date(2019, 3, 1)
    old = line(1, Holder.BAILLEUR)
    del old["due_on"]  # a contract of before lines had a day

    assert [each.due_on for each in promises([old], None, None, signed)] == [signed]
