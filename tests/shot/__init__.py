"""Screenshots of every kind of page, for every role, phone and desktop, light and dark."""
