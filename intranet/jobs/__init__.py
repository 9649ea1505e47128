"""The outbox: what must happen after a commit, once, even when a worker dies."""
