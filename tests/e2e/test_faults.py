"""What goes wrong in real life: impatience, two people at once, an expired session, a slow or bare browser."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from intranet.demo.people import AGENT_AZUR, ANIMATOR, COORDINATION
from tests.e2e.site import Site, running_site
from tests.e2e.visitor import PHONE, visiting

DRAFT, PROPOSED = "draft", "proposed"
MEGABYTE = 1024 * 1024


@pytest.fixture
def site(demo_template: Path, tmp_path: Path) -> Iterator[Site]:
    """Each fault breaks its own copy."""
    with running_site(demo_template, tmp_path / "instance") as running:
        yield running


@contextmanager
def database(site: Site) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(site.folder / "intranet.db", timeout=10)) as connection, connection:
        yield connection


def ask(site: Site, statement: str, *values: object) -> list[tuple[object, ...]]:
    with database(site) as connection:
        return connection.execute(statement, values).fetchall()


def first_split(site: Site, state: str, bailleur: str = "%") -> int:
    rows = ask(
        site,
        "SELECT s.id FROM core_split s JOIN core_organisation o ON o.id = s.bailleur_id"
        " WHERE s.state = ? AND o.name LIKE ? ORDER BY s.id",
        state,
        bailleur,
    )
    return int(str(rows[0][0]))


def versions(site: Site, split: int) -> int:
    return len(ask(site, "SELECT id FROM core_split_version WHERE split_id = ?", split))


def test_a_double_click_on_propose_sends_one_version(browser: Browser, site: Site) -> None:
    split = first_split(site, DRAFT)
    with visiting(browser, site, COORDINATION) as coordinator:
        coordinator.open(f"/staff/splits/{split}")
        coordinator.page.locator("#bar button.btn-primary").dblclick()
        expect(coordinator.page.locator(".page-head .state")).to_contain_text("Proposée")
    assert versions(site, split) == 1


def test_two_sendings_of_the_same_proposal_without_javascript_make_one_version(
    browser: Browser, site: Site
) -> None:
    split = first_split(site, DRAFT)
    with visiting(browser, site, COORDINATION, java_script_enabled=False) as coordinator:
        coordinator.open(f"/staff/splits/{split}")
        form: dict[str, str | float | bool] = {
            field.get_attribute("name") or "": field.input_value()
            for field in coordinator.page.locator("#bar form input").all()
        }
        url = site.url(f"/staff/splits/{split}/propose")
        answers = [coordinator.context.request.post(url, form=form).status for _each in range(2)]
        assert answers == [200, 200]
    assert versions(site, split) == 1


def test_the_back_button_after_sending_shows_where_things_are_and_sends_nothing_twice(
    browser: Browser, site: Site
) -> None:
    split = first_split(site, DRAFT)
    with visiting(browser, site, COORDINATION) as coordinator:
        page = coordinator.page
        coordinator.open(f"/staff/splits/{split}")
        page.locator("#bar button.btn-primary").click()
        expect(page.locator(".page-head .state")).to_contain_text("Proposée")
        page.go_back()
        button = page.locator("#bar button.btn-primary")
        if button.count():
            button.click()
        coordinator.open(f"/staff/splits/{split}")
        expect(page.locator(".page-head .state")).to_contain_text("Proposée")
    assert versions(site, split) == 1


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_of_two_agents_answering_at_once_the_second_sees_it_and_keeps_what_he_typed(
    scripts: bool, browser: Browser, site: Site
) -> None:
    split = first_split(site, PROPOSED, "Azur%")
    with database(site) as connection:
        _hire_a_colleague(connection)
    colleague = "collegue@azur-habitat.example"
    with (
        visiting(browser, site, AGENT_AZUR, java_script_enabled=scripts) as first,
        visiting(browser, site, colleague, java_script_enabled=scripts) as second,
    ):
        for person in (first, second):
            person.open(f"/bailleur/splits/{split}")
        row = first.page.locator("tbody.works-line").first
        row.get_by_role("button", name=re.compile("^Accepter")).click()
        expect(first.page.locator(".ans-accepted").nth(1)).to_be_visible()
        late = second.page.locator("tbody.works-line").first
        late.get_by_text("Refuser").first.click()
        late.locator("textarea[name=comment]:visible").first.fill("Le bâtiment sera démoli. שלום")
        late.get_by_role("button", name="Refuser cette ligne").click()
        second.reads("Quelqu’un a répondu à cette ligne", "Marc Olivari")
        expect(
            second.page.locator("textarea", has_text="Le bâtiment sera démoli. שלום").first
        ).to_be_attached()


def _hire_a_colleague(connection: sqlite3.Connection) -> None:
    """A second agent at the same bailleur, with the same password."""
    connection.execute(
        "INSERT INTO core_user (email, name, phone, job_title, password_hash, language, theme, active,"
        " created_at, version, password_changed_at) SELECT 'collegue@azur-habitat.example', 'Anne Collègue', '',"
        " '', password_hash, 'fr', 'auto', 1, created_at, 1, password_changed_at FROM core_user WHERE email = ?",
        (AGENT_AZUR,),
    )
    connection.execute(
        "INSERT INTO core_membership (user_id, organisation_id, role, active, created_at)"
        " SELECT (SELECT max(id) FROM core_user), m.organisation_id, m.role, 1, m.created_at"
        " FROM core_membership m JOIN core_user u ON u.id = m.user_id WHERE u.email = ?",
        (AGENT_AZUR,),
    )


def test_a_session_that_expires_in_the_middle_of_a_form_loses_no_word(browser: Browser, site: Site) -> None:
    with visiting(browser, site, COORDINATION) as coordinator:
        page = coordinator.page
        coordinator.open("/staff/dossiers/new")
        page.fill("#name", "Famille de l’essai")
        page.fill("#contact_choice", "le soir, par SMS")
        page.wait_for_timeout(600)  # the draft is kept a moment after the last key
        with database(site) as connection:
            connection.execute("UPDATE core_session SET revoked_at = created_at")
        page.locator("main form button.btn-primary").click()
        coordinator.reads("session a expiré")
        expect(page.get_by_label("Nom du ménage")).to_have_value("Famille de l’essai")
        with coordinator.context.expect_page() as opened:
            page.get_by_role("link", name="Se reconnecter").click()
        beside = opened.value
        beside.fill("input[name=email]", COORDINATION)
        beside.fill("input[name=password]", "Bricolage-2018!")
        beside.locator("main form button.btn-primary").click()
        beside.wait_for_url("**/staff/dossiers/new")
        beside.locator("[data-restore]").click()
        expect(beside.locator("#name")).to_have_value("Famille de l’essai")
        expect(beside.locator("#contact_choice")).to_have_value("le soir, par SMS")
        for _each in ("before the new session", "with its token"):
            page.get_by_role("button", name="Envoyer de nouveau").click()
        expect(page.locator("h1")).to_contain_text("Famille de l’essai")


def test_hours_typed_before_the_tab_closed_or_the_network_went_are_offered_until_they_are_saved(
    browser: Browser, site: Site
) -> None:
    chantier = ask(site, "SELECT id FROM core_chantier WHERE state = 'open' AND started_on IS NOT NULL")[0][0]
    with visiting(browser, site, ANIMATOR, PHONE) as animator:
        animator.open(f"/partner/chantiers/{chantier}")
        form = animator.page.locator("form[data-hours]").first
        where = f"form[action='{form.get_attribute('action')}']"
        animator.page.locator("details[id^=hours-] > summary").first.click()
        form.locator("input[name^=hours_]").first.fill("1 h 30")
        animator.page.close()
        page = animator.page = animator.context.new_page()
        animator.open(f"/partner/chantiers/{chantier}")
        form = page.locator(where)
        form.locator("[data-restore]").click()
        expect(form.locator("input[name^=hours_]").first).to_have_value("1 h 30")
        animator.context.set_offline(True)
        form.locator("button.btn-primary, button:not([type=button])").last.click()
        expect(form.get_by_role("alert")).to_contain_text("gardé sur cet appareil")
        animator.context.set_offline(False)
        form.locator("button.btn-primary, button:not([type=button])").last.click()
        animator.reads("Heures enregistrées")
        animator.open(f"/partner/chantiers/{chantier}")
        expect(page.locator("[data-restore]")).to_have_count(0)
        assert (
            page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft:')).length") == 0
        )


def test_a_picture_of_40_megabytes_is_refused_in_words(browser: Browser, site: Site, tmp_path: Path) -> None:
    heavy = tmp_path / "heavy.jpg"
    heavy.write_bytes(b"\xff\xd8\xff\xe0" + b"\0" * (40 * MEGABYTE))
    chantier = ask(site, "SELECT id FROM core_chantier WHERE state = 'open'")[0][0]
    for scripts in (True, False):
        with visiting(browser, site, ANIMATOR, PHONE, java_script_enabled=scripts) as animator:
            page = animator.page
            animator.open(f"/partner/chantiers/{chantier}")
            page.get_by_text("Photo du logement").click()
            page.set_input_files("#file-0", heavy)
            form = page.locator("form:has(#file-0)")
            form.locator("input[name=recognisable][value=nobody]").check()
            form.get_by_role("button", name="Ajouter la photo").click()
            animator.reads("25 Mo")


def test_without_javascript_one_signs_in_reads_the_list_and_answers_a_line(
    browser: Browser, site: Site
) -> None:
    with visiting(browser, site, AGENT_AZUR, PHONE, java_script_enabled=False) as agent:
        page = agent.page
        page.locator("section[aria-labelledby=mine] .works-card").first.click()
        row = page.locator("tbody.works-line").first
        row.get_by_role("button", name=re.compile("^Accepter")).click()
        expect(page.get_by_role("button", name=re.compile("^Reprendre ma réponse"))).to_have_count(1)


def test_a_slow_network_changes_nothing_to_an_answer(browser: Browser, site: Site) -> None:
    split = first_split(site, PROPOSED, "Azur%")
    with visiting(browser, site, AGENT_AZUR, PHONE) as agent:
        page = agent.page
        agent.open(f"/bailleur/splits/{split}")
        network = agent.context.new_cdp_session(page)
        network.send(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": 1200, "downloadThroughput": 20_000, "uploadThroughput": 10_000},
        )
        line = page.locator("tbody.works-line").first
        line.get_by_role("button", name=re.compile("^Accepter")).click(click_count=2)
        # ALC had accepted it by proposing; the second answer is the agent’s.
        expect(line.locator(".ans-accepted")).to_have_count(2)
    answers = ask(
        site,
        "SELECT count(*) FROM core_timeline WHERE kind = 'works.line.answered' AND subject_id = ?"
        " AND at > datetime('now', '-10 minutes')",
        split,
    )
    assert answers == [(1,)]
