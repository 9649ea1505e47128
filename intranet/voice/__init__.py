"""The household's page: the works of its home in plain words, in its language, and its own answers."""
