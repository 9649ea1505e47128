"""A signed contract sealed by an installation of its own, for the tests of the seal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from flask import Flask

from intranet.config import Settings
from intranet.signatures.certificate import Identity, identity, known_certificates
from intranet.signatures.models import Method
from intranet.signatures.proof import Proof, Signed, render_proof
from intranet.signatures.sealing import seal
from intranet.testing.works import A_DRAWING
from intranet.works.terms import Side
from tests.conftest import build_settings, running_app
from tests.databases import Databases

NUMBER = "CP-2019-0007"


def signed_by(side: Side, **changes: Any) -> Signed:
    whole = Signed(
        side=side,
        party="Bailleur Essai",
        name="Nour Essai",
        method=Method.DRAWN,
        signed_on=date(2019, 3, 14),
        recorded_at=datetime(2019, 3, 14, 10, 5, tzinfo=UTC),
        strokes=A_DRAWING,
    )
    return replace(whole, **changes)


def a_proof(*signatures: Signed) -> Proof:
    return Proof(
        NUMBER,
        "ALC",
        "0a" * 32,
        12_345,
        datetime(2019, 3, 15, 8, tzinfo=UTC),
        signatures or (signed_by(Side.HOUSEHOLD), signed_by(Side.ALC, method=Method.CODE, strokes=None)),
    )


class Sealed:
    """A document, its sealed file, and the certificates known where it was sealed."""

    def __init__(self, app: Flask, folder: Path) -> None:
        with app.test_request_context():
            self.document = render_proof(a_proof())  # any document of ours will do
            self.proof = render_proof(a_proof())
        self.settings = Settings.from_env({"INTRANET_INSTANCE": str(folder)})
        self.identity: Identity = identity(self.settings)
        self.known = known_certificates(self.settings)
        self.file = seal(self.document, self.proof, NUMBER, self.identity)


@contextmanager
def sealed_in(databases: Databases, folder: Path) -> Iterator[Sealed]:
    """A sealed file of an installation of its own, kept in ``folder``."""
    with databases.copy() as url, running_app(build_settings(url, folder)) as app:
        yield Sealed(app, folder)
