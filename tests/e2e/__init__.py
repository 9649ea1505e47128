"""The intranet in a real browser: a real server, a real worker, demonstration data."""
