"""The one history: who, when, what, from, to, why. Also who opened which dossier."""
