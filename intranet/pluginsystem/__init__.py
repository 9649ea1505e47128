"""Discovery, loading and checking of portals and plugins."""
