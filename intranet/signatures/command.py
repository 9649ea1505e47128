"""``intranet contract verify``: is this file a contract we sealed, unchanged?"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from intranet.clock import PARIS
from intranet.config import settings
from intranet.signatures.certificate import known_certificates

EXIT = {"valid": 0, "changed": 1, "unknown": 2}


@click.group("contract", help="Signed contracts.")
def contract_commands() -> None:
    """Commands about signed contracts."""


@contract_commands.command("verify")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@with_appcontext
def verify_command(file: Path) -> None:
    """Say whether FILE is a contract sealed here: valid (exit 0), changed since (1), or unknown (2)."""
    from intranet.signatures.verifying import Finding, verify

    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # one line is said, whatever the file holds
    verdict = verify(file.read_bytes(), known_certificates(settings()))
    click.echo(verdict.finding.value)
    if verdict.sealed is not None and verdict.sealed_at is not None:
        click.echo(f"  contract  {verdict.sealed.number}")
        click.echo(f"  sealed    {verdict.sealed_at.astimezone(PARIS):%Y-%m-%d %H:%M:%S %Z}")
        click.echo(f"  signed    the first {verdict.sealed.size} bytes, SHA-256 {verdict.sealed.digest}")
    elif verdict.finding is Finding.CHANGED:
        click.echo("  It was sealed here, and is not the file it was then.")
    else:
        click.echo("  Not sealed by this installation: nothing can be said of it.")
    sys.exit(EXIT[verdict.finding.value])
