"""A family let in to its own page, for the tests that read and answer it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from intranet.testing.guests import let_in, make_access
from intranet.testing.works import lines_of, make_parties
from intranet.works.models import WorksLine
from intranet.works.terms import Side
from tests.portals.splits import Scene

PAGE = "/acces/famille"
CANARY = "CANARI"
HIDDEN_FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@dataclass
class Family:
    """A household let in with its code, and the form as its browser would send it."""

    scene: Scene
    client: FlaskClient
    access_id: int

    @property
    def lines(self) -> list[WorksLine]:
        return lines_of(self.scene.split_id)

    def page(self, language: str = "") -> str:
        answer = self.client.get(PAGE + (f"?lang={language}" if language else ""))
        assert answer.status_code == 200
        return unescape(answer.get_data(as_text=True))

    def form(self, *choices: str, **more: str) -> dict[str, str]:
        """What the page's form holds, a choice for each line in order, and what else is typed."""
        typed = {f"line-{line.id}": choice for line, choice in zip(self.lines, choices, strict=False)}
        return {**dict(HIDDEN_FIELD.findall(self.page())), "person": "Amina Benali", **typed, **more}

    def send(self, form: dict[str, str], language: str = "fr") -> TestResponse:
        return self.client.post(f"{PAGE}?lang={language}", data=form)


def family_of(app: Flask, scene: Scene, language: str = "fr") -> Family:
    coordinator = make_parties(scene.split).coordinator
    access = make_access(coordinator, scene.split_id, Side.HOUSEHOLD, language=language)
    client = app.test_client()
    let_in(client, access)
    return Family(scene, client, access.access_id)
