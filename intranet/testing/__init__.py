"""Fixtures and the contract for authors of portals and plugins."""
