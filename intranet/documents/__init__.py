"""Stored files: intake, storage, thumbnails, and the one view that serves them."""
