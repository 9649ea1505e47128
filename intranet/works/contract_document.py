"""The contract's document: its content in French words, and its PDF by Typst."""

from __future__ import annotations


def make_document(contract_id: int) -> None:
    """Make the PDF of the contract, unless it has one, and keep it with the dossier. Commits."""
