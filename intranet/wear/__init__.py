"""Wear (*vétusté*): dated grids of each bailleur, and the tenant's share of a damage."""
