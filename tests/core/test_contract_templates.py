"""The site's own words and its own template; a broken one is said, ours is never used silently."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

from intranet.config import settings
from intranet.documents.models import Document
from intranet.dossiers.models import DossierState
from intranet.extensions import db
from intranet.jobs.service import run_due
from intranet.testing.dossiers import make_dossier
from intranet.testing.works import make_contract, make_parties, make_split
from intranet.timeline.models import TimelineEntry
from intranet.works.contract import render_again
from intranet.works.contract_content import document
from intranet.works.contract_document import TemplateFailed, built_in_template, render_pdf
from intranet.works.contract_texts import Text
from intranet.works.models import Contract, Split
from intranet.works.terms import ContractState, SplitState
from tests.core.contract_samples import clauses_of, content, read, text_of


@pytest.fixture
def french(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


# The site's own words


@pytest.mark.usefixtures("french")
def test_a_text_of_the_site_takes_the_place_of_ours_with_its_lists_bold_and_names() -> None:
    own = Text("Nos **règles**", "Appelez **{association}**.\n\n- un\n- deux #strong[x]")
    said = clauses_of(texts={"safety": own})["safety"]

    assert said["title"] == "Nos **règles**"
    assert said["blocks"][0]["runs"] == [["", "Appelez "], ["b", "ALC"], ["", "."]]
    assert said["blocks"][1]["items"] == [[["", "un"]], [["", "deux #strong[x]"]]]
    assert "deux #strong[x]" in text_of(render_pdf(content(texts={"safety": own})))


@pytest.mark.usefixtures("french")
def test_the_reading_copy_says_on_each_page_that_it_is_not_to_be_signed() -> None:
    pdf = read(render_pdf(content(language="en")))
    with force_locale("en"):
        said = document(content(language="en"))
    root: Any = pdf.trailer["/Root"]

    assert root["/Lang"].startswith("en")
    assert said["copy"]["banner"]
    for page in pdf.pages:
        assert said["copy"]["banner"] in " ".join(page.extract_text().split())
    assert said["labels"]["signature"] not in text_of(render_pdf(content(language="en")))
    assert document(content())["copy"] is None


# The site's own template


def write_template(source: str) -> Path:
    folder = settings().instance / "templates"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "contract.typ"
    path.write_text(source, encoding="utf-8")
    return path


@pytest.mark.usefixtures("french")
def test_the_sites_own_template_is_the_one_that_counts() -> None:
    own = built_in_template().decode().replace("#told(contract.intro)", "Mise en page de la maison")
    write_template(own)

    assert "Mise en page de la maison" in text_of(render_pdf(content()))


@pytest.mark.usefixtures("french")
@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("#pas_ferme(", "erreur"),
        ("#let x = contract.rien", "erreur"),
        ('#read("/etc/passwd")', "erreur"),
        ('#read("../secret_key")', "erreur"),
        ('#import "@preview/joli:1.0.0": *', "paquet"),
        ("Une page sans titre ni rien", "erreur"),
    ],
)
def test_a_broken_template_of_the_site_is_said_in_words_and_ours_is_not_used(source: str, said: str) -> None:
    write_template(source)
    with pytest.raises(TemplateFailed) as failed:
        render_pdf(content())

    assert said in str(failed.value)


@pytest.fixture
def agreed(db_session: object) -> Split:
    return make_split(make_dossier(state=DossierState.JOINED), 3, SplitState.AGREED)


def test_a_contract_whose_document_failed_says_why_and_is_made_when_asked_again(agreed: Split) -> None:
    template = write_template("#pas_ferme(")
    contract = make_contract(agreed.id)

    assert (contract.document_id, contract.state) == (None, ContractState.PREPARED)
    assert "contract.typ" in contract.failure
    assert "works.contract.failed" in set(db.session.scalars(db.select(TimelineEntry.kind)))
    assert not db.session.scalars(db.select(Document)).all()

    template.unlink()
    coordinator = make_parties(agreed).coordinator
    render_again(coordinator, contract.id)
    render_again(coordinator, contract.id)
    run_due()
    again = db.session.get_one(Contract, contract.id, populate_existing=True)
    assert again.failure == ""
    assert again.document_id is not None


def test_the_reading_copy_is_kept_beside_the_document_to_sign(agreed: Split) -> None:
    contract = make_contract(agreed.id)
    names = set(db.session.scalars(db.select(Document.name)))

    assert names == {f"{contract.number}.pdf", f"{contract.number}-reading-copy.pdf"}
    assert contract.reading_document_id not in (None, contract.document_id)


@pytest.mark.usefixtures("french")
def test_the_page_for_those_who_lay_the_contract_out_names_every_value() -> None:
    page = (Path(__file__).parents[2] / "docs" / "contrat.md").read_text(encoding="utf-8")

    assert [name for name in document(content()) if f"`{name}`" not in page] == []
