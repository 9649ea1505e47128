"""What a written consent outlives (loi n° 89-462, art. 7 f), over every field a line is worded with."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from intranet.works.rules import WORDING_COLUMNS, Wording, consent_covers, digest
from intranet.works.terms import Cause, Holder, Need, Payer

THE_WORKS = {"kind_id", "label", "room"}
SAID: dict[str, st.SearchStrategy[Any]] = {
    "kind_id": st.none() | st.integers(1, 9),
    "label": st.sampled_from(["Carrelage", "carrelage", "Carrelage mural", "Cloison"]),
    "room": st.sampled_from(["Cuisine", "Salle de bains"]),
    "need": st.sampled_from(Need),
    "cause": st.sampled_from(Cause),
    "holder": st.sampled_from(Holder),
    "tenant_share_pct": st.none() | st.integers(1, 99),
    "materials_payer": st.sampled_from(Payer),
    "materials_cents": st.integers(0, 10_000_000),
    "minutes": st.integers(0, 60_000),
    "tenant_cents": st.none() | st.integers(0, 10_000_000),
    "due_on": st.none() | st.dates(date(2019, 1, 1), date(2029, 1, 1)),
}
WORDINGS = st.builds(Wording, **SAID)


def test_every_field_of_a_wording_is_looked_at_here() -> None:
    assert set(SAID) == set(WORDING_COLUMNS)


@given(WORDINGS, st.sampled_from(WORDING_COLUMNS), st.data())
def test_one_field_changed_ends_every_answer_and_the_consent_only_if_it_says_which_works(
    wording: Wording, name: str, data: st.DataObject
) -> None:
    other = replace(wording, **{name: data.draw(SAID[name])})
    assume(other != wording)

    assert digest(other) != digest(wording)
    assert consent_covers(wording, other) is (name not in THE_WORKS)


@given(WORDINGS, WORDINGS)
def test_a_consent_covers_the_same_works_however_the_rest_is_agreed(one: Wording, other: Wording) -> None:
    same = all(getattr(one, name) == getattr(other, name) for name in THE_WORKS)

    assert consent_covers(one, other) is consent_covers(other, one) is same
    assert consent_covers(one, replace(other, **{name: getattr(one, name) for name in THE_WORKS}))


@given(
    WORDINGS,
    st.none() | SAID["holder"],
    SAID["tenant_share_pct"],
    st.none() | SAID["materials_payer"],
    SAID["due_on"],
)
def test_no_counter_proposal_takes_a_consent_away(
    wording: Wording, holder: Holder | None, share: int | None, payer: Payer | None, due_on: date | None
) -> None:
    assert consent_covers(wording, wording.with_counter(holder, share, payer, due_on))
