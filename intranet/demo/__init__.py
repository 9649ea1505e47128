"""The demonstration: one programme, its people and its stories, played through the real services."""
