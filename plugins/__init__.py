"""One package for each optional module."""
