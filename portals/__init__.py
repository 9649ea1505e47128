"""One package for each role's home."""
