"""An earlier split as a starting point: through the same guard-rails, and nothing of another family comes along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from intranet.access import Actor, OrganisationKind, Role
from intranet.clock import today
from intranet.database import writing
from intranet.dossiers.models import Dossier
from intranet.dossiers.terms import DossierState, Survey
from intranet.errors import NotAllowed, Refused
from intranet.extensions import db
from intranet.organisations.models import Organisation
from intranet.testing.dossiers import make_dossier, make_dwelling, make_household
from intranet.testing.factories import make_actor, make_organisation, make_pole, make_user
from intranet.testing.works import bring_split, fresh, kind_id, lines_of, make_split
from intranet.works import service
from intranet.works.commands import AddLine
from intranet.works.facts import dwelling_facts, line_facts
from intranet.works.guardrails import check_line
from intranet.works.models import LineWording, Split, WorksLine
from intranet.works.service.reusing import Reused, reuse_split
from intranet.works.terms import Cause, Holder, Need, Payer, SplitState
from tests.portals.splits import open_browser, text_of

pytestmark = pytest.mark.usefixtures("db_session")


@dataclass
class Street:
    """A family housed before by a bailleur, and another about to be."""

    bailleur: Organisation
    alc: Actor
    before: Dossier
    after: Dossier
    source: int


def house(bailleur: Organisation, name: str, **dwelling: Any) -> Dossier:
    clear: dict[str, Any] = {"asbestos": Survey.CLEAR, "lead": Survey.CLEAR, **dwelling}
    household = make_household(make_pole("UIP"), name=name)
    return make_dossier(
        dwelling=make_dwelling(bailleur, **clear), state=DossierState.JOINED, household=household
    )


@pytest.fixture
def street() -> Street:
    bailleur = make_organisation(OrganisationKind.BAILLEUR)
    alc = make_actor(make_user(Role.COORDINATOR))
    before = house(bailleur, "Famille Avant")
    source = make_split(before, 2, SplitState.SIGNED).id
    return Street(bailleur, alc, before, house(bailleur, "Famille Après"), source)


def reuse(street: Street, dossier: Dossier | None = None, source: int | None = None) -> Reused:
    with writing():
        return reuse_split(street.alc, (dossier or street.after).id, source or street.source)


def said(line: WorksLine) -> tuple[object, ...]:
    return line.label, line.room, line.holder, line.materials_payer, line.materials_cents, line.minutes


def test_the_lines_are_copied_into_the_new_draft_in_their_order(street: Street) -> None:
    taken = reuse(street)
    split = fresh(taken.split.id)

    assert (split.state, split.number, split.reused_from_id) == (SplitState.DRAFT, 0, street.source)
    assert split.dossier_id == street.after.id
    assert [said(line) for line in lines_of(split.id)] == [said(line) for line in lines_of(street.source)]
    assert taken.moved == ()
    acts = db.session.scalars(
        select(LineWording.act).where(LineWording.line_id.in_([line.id for line in lines_of(split.id)]))
    ).all()
    assert acts == ["reused", "reused"]


def test_what_is_copied_can_be_negotiated_to_the_end(street: Street) -> None:
    split = bring_split(reuse(street).split.id, SplitState.AGREED)

    assert split.state is SplitState.AGREED


def test_the_earlier_split_is_not_touched(street: Street) -> None:
    before = [(line.version, line.digest) for line in lines_of(street.source)]
    version = fresh(street.source).version
    reuse(street)

    assert [(line.version, line.digest) for line in lines_of(street.source)] == before
    assert fresh(street.source).version == version


def test_a_line_the_guard_rails_refuse_here_goes_to_the_bailleur_and_says_why(street: Street) -> None:
    old = house(street.bailleur, "Famille Ancienne", permit_year=1960, asbestos=Survey.MISSING)
    drilled = make_split(house(street.bailleur, "Famille Perceuse"), 0).id
    with writing():
        service.add_line(
            street.alc,
            AddLine(
                drilled,
                "Séjour",
                Need.WISHED,
                label="Percer le mur pour des étagères",
                holder=Holder.TENANT,
                materials_payer=Payer.TENANT,
            ),
        )
    bring_split(drilled, SplitState.PROPOSED)
    taken = reuse(street, old, drilled)
    (line,) = lines_of(taken.split.id)

    assert (line.holder, line.lock) == (Holder.BAILLEUR, "asbestos")
    assert [each.label for each in taken.moved] == ["Percer le mur pour des étagères"]
    assert "amiante" in taken.moved[0].reason


def test_no_line_taken_over_breaks_a_guard_rail(street: Street) -> None:
    source = make_split(house(street.bailleur, "Famille Source"), 0).id
    codes = ("II.a.2", "III.c.2", "E.7", "E.8", "IV.d.3", "E.9")
    with writing():
        for code in codes:
            service.add_line(street.alc, AddLine(source, "Séjour", Need.WISHED, kind_id(code)))
    bring_split(source, SplitState.PROPOSED)
    home = make_dwelling(street.bailleur, permit_year=1930, decent=False)
    taken = reuse(street, make_dossier(dwelling=home, state=DossierState.JOINED), source)

    facts = dwelling_facts(home)
    lines = db.session.scalars(select(WorksLine).where(WorksLine.split_id == taken.split.id)).all()
    assert len(lines) == len(codes)
    for line in lines:
        db.session.refresh(line, ["kind", "overrides"])
        assert check_line(line_facts(line), facts) == []


def test_nothing_of_the_other_family_comes_along(street: Street) -> None:
    source = make_split(house(street.bailleur, "Famille Dégâts"), 0).id
    with writing():
        service.add_line(
            street.alc,
            AddLine(
                source,
                "Entrée",
                Need.NEEDED,
                label="Réparer la porte enfoncée",
                cause=Cause.DAMAGE,
                holder=Holder.TENANT,
                materials_payer=Payer.TENANT,
                consent_on=today(),
            ),
        )
    bring_split(source, SplitState.PROPOSED)
    (line,) = lines_of(reuse(street, source=source).split.id)

    assert (line.cause, line.holder, line.materials_payer) == (Cause.WEAR, Holder.BAILLEUR, Payer.BAILLEUR)
    assert (line.tenant_cents, line.wear, line.due_on, line.consent_on) == (None, None, None, None)


def test_dropped_lines_stay_behind(street: Street) -> None:
    source = make_split(house(street.bailleur, "Famille Abandon"), 2, SplitState.COUNTERED).id
    with writing():
        first = lines_of(source)[0]
        service.remove_line(street.alc, first.id, first.version)

    assert reuse(street, source=source).lines == 1


def refusal(street: Street, **what: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        reuse(street, **what)
    db.session.rollback()
    return refused.value


def test_a_split_that_has_lines_is_not_written_over(street: Street) -> None:
    reuse(street)

    assert refusal(street).rule == "split.reuse.started"


def test_a_split_of_another_bailleur_and_home_lends_nothing(street: Street) -> None:
    elsewhere = make_split(house(make_organisation(OrganisationKind.BAILLEUR), "Famille Loin"), 1).id

    assert refusal(street, source=elsewhere).rule == "split.reuse.other"
    assert refusal(street, source=987_654).rule == "split.reuse.other"
    assert db.session.scalars(select(Split).where(Split.dossier_id == street.after.id)).all() == []


def test_an_agent_cannot_start_a_visit_for_alc(street: Street) -> None:
    agent = make_actor(make_user(Role.AGENT, street.bailleur))
    with writing(), pytest.raises(NotAllowed):
        reuse_split(agent, street.after.id, street.source)


# On the page of the visit


def test_earlier_splits_are_offered_without_naming_a_family(street: Street, app: Flask) -> None:
    browser = open_browser(app, make_user(Role.COORDINATOR))
    page = text_of(browser.get(f"/staff/dossiers/{street.after.id}/visit"))
    offered = page.partition("Repartir d’une répartition précédente")[2].partition("</details>")[0]

    assert f'value="{street.source}"' in offered
    assert "2 lignes" in offered
    assert "Famille Avant" not in page


def test_one_click_takes_the_lines_and_the_offer_is_gone(street: Street, app: Flask) -> None:
    browser = open_browser(app, make_user(Role.COORDINATOR))
    url = f"/staff/dossiers/{street.after.id}/visit"
    sent = browser.post(f"{url}/reuse", {"from_split": str(street.source)})
    page = text_of(browser.get(url))

    assert sent.status_code == 303
    assert "2 lignes reprises" in page
    assert "Repartir d’une répartition précédente" not in page
    again = browser.post(f"{url}/reuse", {"from_split": str(street.source)})
    assert again.status_code == 303
    assert "a déjà des lignes" in text_of(browser.get(url))


def test_a_split_one_may_not_read_is_neither_offered_nor_lent(street: Street, app: Flask) -> None:
    """The référent of another pôle follows the new family only."""
    other = make_pole("PHI")
    mine = make_dossier(
        dwelling=make_dwelling(street.bailleur), state=DossierState.JOINED, household=make_household(other)
    )
    browser = open_browser(app, make_user(Role.REFERENT, pole=other))
    url = f"/staff/dossiers/{mine.id}/visit"

    assert "Repartir d’une répartition précédente" not in text_of(browser.get(url))
    assert browser.post(f"{url}/reuse", {"from_split": str(street.source)}).status_code == 404
    assert browser.post(f"{url}/reuse", {"from_split": "x"}).status_code == 404
