"""A damage on a line: its age and cost give the family's share, by the grid of the day of the visit."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session, scoped_session

from intranet.clock import today
from intranet.database import writing
from intranet.dossiers.models import Dossier, DossierState
from intranet.errors import Refused
from intranet.extensions import db
from intranet.testing.dossiers import make_dossier
from intranet.testing.works import (
    answer_split_line,
    fresh,
    kind_id,
    lines_of,
    make_parties,
    make_split,
    propose_split,
)
from intranet.wear.rules import Calculation
from intranet.wear.service import ImportGrid, import_grid, withdraw_grid
from intranet.works import service
from intranet.works.commands import AddLine, ChangeLine, Damage, SendBack
from intranet.works.models import Split, WorksLine
from intranet.works.terms import Answer, Cause, Holder, Need, Payer

HEADING = "code;lifetime_years;free_years;yearly_discount_pct;residual_pct\n"


def a_split(state: DossierState = DossierState.JOINED) -> Split:
    return make_split(make_dossier(state=state), 1)


def damaged(
    split: Split, age: int | None, cents: int | None, code: str = "L.13", **more: object
) -> WorksLine:
    command = AddLine(
        split.id,
        "Séjour",
        Need.NEEDED,
        kind_id=kind_id(code),
        cause=Cause.DAMAGE,
        damage=Damage(age, cents),
        **more,  # type: ignore[arg-type]
    )
    with writing():
        return service.add_line(make_parties(split).coordinator, command)


def changed(line: WorksLine, **more: object) -> WorksLine:
    values: dict[str, object] = {
        "room": line.room,
        "need": line.need,
        "holder": line.holder,
        "materials_payer": line.materials_payer,
        "kind_id": line.kind_id,
        "cause": line.cause,
        **more,
    }
    with writing():
        return service.change_line(
            make_parties(fresh(line.split_id)).coordinator,
            ChangeLine(line.id, line.version, **values),  # type: ignore[arg-type]
        )


@pytest.mark.parametrize(("age", "share", "owed"), [(0, 100, 30_000), (5, 46, 13_800), (8, 10, 3_000)])
def test_the_line_holds_what_the_family_owes_and_the_whole_calculation(
    db_session: scoped_session[Session], age: int, share: int, owed: int
) -> None:
    line = damaged(a_split(), age, 30_000)
    made = Calculation.of(line.wear or {})

    assert line.tenant_cents == made.tenant_cents == owed
    assert (made.share_pct, made.age_years, made.cost_cents) == (share, age, 30_000)
    assert made.grid.name == "Grille du catalogue"


def test_the_grid_is_that_of_the_day_of_the_visit(db_session: scoped_session[Session]) -> None:
    split = a_split()
    visited = db.session.get_one(Dossier, split.dossier_id).visited_on
    assert visited is not None
    actor = make_parties(split).coordinator
    for starts_on, discount in ((visited, 20), (visited + timedelta(days=1), 90)):
        grid = ImportGrid(
            split.bailleur_id, f"À {discount} %", "Accord", starts_on, f"{HEADING}L.13;7;2;{discount};5\n"
        )
        with writing():
            import_grid(actor, grid)
    made = Calculation.of(damaged(split, 4, 10_000).wear or {})

    assert (made.grid.name, made.on, made.share_pct) == ("À 20 %", visited, 60)
    assert made.grid.source == "Accord"


def test_without_a_visit_the_grid_is_that_of_the_day_of_the_line(db_session: scoped_session[Session]) -> None:
    made = Calculation.of(damaged(a_split(DossierState.ALLOCATED), 4, 10_000).wear or {})

    assert made.on == today()


def test_a_grid_that_a_line_was_calculated_with_stays(db_session: scoped_session[Session]) -> None:
    split = a_split()
    actor = make_parties(split).coordinator
    with writing():
        grid_id = import_grid(
            actor, ImportGrid(split.bailleur_id, "G", "Accord", date(2018, 1, 1), f"{HEADING}L.13;7;2;20;5\n")
        ).id
    damaged(split, 4, 10_000)
    with writing(), pytest.raises(Refused, match="elle reste"):
        withdraw_grid(actor, grid_id)


@pytest.mark.parametrize(
    ("age", "cents", "field"),
    [
        (None, 10_000, "age_years"),
        (5, None, "cost_cents"),
        (-1, 10_000, "age_years"),
        (101, 10_000, "age_years"),
        (5, 0, "cost_cents"),
        (5, -10_000, "cost_cents"),
        (5, 10_000_001, "cost_cents"),
    ],
)
def test_absurd_figures_are_refused_at_their_field(
    db_session: scoped_session[Session], age: int | None, cents: int | None, field: str
) -> None:
    split = a_split()
    with pytest.raises(Refused) as refused:
        damaged(split, age, cents)
    db.session.rollback()

    assert refused.value.field == field
    assert len(lines_of(split.id)) == 1


def test_works_no_grid_speaks_of_are_refused_with_what_to_do(db_session: scoped_session[Session]) -> None:
    split = a_split()
    with pytest.raises(Refused, match="les plus proches") as refused:
        damaged(split, 5, 10_000, "E.7")
    assert refused.value.rule == "wear.no_rate"


def test_neither_age_nor_cost_leaves_the_line_without_a_debt(db_session: scoped_session[Session]) -> None:
    line = damaged(a_split(), None, None)

    assert (line.tenant_cents, line.wear) == (None, None)


def test_what_is_no_damage_owes_nothing_whatever_is_sent(db_session: scoped_session[Session]) -> None:
    line = damaged(a_split(), 5, 30_000)
    line = changed(
        line,
        cause=Cause.WEAR,
        holder=Holder.BAILLEUR,
        materials_payer=Payer.BAILLEUR,
        damage=Damage(5, 30_000),
    )

    assert (line.tenant_cents, line.wear) == (None, None)


def test_given_up_works_owe_nothing(db_session: scoped_session[Session]) -> None:
    line = changed(damaged(a_split(), 5, 30_000), holder=Holder.DROPPED, damage=Damage(5, 30_000))

    assert (line.tenant_cents, line.wear) == (None, None)


def test_another_age_is_another_wording_and_every_answer_is_asked_again(
    db_session: scoped_session[Session],
) -> None:
    split = a_split()
    line = damaged(split, 5, 30_000)
    propose_split(split.id)
    line = lines_of(split.id)[1]
    with writing():
        answer_split_line(line, Answer.ACCEPTED)
        agent = make_parties(fresh(split.id)).agent
        service.send_back(agent, SendBack(split.id, fresh(split.id).version))
    before = lines_of(split.id)[1]
    digest = before.digest
    after = changed(before, damage=Damage(4, 30_000))

    assert after.digest != digest
    assert after.tenant_cents == 19_200
