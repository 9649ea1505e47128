"""The story of the house, in three browsers: from an allocated dwelling to a chantier under way."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from PIL import ExifTags, Image
from playwright.sync_api import Browser, Locator, expect
from pypdf import PdfReader

from intranet.clock import today
from intranet.demo.families import draw_families
from intranet.demo.people import AGENT_AZUR, AGENT_RIVIERA, ANIMATOR, AZUR, COMPAGNONS, COORDINATION
from intranet.dossiers.terms import DossierState
from tests.e2e.site import Site
from tests.e2e.visitor import DESKTOP, PHONE, Visitor, visiting

FAMILY = next(
    family
    for family in draw_families()
    if family.pole == "UIP" and family.reached is DossierState.PREPARING and not family.story
)
ADDRESS = "9 rampe des Figuiers"
BOARD = "Tableau électrique, terre, circuits, mise en sécurité"
TAPS = "Robinets : joints, clapets, presse-étoupe"
CURTAINS = "Installer des rideaux occultants"
CLEANING = "Plafonds, murs, cloisons : maintenir propres"
PAINTING = "Peinture complète de pièces souhaitée avant l’entrée"


@contextmanager
def three_people(browser: Browser, site: Site) -> Iterator[tuple[Visitor, Visitor, Visitor]]:
    with (
        visiting(browser, site, COORDINATION, DESKTOP) as coordinator,
        visiting(browser, site, AGENT_AZUR, DESKTOP) as agent,
        visiting(browser, site, ANIMATOR, PHONE) as animator,
    ):
        yield coordinator, agent, animator


def test_three_people_carry_a_household_from_a_dwelling_to_a_chantier(browser: Browser, site: Site) -> None:
    with three_people(browser, site) as (coordinator, agent, animator):
        dossier = find_the_household(coordinator)
        allocate(coordinator, dossier)
        join_and_visit(coordinator, dossier)
        note_the_works(coordinator, dossier)
        split = propose(coordinator, "Voici les travaux de la visite.")
        answer_some_and_send_back(agent, split, coordinator)
        adjust_and_propose_again(coordinator, split)
        accept_the_rest(agent, split)
        record_the_household(coordinator, split)
        contract = establish_the_contract(coordinator, split)
        sign(coordinator, contract)
        chantier = open_the_chantier(coordinator, contract)
        name_the_team(coordinator, dossier)
        prepare_and_start(animator, chantier)
        work_a_day(animator, chantier)
        see_the_progress(coordinator, agent, chantier)
        read_the_history(coordinator, dossier)
        with visiting(browser, site, AGENT_RIVIERA) as stranger:
            for path in (
                f"/bailleur/splits/{split}",
                f"/bailleur/chantiers/{chantier}",
                f"/staff/dossiers/{dossier}",
            ):
                assert stranger.open(path) == 404


def number_at_the_end(url: str) -> int:
    found = re.search(r"/(\d+)(?:[/?#].*)?$", url)
    assert found, url
    return int(found.group(1))


def press(person: Visitor, name: str, within: Locator | None = None) -> None:
    """Press the button (or the link that looks like one) with these words."""
    place = within or person.page.locator("main")
    place.get_by_role("button", name=name).or_(place.get_by_role("link", name=name)).first.click()


def line(person: Visitor, label: str) -> Locator:
    return person.page.locator("tbody.works-line", has_text=label)


def find_the_household(coordinator: Visitor) -> int:
    """She lands on her queues and the programme, then looks the family up."""
    coordinator.reads("À vous de jouer", "En attente des autres", "104", "94")
    coordinator.open("/staff/dossiers?q=" + FAMILY.name.split()[1])
    coordinator.page.get_by_role("link", name=FAMILY.name).first.click()
    coordinator.reads(FAMILY.name, "UIP")
    return number_at_the_end(coordinator.page.url)


def allocate(coordinator: Visitor, dossier: int) -> None:
    page = coordinator.page
    coordinator.open(f"/staff/dossiers/{dossier}/allocation")
    page.select_option("#bailleur_id", label=AZUR)
    page.fill("#address", ADDRESS)
    page.fill("#postcode", "06300")
    page.fill("#floor", "3e étage")
    page.select_option("#kind", "T3")
    page.fill("#surface_m2", "62,5")
    page.fill("#permit_year", "1962")
    page.select_option("#asbestos", "missing")
    page.select_option("#lead", "missing")
    page.select_option("#dpe_class", "D")
    page.get_by_label("Oui", exact=True).check()
    page.fill("#allocated_on", today().isoformat())
    page.fill("#entry_on", (today() + timedelta(days=10)).isoformat())
    press(coordinator, "Attribuer le logement")
    coordinator.reads(ADDRESS, AZUR, "Logement attribué")


def join_and_visit(coordinator: Visitor, dossier: int) -> None:
    for step, field in (("joining", "#joined_on"), ("visited", "#visited_on")):
        coordinator.open(f"/staff/dossiers/{dossier}/{step}")
        coordinator.page.fill(field, today().isoformat())
        coordinator.page.locator("main form button.btn-primary").click()
        expect(coordinator.page).to_have_url(re.compile(rf"/staff/dossiers/{dossier}"))
    coordinator.reads("Relevez maintenant les travaux")


def note_the_works(coordinator: Visitor, dossier: int) -> None:
    """Room by room: needed and wished, from the catalogue and in free words, default holder and source."""
    page = coordinator.page
    coordinator.open(f"/staff/dossiers/{dossier}/visit")
    works = (
        ("Cuisine", "needed", BOARD, "", "900", "14"),
        ("Cuisine", "needed", TAPS, "", "15,50", "1 h 30"),
        ("Séjour", "wished", "", CURTAINS, "60", "3"),
        ("Séjour", "needed", CLEANING, "", "10", "4"),
        ("Chambre", "wished", PAINTING, "", "140", "16"),
    )
    for count, (room, need, kind, words, euros, hours) in enumerate(works, start=1):
        page.fill("#room", room)
        page.locator(f"input[name=need][value={need}]").check()
        if kind:
            page.select_option("#kind_id", label=kind)
        if words:
            page.fill("#label", words)
        page.fill("#materials_cents", euros)
        page.fill("#minutes", hours)
        press(coordinator, "Ajouter la ligne")
        expect(page.locator(".works-item")).to_have_count(count)
        expect(page.locator("#kind_id-search")).to_be_focused()
        coordinator.reads("Ligne ajoutée")
    look_for_works_in_the_words_of_every_day(coordinator)
    board = page.locator(".works-item", has_text=BOARD)
    expect(board).to_contain_text("Verrouillé")
    expect(board).to_contain_text("Sécurité, décence ou structure")
    expect(page.locator(".works-item", has_text=PAINTING.split("'")[0])).to_contain_text("amiante")
    expect(page.locator(".works-item", has_text=TAPS)).to_contain_text("87-712")
    expect(page.locator(".works-item", has_text=CURTAINS)).to_contain_text("La famille")


def look_for_works_in_the_words_of_every_day(coordinator: Visitor) -> None:
    page = coordinator.page
    search, found = page.locator("#kind_id-search"), page.locator("#kind_id-found")
    for typed, named in (
        ("toilettes", "Chasse d"),
        ("PLACO", "Cloison"),
        ("prises", "Interrupteurs"),
        ("moisi", "Humidité"),
    ):
        search.fill(typed)
        expect(found).to_contain_text(named)
        expect(found).not_to_contain_text("reprises")
    search.fill("paratonnerre")
    found.get_by_role("button", name="L’écrire moi-même").click()
    expect(page.locator("#label")).to_have_value("Paratonnerre")
    expect(page.locator("#label")).to_be_focused()
    page.fill("#label", "")


def propose(coordinator: Visitor, message: str) -> int:
    page = coordinator.page
    press(coordinator, "Voir la répartition")
    split = number_at_the_end(page.url)
    say_and_send(coordinator, message, "Proposer au bailleur")
    expect(page.locator(".page-head .state")).to_contain_text(re.compile("bailleur", re.IGNORECASE))
    return split


def say_and_send(person: Visitor, message: str, button: str) -> None:
    bar = person.page.locator("#bar")
    # By the keyboard: the page may still be scrolling to a line, and a click would fall beside.
    bar.locator("summary", has_text="Ajouter un mot").press("Enter")
    bar.locator("textarea[name=message]").fill(message)
    bar.get_by_role("button", name=re.compile(button)).click()
    person.page.wait_for_load_state()


def answer_some_and_send_back(agent: Visitor, split: int, coordinator: Visitor) -> None:
    """His home shows the split as his turn; he accepts two lines, counters one, remarks another."""
    page = agent.page
    agent.open("/bailleur/")
    card = page.locator(".works-card", has_text=FAMILY.name)
    expect(card).to_contain_text(ADDRESS)
    card.click()
    assert number_at_the_end(page.url) == split
    agent.reads("Voici les travaux de la visite.", BOARD, "Verrouillé")
    agent.does_not_read("UIP", "PEP", "PHI", "Leïla Marchetti")
    for label in (BOARD, TAPS):
        line(agent, label).get_by_role("button", name=re.compile("^Accepter")).click()
        expect(line(agent, label).locator(".ans-accepted").first).to_be_visible()
    curtains = line(agent, CURTAINS)
    curtains.get_by_text("Contre-proposer").click()
    form = curtains.locator("form.works-counter", has=page.locator("select[name=holder]"))
    form.locator("select[name=holder]").select_option("shared")
    form.locator("input[name=share]").fill("50")
    form.locator("select[name=payer]").select_option("bailleur")
    form.locator("textarea[name=comment]").fill("Nous fournissons les tringles 🙂.")
    form.get_by_role("button").click()
    expect(curtains.locator(".ans-countered")).to_be_visible()
    cleaning = line(agent, CLEANING)
    cleaning.get_by_text("Commenter").first.click()
    cleaning.locator("textarea[name=comment]:visible").fill("Un nettoyage a été fait en mars.")
    cleaning.get_by_role("button", name="Commenter").click()
    expect(cleaning).to_contain_text("Un nettoyage a été fait en mars.")
    press(agent, "Tout accepter ce qui n’est pas en discussion")
    agent.reads("1 ligne acceptée. Ce qui est en discussion attend votre réponse.")
    say_and_send(agent, "Presque d’accord.", "Renvoyer")
    coordinator.open("/staff/")
    coordinator.reads("Répartition à reprendre", FAMILY.name)


def adjust_and_propose_again(coordinator: Visitor, split: int) -> None:
    """She reads what changed, adopts the counter-proposal, adjusts another line, proposes again."""
    page = coordinator.page
    coordinator.open(f"/staff/splits/{split}")
    coordinator.reads("Presque d’accord.")
    expect(line(coordinator, CLEANING)).to_contain_text("Un nettoyage a été fait en mars.")
    first = page.locator("tbody.works-line").first
    expect(first).to_contain_text(CURTAINS)  # what is disputed comes first
    line(coordinator, CURTAINS).get_by_role("button", name=re.compile("^Adopter")).click()
    expect(line(coordinator, CURTAINS)).to_contain_text("50")
    line(coordinator, CLEANING).get_by_role("link", name=re.compile("^Modifier")).click()
    page.fill("#minutes", "2")
    press(coordinator, "Enregistrer la ligne")
    expect(line(coordinator, CLEANING)).to_contain_text("2 h")
    say_and_send(coordinator, "Deux heures suffiront.", "Proposer")
    coordinator.open(f"/staff/splits/{split}/versions")
    coordinator.reads("Version 1", "Version 2", "Version 3")


def accept_the_rest(agent: Visitor, split: int) -> None:
    agent.open(f"/bailleur/splits/{split}")
    agent.reads("Deux heures suffiront.")
    expect(line(agent, CLEANING)).to_contain_text("Changé")
    line(agent, CLEANING).get_by_role("button", name="Accepter").first.click()
    agent.reads("Toutes les lignes ont une réponse")
    say_and_send(agent, "Parfait.", "Renvoyer")


def record_the_household(coordinator: Visitor, split: int) -> None:
    page = coordinator.page
    coordinator.open(f"/staff/splits/{split}/household")
    for choice in page.locator("input[type=radio][value=yes]").all():
        choice.check()
    page.fill("#answered_on", today().isoformat())
    page.fill("#place", "à la résidence")
    press(coordinator, "Enregistrer la réponse")
    coordinator.open(f"/staff/splits/{split}")
    expect(page.locator(".page-head .state")).to_contain_text(re.compile("accord", re.IGNORECASE))


def establish_the_contract(coordinator: Visitor, split: int) -> int:
    """The contract comes out as a PDF, accessible and fit for archives, with the agreed lines only."""
    page = coordinator.page
    coordinator.open(f"/staff/splits/{split}/contract")
    page.fill("#support_technical", "Un animateur technique deux jours par semaine.")
    page.fill("#support_social", "Une visite de la référente chaque semaine.")
    page.fill("#starts_on", (today() + timedelta(days=1)).isoformat())
    page.fill("#ends_on", (today() + timedelta(days=40)).isoformat())
    page.select_option("#partner_id", label=COMPAGNONS)
    press(coordinator, "Établir le contrat")
    link = page.get_by_role("link", name=re.compile("Télécharger le contrat"))
    link.wait_for(timeout=30_000)
    contract = number_at_the_end(page.url)
    answer = coordinator.context.request.get(coordinator.site.url(link.get_attribute("href") or ""))
    assert answer.headers["content-type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(answer.body()))
    text = re.sub(r"\s+", " ", " ".join(each.extract_text() for each in reader.pages)).replace("’", "'")
    for words in (FAMILY.name, ADDRESS, AZUR, COMPAGNONS, CURTAINS, "Un animateur technique"):
        assert words in text, words
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    metadata = root["/Metadata"].get_data()
    assert b"pdfuaid" in metadata
    assert b"pdfaid" in metadata
    return contract


def sign(coordinator: Visitor, contract: int) -> None:
    """Each party draws on the coordinator's screen; the last one signs the contract.

    The first one's network is lost meanwhile: nothing is signed, the drawing stays and leaves when it is back.
    """
    page = coordinator.page
    for party in range(3):
        coordinator.open(f"/staff/contracts/{contract}")
        page.locator("#signatures a[href*='/sign/']").first.click()
        name = page.locator("#draw-name")
        pad = page.locator("canvas")
        pad.wait_for()
        if name.count():
            name.fill("Signature de l’essai")
        pad.scroll_into_view_if_needed()
        frame = pad.bounding_box()
        assert frame is not None
        for number, (x, y) in enumerate(((0.1, 0.7), (0.3, 0.2), (0.5, 0.8), (0.9, 0.3))):
            page.mouse.move(frame["x"] + x * frame["width"], frame["y"] + y * frame["height"], steps=8)
            if not number:
                page.mouse.down()
        page.mouse.up()
        if not party:
            coordinator.context.set_offline(True)
            page.get_by_role("button", name="Signer", exact=True).click()
            expect(page.locator("[data-problem]")).to_contain_text("réseau")
            coordinator.context.set_offline(False)
            (lost,) = coordinator.complaints
            assert "ERR_INTERNET_DISCONNECTED" in lost
            coordinator.complaints.clear()
        page.get_by_role("button", name="Signer", exact=True).click()
        page.wait_for_url(f"**/staff/contracts/{contract}")
    expect(page.locator(".page-head .state")).to_contain_text(re.compile("signé", re.IGNORECASE))


def open_the_chantier(coordinator: Visitor, contract: int) -> int:
    page = coordinator.page
    coordinator.open(f"/staff/contracts/{contract}/chantier")
    page.fill("#planned_start", today().isoformat())
    page.fill("#planned_end", (today() + timedelta(days=40)).isoformat())
    page.select_option("#animator_id", label="Yann Le Goff")
    page.fill("#safety_note", "Pas de poussière")
    press(coordinator, "Ouvrir le chantier")
    expect(page).to_have_url(re.compile(r"/staff/chantiers/\d+"))
    chantier = number_at_the_end(page.url)
    coordinator.reads("aucune attestation")
    page.get_by_role("link", name="Joindre l’attestation").click()
    page.set_input_files(
        "#file", {"name": "attestation.jpg", "mimeType": "image/jpeg", "buffer": located_picture()}
    )
    page.fill("#valid_until", (today() + timedelta(days=300)).isoformat())
    press(coordinator, "Enregistrer l’attestation")
    expect(page).to_have_url(re.compile(r"/staff/dossiers/\d+"))
    return chantier


def name_the_team(coordinator: Visitor, dossier: int) -> None:
    """No chantier starts without its social and its technical référent (R13)."""
    coordinator.open(f"/staff/dossiers/{dossier}/people")
    for place in ("#referent_id", "#technical_id"):
        coordinator.page.select_option(place, index=1)
    press(coordinator, "Enregistrer l’équipe")
    expect(coordinator.page).to_have_url(re.compile(rf"/staff/dossiers/{dossier}$"))


def prepare_and_start(animator: Visitor, chantier: int) -> None:
    """One missing item stops the start and says which; then the list is complete."""
    page = animator.page
    animator.open("/partner/")
    page.locator(".site-card", has_text=FAMILY.name).first.click()
    assert number_at_the_end(page.url) == chantier
    animator.reads("Pas de poussière", ADDRESS, "Il manque")
    animator.does_not_read("UIP", "Protection de l’Enfance")
    left = page.locator(".site-checks li:not(.is-ticked) button")
    for remaining in range(left.count(), 0, -1):
        left.first.click()
        expect(left).to_have_count(remaining - 1)
    animator.reads("Tout est réuni")
    page.locator("#chantier button[value=clear]").click()
    expect(page.locator(".page-head .state")).to_contain_text("Prêt")
    page.locator("#chantier summary", has_text="Démarrer").click()
    animator.reads("La famille entre dans les lieux le")
    page.fill("#reason-start", "La famille a déjà les clés.")
    page.locator("#chantier button[value=start]").click()
    expect(page.locator(".page-head .state")).to_contain_text("En cours")


def work_a_day(animator: Visitor, chantier: int) -> None:
    """Two tasks, one of them done; hours by taps; a picture that knows where it was taken; a note."""
    page = animator.page
    task = page.locator(".site-task", has_text=TAPS)
    task.locator("button[value=start]").click()
    task.get_by_text("Heures", exact=True).click()
    page.locator(".site-task", has_text=TAPS).get_by_role(
        "button", name=re.compile("Famille.*de plus", re.IGNORECASE)
    ).click(click_count=3)
    task.get_by_role("button", name="Enregistrer les heures").click()
    expect(page.locator(".site-task", has_text=TAPS)).to_contain_text("1 h 30")
    page.locator(".site-task", has_text=TAPS).locator("button[value=finish]").click()
    expect(page.locator(".site-task", has_text=TAPS).locator(".state")).to_contain_text("Terminée")
    page.locator(".site-task", has_text=CURTAINS).locator("button[value=start]").click()
    page.get_by_text("Photo du logement").click()
    page.set_input_files(
        "#file-0", {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": located_picture()}
    )
    form = page.locator("form:has(#file-0)")
    form.locator("input[value=after]").check()
    form.locator("input[name=recognisable][value=nobody]").check()
    form.locator("#spot-0").fill("Cuisine, depuis la porte")
    form.get_by_role("button", name="Ajouter la photo").click()
    shown = page.locator(".site-spot img").first
    shown.wait_for()
    href = page.locator(".site-spot figure a").first.get_attribute("href") or ""
    kept = animator.context.request.get(animator.site.url(href)).body()
    assert not Image.open(io.BytesIO(kept)).getexif()
    assert b"GPS" not in kept
    page.fill("#note-text", "Premier jour : robinets refaits avec la famille.")
    page.locator("#notes").get_by_role("button", name="Enregistrer").click()
    animator.reads("Premier jour : robinets refaits avec la famille.")


def located_picture() -> bytes:
    """A photo as a phone takes it, with the place in it."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Telephone"
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef], place[ExifTags.GPS.GPSLatitude] = "N", (43.0, 42.0, 0.0)
    written = io.BytesIO()
    Image.new("RGB", (1200, 900), "#d7e5d0").save(written, "JPEG", exif=exif)
    return written.getvalue()


def see_the_progress(coordinator: Visitor, agent: Visitor, chantier: int) -> None:
    coordinator.open(f"/staff/chantiers/{chantier}")
    coordinator.reads("1 / 3", "1 h 30", "Premier jour : robinets refaits avec la famille.")
    agent.open(f"/bailleur/chantiers/{chantier}")
    agent.reads(FAMILY.name, TAPS, "1 / 3")
    agent.does_not_read("Premier jour : robinets", "Pas de poussière", "UIP")
    expect(agent.page.locator("main img").first).to_be_visible()


def read_the_history(coordinator: Visitor, dossier: int) -> None:
    """Every step is there, with who and when."""
    coordinator.open(f"/staff/dossiers/{dossier}")
    press(coordinator, "Tout l’historique")
    coordinator.page.wait_for_url("**history=all**")
    story = coordinator.page.locator(".story").first
    for words in STEPS:
        expect(story).to_contain_text(re.compile(words, re.IGNORECASE))


STEPS = (
    "attribu",
    "adhé",
    "visite",
    "a ajouté une ligne",
    "a proposé",
    "a répondu|a accepté",
    "a renvoyé",
    "adopté",
    "famille",
    "accord",
    "contrat",
    "signature|sign",
    "chantier",
    "photo",
    "heures|1 h 30",
    "compte rendu",
)
