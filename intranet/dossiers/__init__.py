"""Households, dwellings, dossiers, and the path of a household."""
