"""What `./dev` does. Runs on the system's Python: the standard library only, but for `catalogues`."""
