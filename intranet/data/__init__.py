"""Reference data: starting values, which an administrator may change in the application."""
